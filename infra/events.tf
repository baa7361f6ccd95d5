# The topic of events. Pub/Sub pushes them to announce, in order and with an identity. An event that could not be announced for
# most of a day goes to a dead-letter topic, where it waits for a person.

resource "google_pubsub_topic" "events" {
  project = var.project
  name    = "pinward-events"
  labels  = var.labels

  depends_on = [time_sleep.apis]
}

resource "google_pubsub_topic" "dead" {
  project = var.project
  name    = "pinward-events-dead"
  labels  = var.labels

  depends_on = [time_sleep.apis]
}

resource "google_pubsub_subscription" "announce" {
  project                 = var.project
  name                    = "announce"
  topic                   = google_pubsub_topic.events.id
  enable_message_ordering = true
  labels                  = var.labels
  ack_deadline_seconds    = 30
  # Announce drops an event that is older than eight days. So no message may be kept longer than that.
  message_retention_duration = "604800s"

  expiration_policy {
    ttl = ""
  }

  # Not by Eventarc, because its subscriptions have no order. The framework reads the topic from the path.
  push_config {
    push_endpoint = "${google_cloudfunctions2_function.announce.service_config[0].uri}/${google_pubsub_topic.events.id}"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = google_cloudfunctions2_function.announce.service_config[0].uri
    }
  }

  # Announce itself backs off while Slack refuses: 100 deliveries, up to ten minutes apart, take about 16 hours. Pub/Sub allows no
  # more deliveries.
  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead.id
    max_delivery_attempts = 100
  }

  depends_on = [google_service_account_iam_member.push_tokens, google_cloud_run_v2_service_iam_member.announce_invoker]
}

resource "google_pubsub_subscription" "dead" {
  project                    = var.project
  name                       = "announce-dead"
  topic                      = google_pubsub_topic.dead.id
  message_retention_duration = "2678400s"
  labels                     = var.labels

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "dead_publisher" {
  project = var.project
  topic   = google_pubsub_topic.dead.name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "dead_subscriber" {
  project      = var.project
  subscription = google_pubsub_subscription.announce.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
