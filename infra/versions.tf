# Versions of this module's needs. infra/examples/ has two root configurations that use the module and set the provider.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }
}
