# Lets GitHub Actions deploy Pinward without a key: its tokens are exchanged for short-lived ones of Google, for one repository.
# Apply it once, by hand, after infra/README.md's step 0. See "Deploy from GitHub" there. Sources:
# https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
# https://docs.github.com/en/actions/reference/security/oidc

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
    time = {
      source  = "hashicorp/time"
      version = ">= 0.12, < 1"
    }
  }
}

provider "google" {
  project               = local.project
  user_project_override = true
  billing_project       = local.project
}

locals {
  project = "example-pinward"
  # By number: a name can be taken by somebody else later. `gh api repos/OWNER/NAME --jq .id` prints it.
  repository_id = "123456789"
  # The bucket of the backend that keeps the state.
  state_bucket = "example-pinward-state"

  apis = [
    "cloudresourcemanager.googleapis.com", "iam.googleapis.com", "iamcredentials.googleapis.com", "storage.googleapis.com",
    "sts.googleapis.com",
  ]

  # What a job's token may stand for. A pull request is of this repository: GitHub gives those of forks no token.
  trusts = { plan = "pull_request", apply = "main", policy-plan = "pull_request", policy-apply = "main" }

  # Plans read everything but secrets. Applies may change everything: so may whoever can merge into main.
  roles = {
    plan = [
      "roles/viewer", "roles/iam.securityReviewer", "roles/serviceusage.serviceUsageConsumer", "roles/storage.objectViewer",
      # A plan reads the public keys of the functions that write documents.
      "roles/cloudkms.publicKeyViewer",
    ]
    apply = ["roles/owner"]
  }
  grants = merge([for who, roles in local.roles : { for role in roles : "${who} ${role}" => { who = who, role = role } }]...)
}

resource "google_project_service" "api" {
  for_each = toset(local.apis)

  project            = local.project
  service            = each.value
  disable_on_destroy = false
}

# An API that was just switched on may still be refused. Source: "Newly activated service errors" in
# https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/google_project_service
resource "time_sleep" "apis" {
  create_duration = "90s"

  depends_on = [google_project_service.api]
}

resource "google_iam_workload_identity_pool" "github" {
  project                   = local.project
  workload_identity_pool_id = "pinward-github"
  display_name              = "Pinward: GitHub"

  depends_on = [time_sleep.apis]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  project                            = local.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  display_name                       = "GitHub Actions"
  # Everybody's workflows have the same issuer.
  attribute_condition = "assertion.repository_id == '${local.repository_id}'"

  # The event is looked at, too: pull_request_target has main as its ref, but may run the code of a pull request.
  attribute_mapping = {
    "google.subject"  = "assertion.sub"
    "attribute.trust" = "assertion.event_name == 'push' && assertion.ref == 'refs/heads/main' ? 'main' : assertion.event_name == 'pull_request' ? 'pull_request' : 'none'"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

# `plan` and `apply` run Terraform. The others only call Pinward: state their addresses in its roles.
resource "google_service_account" "github" {
  for_each = local.trusts

  project      = local.project
  account_id   = "pinward-github-${each.key}"
  display_name = "Pinward: GitHub, ${each.key}"

  depends_on = [time_sleep.apis]
}

resource "google_service_account_iam_member" "github" {
  for_each = local.trusts

  service_account_id = google_service_account.github[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/attribute.trust/${each.value}"
}

resource "google_project_iam_member" "github" {
  for_each = local.grants

  project = local.project
  role    = each.value.role
  member  = google_service_account.github[each.value.who].member
}

resource "google_storage_bucket_iam_member" "state" {
  for_each = { plan = "roles/storage.objectViewer", apply = "roles/storage.objectUser" }

  bucket = local.state_bucket
  role   = each.value
  member = google_service_account.github[each.key].member
}

output "variables" {
  description = "The variables that the workflows read: set them in the repository's settings, under Actions."
  value = {
    PINWARD_IDENTITY_PROVIDER = google_iam_workload_identity_pool_provider.github.name
    PINWARD_PROJECT           = local.project
  }
}

output "accounts" {
  description = "The service accounts. Pinward's role editor is for those of the policy."
  value       = { for name, account in google_service_account.github : name => account.email }
}
