# The bundles of `npm run build`, and the identity that builds containers from them. The name of a bundle has its hash. So a changed
# bundle deploys a new revision of its function, and an unchanged one deploys nothing.

resource "google_storage_bucket" "bundles" {
  project                     = var.project
  name                        = "${var.project}-pinward-bundles"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_object" "bundle" {
  for_each = toset(["advance", "announce", "api", "probe"])

  bucket = google_storage_bucket.bundles.name
  name   = "${each.key}-${filemd5("${local.bundles}/${each.key}.zip")}.zip"
  source = "${local.bundles}/${each.key}.zip"
}

locals {
  bundles = coalesce(var.bundles, "${path.module}/../dist")
}

resource "google_service_account" "build" {
  project      = var.project
  account_id   = "pinward-build"
  display_name = "Pinward: builds the functions"

  depends_on = [google_project_service.api]
}

# Source: Cloud Functions, "Custom service account for Cloud Build".
resource "google_project_iam_member" "build" {
  for_each = toset(["roles/artifactregistry.writer", "roles/logging.logWriter", "roles/storage.objectViewer"])

  project = var.project
  role    = each.value
  member  = google_service_account.build.member
}
