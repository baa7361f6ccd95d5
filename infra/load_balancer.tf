# Optional: your own domains before the api. Machines and tokens use `domain`. People with a browser use `console_domain`, where
# Identity-Aware Proxy signs them in. Cloud CDN would not help: an answer belongs to one machine and says `private, no-cache`.

locals {
  domains = var.load_balancer == null ? {} : { api = var.load_balancer.domain, console = var.load_balancer.console_domain }
  balance = { for name, domain in local.domains : name => domain if domain != null }

  # The header that Identity-Aware Proxy signs has this id as its audience.
  iap_audience = contains(keys(local.balance), "console") ? join("/", [
    "/projects/${data.google_project.pinward.number}/global/backendServices",
    google_compute_backend_service.api["console"].generated_id,
  ]) : ""
}

resource "google_compute_global_address" "api" {
  count = var.load_balancer == null ? 0 : 1

  project = var.project
  name    = "pinward"
  labels  = var.labels

  depends_on = [time_sleep.apis]
}

resource "google_compute_region_network_endpoint_group" "api" {
  count = var.load_balancer == null ? 0 : 1

  project               = var.project
  region                = var.region
  name                  = "pinward-api"
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    # By name: a reference would be a circle, because the function gets the id of the console's backend.
    service = "pinward-api"
  }

  depends_on = [time_sleep.apis]
}

resource "google_compute_backend_service" "api" {
  for_each = local.balance

  project               = var.project
  name                  = "pinward-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"

  backend {
    group = google_compute_region_network_endpoint_group.api[0].id
  }

  # Google's own OAuth client takes people of the project's organisation alone. infra/README.md has the command that sets another
  # client: by hand, so that its secret is never in Terraform's state. Source:
  # https://docs.cloud.google.com/iap/docs/custom-oauth-configuration
  iap {
    enabled = each.key == "console"
  }

  lifecycle {
    ignore_changes = [iap[0].oauth2_client_id, iap[0].oauth2_client_secret]
  }
}

resource "google_iap_web_backend_service_iam_member" "console" {
  for_each = contains(keys(local.balance), "console") ? toset(var.load_balancer.console_members) : toset([])

  project             = var.project
  web_backend_service = google_compute_backend_service.api["console"].name
  role                = "roles/iap.httpsResourceAccessor"
  member              = each.value
}

resource "google_compute_url_map" "api" {
  count = var.load_balancer == null ? 0 : 1

  project         = var.project
  name            = "pinward"
  default_service = google_compute_backend_service.api["api"].id

  dynamic "host_rule" {
    for_each = { for name, domain in local.balance : name => domain if name == "console" }
    content {
      hosts        = [host_rule.value]
      path_matcher = host_rule.key
    }
  }

  dynamic "path_matcher" {
    for_each = { for name, domain in local.balance : name => domain if name == "console" }
    content {
      name            = path_matcher.key
      default_service = google_compute_backend_service.api[path_matcher.key].id
    }
  }
}

resource "google_compute_managed_ssl_certificate" "api" {
  count = var.load_balancer == null ? 0 : 1

  project = var.project
  # A certificate can't be changed, only replaced.
  name = "pinward-${substr(md5(join(",", values(local.balance))), 0, 8)}"

  managed {
    domains = values(local.balance)
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [time_sleep.apis]
}

resource "google_compute_ssl_policy" "api" {
  count = var.load_balancer == null ? 0 : 1

  project         = var.project
  name            = "pinward"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"

  depends_on = [time_sleep.apis]
}

resource "google_compute_target_https_proxy" "api" {
  count = var.load_balancer == null ? 0 : 1

  project          = var.project
  name             = "pinward"
  url_map          = google_compute_url_map.api[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.api[0].id]
  ssl_policy       = google_compute_ssl_policy.api[0].id
}

resource "google_compute_global_forwarding_rule" "api" {
  count = var.load_balancer == null ? 0 : 1

  project               = var.project
  name                  = "pinward"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.api[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.api[0].id
  labels                = var.labels
}
