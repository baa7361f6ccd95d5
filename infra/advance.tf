# The advance function. Every minute it moves upgrades and rollouts, and publishes events that a crash left in the outbox. It has
# no role on Vertex AI.

resource "google_service_account" "advance" {
  project      = var.project
  account_id   = "pinward-advance"
  display_name = "Pinward: advance"

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "advance_store" {
  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.advance.member

  condition {
    title      = "pinward_database"
    expression = local.is_our_database
  }
}

resource "google_pubsub_topic_iam_member" "advance_events" {
  project = var.project
  topic   = google_pubsub_topic.events.name
  role    = "roles/pubsub.publisher"
  member  = google_service_account.advance.member
}

resource "google_cloudfunctions2_function" "advance" {
  project     = var.project
  location    = var.region
  name        = "pinward-advance"
  description = "Moves upgrades and rollouts along."
  labels      = var.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = "advance"
    service_account = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.bundles.name
        object = google_storage_bucket_object.bundle["advance"].name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.advance.email
    available_memory                 = "512Mi"
    available_cpu                    = "1"
    timeout_seconds                  = 55
    max_instance_count               = 1
    max_instance_request_concurrency = 1
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"

    environment_variables = {
      GOOGLE_CLOUD_PROJECT   = var.project
      PINWARD_DATABASE       = google_firestore_database.pinward.name
      PINWARD_TOPIC          = google_pubsub_topic.events.name
      PINWARD_WRITER_KMS_KEY = local.writer_keys["advance"]
      PINWARD_WRITERS        = local.writers
      PINWARD_UNSIGNED       = var.unsigned_documents
    }
  }

  depends_on = [time_sleep.build_roles, google_kms_crypto_key_iam_member.advance_writer]
}

resource "google_cloud_run_v2_service_iam_member" "advance_invoker" {
  project  = var.project
  location = var.region
  name     = google_cloudfunctions2_function.advance.name
  role     = "roles/run.invoker"
  member   = google_service_account.scheduler.member
}

resource "google_cloud_scheduler_job" "advance" {
  project          = var.project
  region           = var.region
  name             = "pinward-advance"
  description      = "Upgrades, rollouts and the outbox."
  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "60s"

  http_target {
    uri         = google_cloudfunctions2_function.advance.service_config[0].uri
    http_method = "POST"

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = google_cloudfunctions2_function.advance.service_config[0].uri
    }
  }
}
