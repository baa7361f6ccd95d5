# Pinward for up to a few thousand machines, in one project. Copy this folder, fill in its values, and follow infra/README.md.
# Add a backend for the state before anybody else applies it. Begin with its step 0: the first plan needs some APIs.

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
  # Firestore's rules need a project to count a person's calls for. Source:
  # https://firebase.google.com/docs/projects/terraform/get-started
  user_project_override = true
  billing_project       = local.project
}

locals {
  project = "example-pinward"
}

module "pinward" {
  source = "../.."

  project        = local.project
  region         = "europe-west1"
  organisation   = "example.com"
  owners         = ["ada@example.com"]
  hosted_domains = ["example.com"]
  probe_projects = ["example-claude-code"]
  alert_email    = "platform@example.com"
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
