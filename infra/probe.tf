# The probe function. Every 15 minutes it asks Vertex AI which models each probed project can call. It writes availability, never
# the policy. It has one permission on Vertex AI in each of those projects.

resource "google_service_account" "probe" {
  project      = var.project
  account_id   = "pinward-probe"
  display_name = "Pinward: probe"

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "probe_store" {
  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.probe.member

  condition {
    title      = "pinward_database"
    expression = local.is_our_database
  }
}

resource "google_pubsub_topic_iam_member" "probe_events" {
  project = var.project
  topic   = google_pubsub_topic.events.name
  role    = "roles/pubsub.publisher"
  member  = google_service_account.probe.member
}

locals {
  probed_projects = toset(concat(var.probe_projects, var.vertex == null ? [] : [var.vertex.project]))
}

resource "google_project_iam_custom_role" "probe" {
  for_each = local.probed_projects

  project = each.value
  # With the project's name, so that two Pinwards can probe one project. The id of a role is unique in its project.
  role_id     = "pinwardProbe_${replace(var.project, "-", "_")}"
  title       = "Pinward probe"
  description = "Asks models whether they answer."
  permissions = concat(["aiplatform.endpoints.predict"], var.probe_permissions)

  depends_on = [time_sleep.vertex]
}

resource "google_project_iam_member" "probe_vertex" {
  for_each = local.probed_projects

  project = each.value
  role    = google_project_iam_custom_role.probe[each.key].id
  member  = google_service_account.probe.member
}

resource "google_cloudfunctions2_function" "probe" {
  project     = var.project
  location    = var.region
  name        = "pinward-probe"
  description = "Looks at which Claude models can be called, and where."
  labels      = var.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = "probe"
    service_account = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.bundles.name
        object = google_storage_bucket_object.bundle["probe"].name
      }
    }
  }

  service_config {
    service_account_email = google_service_account.probe.email
    available_memory      = "512Mi"
    available_cpu         = "1"
    # Its lease in the store lasts as long.
    timeout_seconds                  = 300
    max_instance_count               = 1
    max_instance_request_concurrency = 1
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"

    environment_variables = {
      GOOGLE_CLOUD_PROJECT   = var.project
      PINWARD_DATABASE       = google_firestore_database.pinward.name
      PINWARD_TOPIC          = google_pubsub_topic.events.name
      PINWARD_PROJECTS       = join(",", local.probed_projects)
      PINWARD_LOCATIONS      = join(",", var.probe_locations)
      PINWARD_WRITER_KMS_KEY = local.writer_keys["probe"]
      PINWARD_WRITERS        = local.writers
      PINWARD_UNSIGNED       = var.unsigned_documents
    }
  }

  depends_on = [google_cloudfunctions2_function.advance, google_kms_crypto_key_iam_member.probe_writer]
}

resource "google_cloud_run_v2_service_iam_member" "probe_invoker" {
  project  = var.project
  location = var.region
  name     = google_cloudfunctions2_function.probe.name
  role     = "roles/run.invoker"
  member   = google_service_account.scheduler.member
}

resource "google_cloud_scheduler_job" "probe" {
  project          = var.project
  region           = var.region
  name             = "pinward-probe"
  description      = "A look at Vertex AI."
  schedule         = "*/15 * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "320s"

  retry_config {
    retry_count          = 1
    min_backoff_duration = "60s"
  }

  http_target {
    uri         = google_cloudfunctions2_function.probe.service_config[0].uri
    http_method = "POST"

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = google_cloudfunctions2_function.probe.service_config[0].uri
    }
  }
}
