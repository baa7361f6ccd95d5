# The project that Pinward runs in: its APIs and the names that several files use.

data "google_project" "pinward" {
  project_id = var.project
}

locals {
  apis = concat([
    # The publisher's list of models belongs to no project, so that the caller's own must have the API.
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

  # Cloud Run's name for a service is known before the service is, so that the api can be told its own.
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
