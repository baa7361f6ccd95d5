# Pinward's own project: its APIs, and names that several files use.

data "google_project" "pinward" {
  project_id = var.project
}

locals {
  apis = concat([
    # For the publisher's list of models, which belongs to no project: the caller's project must have the API.
    "aiplatform.googleapis.com",
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudscheduler.googleapis.com",
    "firebaserules.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
    ],
    var.load_balancer == null ? [] : ["compute.googleapis.com", "iap.googleapis.com"],
    var.budget == null ? [] : ["billingbudgets.googleapis.com"],
  )

  # Cloud Run's host name of a service is known before the service exists, so the api can get its own as a variable.
  run_host = "pinward-api-${data.google_project.pinward.number}.${var.region}.run.app"
  api_host = var.load_balancer == null ? local.run_host : var.load_balancer.domain
  url      = "https://${local.api_host}"

  pubsub_agent = "serviceAccount:service-${data.google_project.pinward.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_project_service" "api" {
  for_each = toset(local.apis)

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}
