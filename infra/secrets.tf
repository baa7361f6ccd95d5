# The secrets, without their values: those are added by a person and never pass through Terraform or its state.

resource "google_secret_manager_secret" "secret" {
  for_each = toset(["admin-token", "machine-token", "slack-url"])

  project   = var.project
  secret_id = "pinward-${each.key}"

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}
