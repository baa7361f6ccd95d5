# Alerts for a person. infra/README.md says what each one means and what to do, under the same name.

locals {
  # How long after its last data an incident is closed. An open incident sends no second mail, and lines of the log come rarely.
  # Half an hour is the least. Source: https://docs.cloud.google.com/monitoring/alerts/incidents-events
  auto_close = "1800s"

  # Each alerts if more than `above` log lines came within `seconds`.
  counted_alerts = {
    "Pinward: probe blind" = {
      metric = "probe_run_went_dark", above = 0, seconds = 300, severity = "ERROR"
    }
    "Pinward: document refused" = {
      metric = "document_refused", above = 0, seconds = 300, severity = "ERROR"
    }
    "Pinward: documents unsigned" = {
      metric = "documents_unsigned", above = 0, seconds = 300, severity = "ERROR"
    }
    "Pinward: not announced" = {
      metric = "not_announced", above = 0, seconds = 300, severity = "WARNING"
    }
    "Pinward: message dropped" = {
      metric = "message_dropped", above = 0, seconds = 300, severity = "ERROR"
    }
    "Pinward: old event dropped" = {
      metric = "old_event_dropped", above = 0, seconds = 300, severity = "ERROR"
    }
    "Pinward: admin token used" = {
      metric = "admin_token_used", above = 0, seconds = 300, severity = "WARNING"
    }
    "Pinward: second person set aside" = {
      metric = "break_glass", above = 0, seconds = 300, severity = "WARNING"
    }
    "Pinward: bug" = {
      metric = "bug", above = 0, seconds = 300, severity = "ERROR"
    }
    "Pinward: answers unsigned" = {
      metric = "unsigned", above = 0, seconds = 300, severity = "ERROR"
    }
    "Pinward: keys missing" = {
      metric = "keys_missing", above = 0, seconds = 300, severity = "ERROR"
    }
    # Runs every minute, and the next run makes up for a failed one.
    "Pinward: advance failing" = {
      metric = "advance_failed", above = 4, seconds = 600, severity = "ERROR"
    }
    "Pinward: outbox stuck" = {
      metric = "sweep_failed", above = 4, seconds = 600, severity = "ERROR"
    }
  }
}

resource "google_monitoring_alert_policy" "counted" {
  for_each = local.counted_alerts

  project               = var.project
  display_name          = each.key
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = google_logging_metric.message[each.value.metric].name

    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.message[each.value.metric].name}\" AND resource.type=\"cloud_run_revision\""
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = "0s"

      aggregations {
        alignment_period     = "${each.value.seconds}s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  alert_strategy {
    auto_close = local.auto_close
  }

  documentation {
    content = "See \"When something is said\" in infra/README.md."
  }

  depends_on = [time_sleep.metrics]
}

# Four runs in a row were late, failed or never started, after one that went well. An absence can't be seen before the first value:
# see "probe not run". Source: https://docs.cloud.google.com/monitoring/alerts/metric-absence
resource "google_monitoring_alert_policy" "probe_silent" {
  project               = var.project
  display_name          = "Pinward: probe silent"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "no run has gone well for an hour, but one did before"

    condition_absent {
      filter   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.message["probe_run_well"].name}\" AND resource.type=\"cloud_run_revision\""
      duration = "3600s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  alert_strategy {
    auto_close = local.auto_close
  }

  documentation {
    content = "See \"When something is said\" in infra/README.md."
  }

  depends_on = [time_sleep.metrics]
}

# Also seen if no run ever went well: Cloud Scheduler writes an error for each call that failed. Source:
# https://docs.cloud.google.com/scheduler/docs/logging
resource "google_monitoring_alert_policy" "probe_not_run" {
  project               = var.project
  display_name          = "Pinward: probe not run"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "a call of the probe by Cloud Scheduler failed"

    condition_matched_log {
      filter = join(" AND ", [
        "resource.type=\"cloud_scheduler_job\"",
        "resource.labels.job_id=\"${google_cloud_scheduler_job.probe.name}\"",
        "severity>=ERROR",
      ])
    }
  }

  # A condition on the log must say how often it may send mail.
  alert_strategy {
    auto_close = local.auto_close

    notification_rate_limit {
      period = "21600s"
    }
  }

  documentation {
    content = "See \"When something is said\" in infra/README.md."
  }
}

resource "google_monitoring_alert_policy" "dead_letters" {
  project               = var.project
  display_name          = "Pinward: dead letters"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "an event waits for a person"

    condition_threshold {
      filter          = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  alert_strategy {
    auto_close = local.auto_close
  }

  documentation {
    content = "See \"When something is said\" in infra/README.md."
  }
}

resource "google_monitoring_alert_policy" "error_ratio" {
  project               = var.project
  display_name          = "Pinward: error ratio"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "more than 1 in 100 answers of the api is 5xx for ten minutes"

    condition_threshold {
      filter             = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloudfunctions2_function.api.name}\" AND metric.labels.response_code_class=\"5xx\""
      denominator_filter = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloudfunctions2_function.api.name}\""
      comparison         = "COMPARISON_GT"
      threshold_value    = 0.01
      duration           = "600s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }

      denominator_aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  alert_strategy {
    auto_close = local.auto_close
  }

  documentation {
    content = "See \"When something is said\" in infra/README.md."
  }
}

moved {
  from = google_monitoring_alert_policy.stale_snapshot
  to   = google_monitoring_alert_policy.stale_policy
}

resource "google_monitoring_alert_policy" "stale_policy" {
  project               = var.project
  display_name          = "Pinward: stale policy"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "two regions find no instance that reaches its store"

    condition_threshold {
      filter          = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.health.uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "300s"

      aggregations {
        alignment_period     = "1200s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.*"]
      }
    }
  }

  alert_strategy {
    auto_close = local.auto_close
  }

  documentation {
    content = "See \"When something is said\" in infra/README.md."
  }
}
