# Pinward for a fleet: a store in several regions, warm instances, your own domains with a console behind Identity-Aware Proxy,
# budgets, and a project for Claude Code.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }
}

provider "google" {
  project = local.project
  region  = "europe-west1"
  # A budget belongs to a billing account, and Firestore's rules are of Firebase: both need a project to count a person's calls for.
  # Every call is counted there, so its APIs must be on before the first plan: step 0 of infra/README.md. Source:
  # https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/billing_budget
  user_project_override = true
  billing_project       = local.project
}

locals {
  project         = "example-pinward"
  billing_account = "012345-6789AB-CDEF01"
}

module "pinward" {
  source = "../.."

  project            = local.project
  region             = "europe-west1"
  firestore_location = "eur3"
  organisation       = "example.com"
  owners             = ["ada@example.com", "grace@example.com"]
  hosted_domains     = ["example.com", "example.org"]
  signing_protection = "HSM"

  # The project of `vertex` is always probed.
  probe_projects  = ["example-data-science"]
  probe_locations = ["global", "us", "eu", "us-east5", "europe-west1"]

  api_instances = { min = 2, max = 50 }

  labels           = { cost-centre = "platform" }
  secret_locations = ["europe-west1", "europe-west4"]

  load_balancer = {
    domain          = "pinward.example.com"
    console_domain  = "pinward-console.example.com"
    console_members = ["group:platform@example.com"]
  }

  vertex = {
    project         = "example-claude-code"
    billing_account = local.billing_account
    folder          = "123456789012"
    group           = "developers@example.com"
    monthly_budget  = 20000
  }

  budget         = { billing_account = local.billing_account, monthly = 100 }
  alert_email    = "platform@example.com"
  alert_channels = ["projects/example-pinward/notificationChannels/1234567890123456789"]
}

# Those that infra/README.md and infra/agents/README.md ask for.
output "next" {
  value = module.pinward.next
}

output "url" {
  value = module.pinward.url
}

output "agents" {
  value = module.pinward.agents
}

output "address" {
  value = module.pinward.address
}

output "writers" {
  value = module.pinward.writers
}

output "writer_key" {
  value = module.pinward.writer_key
}
