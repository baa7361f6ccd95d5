# Optional: a budget for Pinward's own project. It sends mail and stops nothing.

resource "google_billing_budget" "pinward" {
  count = var.budget == null ? 0 : 1

  billing_account = var.budget.billing_account
  display_name    = "Pinward (${var.project})"

  budget_filter {
    projects = ["projects/${data.google_project.pinward.number}"]
  }

  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(var.budget.monthly)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1.0]
    content {
      threshold_percent = threshold_rules.value
    }
  }

  threshold_rules {
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }

  depends_on = [time_sleep.apis]
}
