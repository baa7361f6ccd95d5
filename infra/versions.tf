# Pinward as a module: infra/examples/ has two root configurations that use it, with the provider set.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }
}
