# The key that signs answers: ECDSA P-256 with SHA-256, which openssl on a machine can verify. By default it is in software; the
# private key never leaves Cloud KMS in either case. An HSM key costs forty times as much a month, five times as much a signature
# (see Cost in infra/README.md), and has a quota of its own. After a change, every instance signs each distinct answer at once.

resource "google_kms_key_ring" "pinward" {
  project  = var.project
  location = var.region
  name     = "pinward"

  depends_on = [time_sleep.apis]
}

resource "google_kms_crypto_key" "answers" {
  key_ring = google_kms_key_ring.pinward.id
  name     = "answers"
  purpose  = "ASYMMETRIC_SIGN"
  labels   = var.labels

  version_template {
    algorithm        = "EC_SIGN_P256_SHA256"
    protection_level = var.signing_protection
  }

  # Machines trust only this key.
  lifecycle {
    prevent_destroy = true
  }
}

locals {
  signing_keys = {
    for place, number in var.signing_versions :
    place => number == null ? "" : "${google_kms_crypto_key.answers.id}/cryptoKeyVersions/${number}"
  }
}

resource "google_kms_crypto_key_iam_member" "api_signer" {
  crypto_key_id = google_kms_crypto_key.answers.id
  role          = "roles/cloudkms.signer"
  member        = google_service_account.api.member
}

resource "google_kms_crypto_key_iam_member" "api_public_key" {
  crypto_key_id = google_kms_crypto_key.answers.id
  role          = "roles/cloudkms.publicKeyViewer"
  member        = google_service_account.api.member
}
