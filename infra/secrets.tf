# The secrets, without values. A person adds the values, so they are never in Terraform or its state.

resource "google_secret_manager_secret" "secret" {
  for_each = toset([for name in ["admin-token", "machine-token", "slack-url"] : name if var.admin_token || name != "admin-token"])

  project   = var.project
  secret_id = "pinward-${each.key}"
  labels    = var.labels

  # Automatic replication is refused where the organisation's policy sets gcp.resourceLocations. Source:
  # https://docs.cloud.google.com/secret-manager/docs/choosing-replication
  replication {
    dynamic "auto" {
      for_each = length(var.secret_locations) == 0 ? [true] : []
      content {}
    }

    dynamic "user_managed" {
      for_each = length(var.secret_locations) == 0 ? [] : [true]
      content {
        dynamic "replicas" {
          for_each = var.secret_locations
          content {
            location = replicas.value
          }
        }
      }
    }
  }

  depends_on = [time_sleep.apis]
}
