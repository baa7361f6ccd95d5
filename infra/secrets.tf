# The secrets, without values. A person adds the values, so they are never in Terraform or its state.

resource "google_secret_manager_secret" "secret" {
  for_each = toset([for name in ["admin-token", "machine-token", "slack-url"] : name if var.admin_token || name != "admin-token"])

  project   = var.project
  secret_id = "pinward-${each.key}"

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}
