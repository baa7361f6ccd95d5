# Optional: a project for Claude Code, where developers may call models and nothing else. A model in Model Garden must be enabled
# by hand: infra/README.md, "A project for Claude Code".

resource "google_project" "vertex" {
  count = var.vertex == null ? 0 : 1

  project_id          = var.vertex.project
  name                = "Claude Code"
  billing_account     = var.vertex.billing_account
  folder_id           = var.vertex.folder
  org_id              = var.vertex.folder == null ? var.vertex.organisation : null
  auto_create_network = false
  deletion_policy     = "PREVENT"
  labels              = var.labels

  depends_on = [time_sleep.apis]
}

resource "google_project_service" "vertex" {
  for_each = var.vertex == null ? toset([]) : toset(["aiplatform.googleapis.com", "iam.googleapis.com"])

  project            = google_project.vertex[0].project_id
  service            = each.value
  disable_on_destroy = false
}

# As for Pinward's own project; a new one takes longer.
resource "time_sleep" "vertex" {
  count = var.vertex == null ? 0 : 1

  create_duration = "120s"

  depends_on = [google_project_service.vertex]
}

resource "google_project_iam_custom_role" "claude_code" {
  count = var.vertex == null ? 0 : 1

  project     = google_project.vertex[0].project_id
  role_id     = "claudeCodeUser"
  title       = "Claude Code user"
  description = "Calls models, and counts tokens."
  permissions = ["aiplatform.endpoints.predict"]

  depends_on = [time_sleep.vertex]
}

resource "google_project_iam_member" "claude_code" {
  count = var.vertex == null ? 0 : 1

  project = google_project.vertex[0].project_id
  role    = google_project_iam_custom_role.claude_code[0].id
  member  = "group:${var.vertex.group}"
}

resource "google_billing_budget" "vertex" {
  count = try(var.vertex.monthly_budget, null) == null ? 0 : 1

  billing_account = var.vertex.billing_account
  display_name    = "Claude Code (${var.vertex.project})"

  budget_filter {
    projects = ["projects/${google_project.vertex[0].number}"]
  }

  amount {
    specified_amount {
      currency_code = var.vertex.currency
      units         = tostring(var.vertex.monthly_budget)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1.0]
    content {
      threshold_percent = threshold_rules.value
    }
  }

  depends_on = [time_sleep.apis]
}
