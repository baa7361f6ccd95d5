# Pinward's own project: its APIs, and names that several files use.

data "google_project" "pinward" {
  project_id = var.project
}

locals {
  apis = concat([
    # For the publisher's list of models, which belongs to no project: the caller's project must have the API.
    "aiplatform.googleapis.com",
    "artifactregistry.googleapis.com",
    # With `user_project_override`, Terraform's own calls are counted here, too: these APIs must be on before the first plan. Step 0
    # of infra/README.md enables them. Source:
    # https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#user_project_override
    "cloudbilling.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "firebaserules.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
    ],
    var.load_balancer == null ? [] : ["compute.googleapis.com", "iap.googleapis.com"],
    var.budget == null && try(var.vertex.monthly_budget, null) == null ? [] : ["billingbudgets.googleapis.com"],
  )

  # Cloud Run's host name of a service is known before the service exists, so the api can get its own as a variable.
  run_host = "pinward-api-${data.google_project.pinward.number}.${var.region}.run.app"
  api_host = var.load_balancer == null ? local.run_host : var.load_balancer.domain
  url      = "https://${local.api_host}"

  # Google makes this account when Pub/Sub is first used, or when somebody asks, as step 0 of infra/README.md does. No role can be
  # granted to it before. Source: https://docs.cloud.google.com/iam/docs/create-service-agents
  pubsub_agent = "serviceAccount:service-${data.google_project.pinward.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_project_service" "api" {
  for_each = toset(local.apis)

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}

# An API that was just switched on may still be refused: "API has not been used in project ... before or it is disabled". A new API
# waits, too. Source: "Newly activated service errors" in
# https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/google_project_service
resource "time_sleep" "apis" {
  create_duration = "90s"
  triggers        = { apis = join(" ", local.apis) }

  depends_on = [google_project_service.api]
}
