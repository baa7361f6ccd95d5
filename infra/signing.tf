# The key that signs answers: ECDSA P-256 with SHA-256, which openssl on a machine can check. In software and not in an HSM
# unless asked: the private half leaves Cloud KMS in neither case, and an HSM key costs forty times as much a month, five times
# as much a signature, and has a quota of its own, while after a change every instance signs each distinct answer at once.

resource "google_kms_key_ring" "pinward" {
  project  = var.project
  location = var.region
  name     = "pinward"

  depends_on = [google_project_service.api]
}

resource "google_kms_crypto_key" "answers" {
  key_ring = google_kms_key_ring.pinward.id
  name     = "answers"
  purpose  = "ASYMMETRIC_SIGN"

  version_template {
    algorithm        = "EC_SIGN_P256_SHA256"
    protection_level = var.signing_protection
  }

  # Machines trust this key and no other.
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
