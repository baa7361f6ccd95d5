# The announce function. Pub/Sub pushes events to it in order, and it posts them to Slack. It reads one secret, the webhook, and
# publishes nothing.

resource "google_service_account" "announce" {
  project      = var.project
  account_id   = "pinward-announce"
  display_name = "Pinward: announce"

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "announce_store" {
  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.announce.member

  condition {
    title      = "pinward_database"
    expression = local.is_our_database
  }
}

resource "google_secret_manager_secret_iam_member" "announce" {
  project   = var.project
  secret_id = google_secret_manager_secret.secret["slack-url"].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.announce.member
}

resource "google_cloudfunctions2_function" "announce" {
  project     = var.project
  location    = var.region
  name        = "pinward-announce"
  description = "Tells Slack of what happened."
  labels      = var.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = "announce"
    service_account = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.bundles.name
        object = google_storage_bucket_object.bundle["announce"].name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.announce.email
    available_memory                 = "512Mi"
    available_cpu                    = "1"
    timeout_seconds                  = 30
    max_instance_count               = 3
    max_instance_request_concurrency = 8
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"

    environment_variables = {
      GOOGLE_CLOUD_PROJECT = var.project
      PINWARD_DATABASE     = google_firestore_database.pinward.name
      PINWARD_TOPIC        = google_pubsub_topic.events.name
      PINWARD_URL          = local.url
      PINWARD_WRITERS      = local.writers
      PINWARD_UNSIGNED     = var.unsigned_documents
    }

    secret_environment_variables {
      key        = "PINWARD_SLACK_URL"
      project_id = var.project
      secret     = google_secret_manager_secret.secret["slack-url"].secret_id
      version    = "latest"
    }
  }

  depends_on = [google_cloudfunctions2_function.advance, google_secret_manager_secret_iam_member.announce]
}

resource "google_cloud_run_v2_service_iam_member" "announce_invoker" {
  project  = var.project
  location = var.region
  name     = google_cloudfunctions2_function.announce.name
  role     = "roles/run.invoker"
  member   = google_service_account.push.member
}
