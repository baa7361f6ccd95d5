# The bundles of `npm run build` or of a release, and the identity that builds containers from them. The name of a bundle has its
# hash. So a changed bundle deploys a new revision of its function, and an unchanged one deploys nothing.

resource "google_storage_bucket" "bundles" {
  project                     = var.project
  name                        = "${var.project}-pinward-bundles"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  labels                      = var.labels

  depends_on = [time_sleep.apis]
}

resource "google_storage_bucket_object" "bundle" {
  for_each = toset(["advance", "announce", "api", "probe"])

  bucket = google_storage_bucket.bundles.name
  name   = "${each.key}-${filemd5(local.bundles[each.key])}.zip"
  source = local.bundles[each.key]

  lifecycle {
    precondition {
      condition     = fileexists(local.bundles[each.key])
      error_message = "There is no ${local.bundles[each.key]}: run `npm run build`, or set `bundles` or `release`."
    }
  }
}

# Downloads the zips of a release, each held against its hash. In every plan, because the machine of the next one may be another.
data "external" "bundle" {
  for_each = var.release == null ? {} : var.release.sha256

  program = [
    "sh", "${path.module}/bundle.sh",
    "${var.release.url}/pinward-${each.key}-${var.release.version}.zip", each.value,
  ]
}

locals {
  bundle_folder = coalesce(var.bundles, "${path.module}/../dist")

  bundles = {
    for name in ["advance", "announce", "api", "probe"] :
    name => var.release == null ? "${local.bundle_folder}/${name}.zip" : data.external.bundle[name].result.path
  }
}

resource "google_service_account" "build" {
  project      = var.project
  account_id   = "pinward-build"
  display_name = "Pinward: builds the functions"

  depends_on = [time_sleep.apis]
}

# Source: https://docs.cloud.google.com/functions/docs/securing/build-custom-sa
resource "google_project_iam_member" "build" {
  for_each = toset(["roles/artifactregistry.writer", "roles/logging.logWriter", "roles/storage.objectViewer"])

  project = var.project
  role    = each.value
  member  = google_service_account.build.member
}

# A role that was just granted is not known everywhere for a minute or more. advance is built first, alone: the first build of a
# project makes the repository gcf-artifacts, and builds that start beside it may fail. infra/README.md has the messages. Sources:
# https://docs.cloud.google.com/iam/docs/access-change-propagation
# https://github.com/firebase/firebase-tools/issues/5244
resource "time_sleep" "build_roles" {
  create_duration = "120s"

  depends_on = [google_project_iam_member.build]
}
