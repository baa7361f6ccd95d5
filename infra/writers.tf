# The keys of documents. Each function signs what it writes to the store with a key of its own, and is given the public keys of all.
# They are other keys than the one that signs answers, so `advance` and `probe` can't sign what machines take. In software, whatever
# `signing_protection` says: a commit waits for its signature.

resource "google_kms_crypto_key" "writer" {
  for_each = toset(["api", "advance", "probe"])

  key_ring = google_kms_key_ring.pinward.id
  name     = "writer-${each.key}"
  purpose  = "ASYMMETRIC_SIGN"
  labels   = var.labels

  version_template {
    algorithm        = "EC_SIGN_P256_SHA256"
    protection_level = "SOFTWARE"
  }

  # Documents that nobody can check are refused.
  lifecycle {
    prevent_destroy = true
  }
}

# The first version of a key is generated after the key is there. Source:
# https://docs.cloud.google.com/kms/docs/key-states (PENDING_GENERATION)
resource "time_sleep" "writer_keys" {
  create_duration = "30s"

  depends_on = [google_kms_crypto_key.writer]
}

data "google_kms_crypto_key_version" "writer" {
  for_each = {
    for each in flatten([for name, versions in var.writer_versions : [for version in versions : { name = name, version = version }]]) :
    "${each.name}/${each.version}" => each
  }

  crypto_key = google_kms_crypto_key.writer[each.value.name].id
  version    = each.value.version

  depends_on = [time_sleep.writer_keys]
}

locals {
  # Those that sign.
  writer_keys = {
    for name, versions in var.writer_versions :
    name => "${google_kms_crypto_key.writer[name].id}/cryptoKeyVersions/${versions[0]}"
  }

  # All that are believed, as WRITER:KEY. A key is its PEM without the first line, the last line and the line breaks.
  writers = join(",", [
    for name, version in data.google_kms_crypto_key_version.writer :
    "${split("/", name)[0]}:${join("", [for line in split("\n", version.public_key[0].pem) : line if !startswith(line, "-----")])}"
  ])
}

resource "google_kms_crypto_key_iam_member" "api_writer" {
  for_each = toset(["roles/cloudkms.signer", "roles/cloudkms.publicKeyViewer"])

  crypto_key_id = google_kms_crypto_key.writer["api"].id
  role          = each.value
  member        = google_service_account.api.member
}

resource "google_kms_crypto_key_iam_member" "advance_writer" {
  for_each = toset(["roles/cloudkms.signer", "roles/cloudkms.publicKeyViewer"])

  crypto_key_id = google_kms_crypto_key.writer["advance"].id
  role          = each.value
  member        = google_service_account.advance.member
}

resource "google_kms_crypto_key_iam_member" "probe_writer" {
  for_each = toset(["roles/cloudkms.signer", "roles/cloudkms.publicKeyViewer"])

  crypto_key_id = google_kms_crypto_key.writer["probe"].id
  role          = each.value
  member        = google_service_account.probe.member
}

# The heads of the history, which are outside of the database. Who can write there can't change them.
resource "google_logging_project_bucket_config" "history" {
  project        = var.project
  location       = var.region
  bucket_id      = "pinward-history"
  description    = "What was the newest event and revision after each change, signed."
  retention_days = var.history_days

  depends_on = [time_sleep.apis]
}

# A sink to a bucket of its own project needs no identity. Source: https://docs.cloud.google.com/logging/docs/export/configure_export_v2
resource "google_logging_project_sink" "history" {
  project                = var.project
  name                   = "pinward-history"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.history.id}"
  unique_writer_identity = true
  filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=~\"^pinward-\"",
    "jsonPayload.message=\"history head\"",
  ])
}
