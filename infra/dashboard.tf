# The dashboard: one page with Pinward's charts.

locals {
  request_filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"pinward-api\""

  # Title, filter, aligner, reducer, and the label that each line stands for.
  charts = [
    ["Polls by ring", "metric.type=\"logging.googleapis.com/user/pinward/poll\"", "ALIGN_RATE", "REDUCE_SUM", ["metric.label.ring"]],
    ["Polls by status", "metric.type=\"logging.googleapis.com/user/pinward/poll\"", "ALIGN_RATE", "REDUCE_SUM", ["metric.label.status"]],
    ["Polls refused, by code", "metric.type=\"logging.googleapis.com/user/pinward/poll_refused\"", "ALIGN_RATE", "REDUCE_SUM", ["metric.label.code"]],
    ["Overload, by what is shed from then on", "metric.type=\"logging.googleapis.com/user/pinward/overload\"", "ALIGN_DELTA", "REDUCE_SUM", ["metric.label.shed"]],
    ["Answers of the api, by class", "metric.type=\"run.googleapis.com/request_count\" AND ${local.request_filter}", "ALIGN_RATE", "REDUCE_SUM", ["metric.label.response_code_class"]],
    ["99th percentile of the api's latency", "metric.type=\"run.googleapis.com/request_latencies\" AND ${local.request_filter}", "ALIGN_PERCENTILE_99", "REDUCE_MAX", []],
    ["Instances", "metric.type=\"run.googleapis.com/container/instance_count\" AND resource.type=\"cloud_run_revision\"", "ALIGN_MAX", "REDUCE_SUM", ["resource.label.service_name"]],
    ["Runs of the probe, by fault", "metric.type=\"logging.googleapis.com/user/pinward/probe_run\"", "ALIGN_DELTA", "REDUCE_SUM", ["metric.label.fault"]],
    ["Changes, by operation", "metric.type=\"logging.googleapis.com/user/pinward/change\"", "ALIGN_DELTA", "REDUCE_SUM", ["metric.label.operation"]],
    ["Changes refused, by code", "metric.type=\"logging.googleapis.com/user/pinward/change_refused\"", "ALIGN_DELTA", "REDUCE_SUM", ["metric.label.code"]],
    ["Announced", "metric.type=\"logging.googleapis.com/user/pinward/announced\"", "ALIGN_DELTA", "REDUCE_SUM", []],
    ["Events that wait for the next run", "metric.type=\"logging.googleapis.com/user/pinward/events_wait\"", "ALIGN_DELTA", "REDUCE_SUM", ["metric.label.fault"]],
    ["Age of the oldest event not told (seconds)", "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\"", "ALIGN_MAX", "REDUCE_MAX", ["resource.label.subscription_id"]],
    ["Machines that could not apply their pins", "metric.type=\"logging.googleapis.com/user/pinward/report_failed\"", "ALIGN_DELTA", "REDUCE_SUM", []],
    ["Log lines lost", "metric.type=\"logging.googleapis.com/user/pinward/log_lines_lost\"", "ALIGN_DELTA", "REDUCE_SUM", []],
  ]
}

resource "google_monitoring_dashboard" "pinward" {
  project = var.project

  dashboard_json = jsonencode({
    displayName = "Pinward"
    gridLayout = {
      columns = "2"
      widgets = [
        for chart in local.charts : {
          title = chart[0]
          xyChart = {
            dataSets = [{
              plotType = "LINE"
              timeSeriesQuery = {
                timeSeriesFilter = {
                  filter = chart[1]
                  aggregation = {
                    alignmentPeriod    = "300s"
                    perSeriesAligner   = chart[2]
                    crossSeriesReducer = chart[3]
                    groupByFields      = chart[4]
                  }
                }
              }
            }]
          }
        }
      ]
    }
  })

  depends_on = [google_logging_metric.message]
}
