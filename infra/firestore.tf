# The store. Indexes and expiry come from firestore.indexes.json, which the emulator and firebase.json read too.

resource "google_firestore_database" "pinward" {
  project                           = var.project
  name                              = var.database
  location_id                       = coalesce(var.firestore_location, var.region)
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"

  depends_on = [time_sleep.apis]
}

locals {
  field_overrides = jsondecode(file("${path.module}/firestore.indexes.json")).fieldOverrides

  is_our_database = "resource.name == \"projects/${var.project}/databases/${var.database}\""
}

resource "google_firestore_field" "override" {
  for_each = { for override in local.field_overrides : "${override.collectionGroup}.${override.fieldPath}" => override }

  project    = var.project
  database   = google_firestore_database.pinward.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  # Without an index, because no query has these fields.
  index_config {}

  dynamic "ttl_config" {
    for_each = try(each.value.ttl, false) ? [true] : []
    content {}
  }
}

resource "google_firestore_backup_schedule" "daily" {
  project   = var.project
  database  = google_firestore_database.pinward.name
  retention = "1209600s"

  daily_recurrence {}
}

resource "google_firebaserules_ruleset" "firestore" {
  project = var.project

  source {
    files {
      name    = "firestore.rules"
      content = file("${path.module}/firestore.rules")
    }
  }

  depends_on = [google_firestore_database.pinward]
}

resource "google_firebaserules_release" "firestore" {
  project      = var.project
  name         = var.database == "(default)" ? "cloud.firestore" : "cloud.firestore/${var.database}"
  ruleset_name = google_firebaserules_ruleset.firestore.name
}
