# Versions of this module's needs. infra/examples/ has two root configurations that use the module and set the provider.

terraform {
  required_version = ">= 1.9"

  required_providers {
    # Nothing is used that 7.0 changed. Source:
    # https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/version_7_upgrade
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
    # Waits for what Google has accepted but doesn't know everywhere yet.
    time = {
      source  = "hashicorp/time"
      version = ">= 0.12, < 1"
    }
    # Runs bundle.sh, which downloads a released zip.
    external = {
      source  = "hashicorp/external"
      version = ">= 2.3, < 3"
    }
  }
}
