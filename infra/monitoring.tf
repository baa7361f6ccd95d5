# Log-based metrics, the log lines that are not kept, and the uptime check.

locals {
  # Each counts the log lines with `message`. `also` narrows the filter; `labels` are fields of the line.
  log_metrics = {
    admin_token_used     = { message = "admin token used", also = null, labels = [] }
    adoption_not_written = { message = "adoption not written", also = null, labels = ["fault"] }
    advance_failed       = { message = "advance failed", also = null, labels = ["fault"] }
    announced            = { message = "announced", also = null, labels = [] }
    bug                  = { message = "bug", also = null, labels = [] }
    change               = { message = "change", also = null, labels = ["operation"] }
    change_refused       = { message = "change refused", also = null, labels = ["operation", "code"] }
    break_glass          = { message = "no second person is needed", also = null, labels = [] }
    document_refused     = { message = "document refused", also = null, labels = ["document"] }
    documents_unsigned   = { message = "documents can not be signed", also = null, labels = [] }
    events_wait          = { message = "events wait for the next run", also = null, labels = ["fault"] }
    keys_missing         = { message = "keys or vouchers can not be had", also = null, labels = [] }
    log_lines_lost       = { message = "log lines lost", also = null, labels = [] }
    message_dropped      = { message = "message dropped", also = null, labels = ["reason"] }
    not_announced        = { message = "not announced", also = null, labels = ["state"] }
    old_event_dropped    = { message = "old event dropped", also = null, labels = [] }
    overload             = { message = "overload", also = null, labels = ["shed"] }
    poll                 = { message = "poll", also = null, labels = ["status", "ring"] }
    poll_refused         = { message = "poll refused", also = null, labels = ["code"] }
    probe_run            = { message = "run", also = null, labels = ["fault"] }
    probe_run_went_dark  = { message = "run", also = "jsonPayload.events:\"ProbeBlind.\"", labels = [] }
    probe_run_well       = { message = "run", also = "severity=INFO", labels = [] }
    report_failed        = { message = "report failed", also = null, labels = [] }
    sweep_failed         = { message = "sweep failed", also = null, labels = ["fault"] }
    unsigned             = { message = "answers go out unsigned", also = null, labels = [] }
  }

  channels = concat([google_monitoring_notification_channel.email.id], var.alert_channels)
}

resource "google_logging_metric" "message" {
  for_each = local.log_metrics

  project = var.project
  name    = "pinward/${each.key}"
  filter = join(" AND ", compact([
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=~\"^pinward-\"",
    "jsonPayload.message=\"${each.value.message}\"",
    each.value.also,
  ]))

  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key = labels.value
      }
    }
  }

  depends_on = [time_sleep.apis]
}

# An alert on a metric that is minutes old is refused: "Cannot find metric(s) that match type ... it could take up to 10 minutes to
# become available". The provider doesn't retry. A new metric waits, too. Source:
# https://github.com/hashicorp/terraform-provider-google/issues/11102
resource "time_sleep" "metrics" {
  create_duration = "600s"
  triggers        = { metrics = join(" ", keys(local.log_metrics)) }

  depends_on = [google_logging_metric.message]
}

# Pinward logs each poll itself, so Cloud Run's line would only cost. Refusals and errors keep both lines.
resource "google_logging_project_exclusion" "poll_requests" {
  project     = var.project
  name        = "pinward-poll-requests"
  description = "Cloud Run's line of a poll that was answered."
  filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=\"${google_cloudfunctions2_function.api.name}\"",
    "log_id(\"run.googleapis.com/requests\")",
    "httpRequest.requestUrl:\"/v1/pins\"",
    "httpRequest.status<400",
  ])
}

resource "google_monitoring_notification_channel" "email" {
  project      = var.project
  display_name = "Pinward: ${var.alert_email}"
  type         = "email"
  labels       = { email_address = var.alert_email }
  user_labels  = var.labels

  depends_on = [time_sleep.apis]
}

# The instance that answers says whether it can reach its store.
resource "google_monitoring_uptime_check_config" "health" {
  project          = var.project
  display_name     = "Pinward: health"
  timeout          = "10s"
  period           = "300s"
  selected_regions = ["EUROPE", "USA", "ASIA_PACIFIC"]
  user_labels      = var.labels

  http_check {
    path         = "/v1/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  content_matchers {
    content = "\"store\": \"reachable\""
    matcher = "CONTAINS_STRING"
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project, host = local.api_host }
  }

  depends_on = [time_sleep.apis]
}
