# The api function: the HTTP API for admins and machines. It changes the policy, publishes events and signs answers. It has no
# role on Vertex AI.

resource "google_service_account" "api" {
  project      = var.project
  account_id   = "pinward-api"
  display_name = "Pinward: api"

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "api_store" {
  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.api.member

  condition {
    title      = "pinward_database"
    expression = local.is_our_database
  }
}

resource "google_pubsub_topic_iam_member" "api_events" {
  project = var.project
  topic   = google_pubsub_topic.events.name
  role    = "roles/pubsub.publisher"
  member  = google_service_account.api.member
}

resource "google_secret_manager_secret_iam_member" "api" {
  for_each = toset([for name in ["admin-token", "machine-token"] : name if var.admin_token || name != "admin-token"])

  project   = var.project
  secret_id = google_secret_manager_secret.secret[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.api.member
}

resource "google_cloudfunctions2_function" "api" {
  project     = var.project
  location    = var.region
  name        = "pinward-api"
  description = "Pinward's HTTP API: pins for machines, the policy for admins."
  labels      = var.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = "api"
    service_account = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.bundles.name
        object = google_storage_bucket_object.bundle["api"].name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.api.email
    available_memory                 = "512Mi"
    available_cpu                    = "1"
    timeout_seconds                  = 60
    min_instance_count               = var.api_instances.min
    max_instance_count               = var.api_instances.max
    max_instance_request_concurrency = 200
    # With a load balancer, nobody can go past it.
    ingress_settings = var.load_balancer == null ? "ALLOW_ALL" : "ALLOW_INTERNAL_AND_GCLB"

    # The api treats an empty variable as unset, except a token.
    environment_variables = {
      GOOGLE_CLOUD_PROJECT   = var.project
      PINWARD_DATABASE       = google_firestore_database.pinward.name
      PINWARD_TOPIC          = google_pubsub_topic.events.name
      PINWARD_URL            = local.url
      PINWARD_AUDIENCES      = join(",", concat([local.url], var.audiences))
      PINWARD_HOSTED_DOMAINS = join(",", var.hosted_domains)
      PINWARD_IAP_AUDIENCE   = local.iap_audience
      PINWARD_OWNERS         = join(",", var.owners)
      PINWARD_ORGANISATION   = var.organisation
      PINWARD_KMS_KEY        = local.signing_keys.current
      PINWARD_KMS_KEY_NEXT   = local.signing_keys.next
      PINWARD_KMS_KEY_OLD    = local.signing_keys.old
      PINWARD_WRITER_KMS_KEY = local.writer_keys["api"]
      PINWARD_WRITERS        = local.writers
      PINWARD_UNSIGNED       = var.unsigned_documents
    }

    dynamic "secret_environment_variables" {
      for_each = var.admin_token ? ["PINWARD_ADMIN_TOKEN"] : []
      content {
        key        = "PINWARD_ADMIN_TOKEN"
        project_id = var.project
        secret     = google_secret_manager_secret.secret["admin-token"].secret_id
        version    = "latest"
      }
    }

    secret_environment_variables {
      key        = "PINWARD_MACHINE_TOKEN"
      project_id = var.project
      secret     = google_secret_manager_secret.secret["machine-token"].secret_id
      version    = "latest"
    }
  }

  depends_on = [
    google_cloudfunctions2_function.advance,
    google_secret_manager_secret_iam_member.api,
    google_kms_crypto_key_iam_member.api_signer,
    google_kms_crypto_key_iam_member.api_writer,
  ]
}

# Where the organisation's policy shares with its own domains only, allUsers is refused. Then set `api_invokers = []`, and switch
# Cloud Run's check off as infra/README.md says. Source: https://docs.cloud.google.com/run/docs/authenticating/public
#
# The api checks every credential itself, because Cloud Run doesn't know machine tokens. Where Cloud Run must check an ID token,
# send that one in X-Serverless-Authorization: Cloud Run removes the signature of a token in Authorization. (Read, not tried.)
resource "google_cloud_run_v2_service_iam_member" "api_invoker" {
  for_each = toset(var.api_invokers)

  project  = var.project
  location = var.region
  name     = google_cloudfunctions2_function.api.name
  role     = "roles/run.invoker"
  member   = each.value
}
