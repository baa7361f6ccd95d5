# The identities of Cloud Scheduler and Pub/Sub, which call the functions that nobody else may call. They can do nothing else. The
# file of each function says which of them may call it.

resource "google_service_account" "scheduler" {
  project      = var.project
  account_id   = "pinward-scheduler"
  display_name = "Pinward: calls probe and advance by the clock"

  depends_on = [time_sleep.apis]
}

resource "google_service_account" "push" {
  project      = var.project
  account_id   = "pinward-push"
  display_name = "Pinward: pushes events to announce"

  depends_on = [time_sleep.apis]
}

# Pub/Sub itself makes the tokens of its pushes.
resource "google_service_account_iam_member" "push_tokens" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}
