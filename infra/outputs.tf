# Outputs: what to know and to do after `terraform apply`.

output "url" {
  description = "Where admins and machines reach the API."
  value       = local.url

  # Shown only when somebody may call it.
  depends_on = [google_cloud_run_v2_service_iam_member.api_invoker]
}

output "signing_key" {
  description = "The key that signs answers."
  value       = google_kms_crypto_key.answers.id
}

output "writers" {
  description = "The public keys of the functions that write documents: PINWARD_WRITERS for `npm run verify-history` and `npm run sign-documents`."
  value       = local.writers
}

output "writer_key" {
  description = "The key with which the api signs documents: PINWARD_WRITER_KMS_KEY for `npm run sign-documents`."
  value       = local.writer_keys["api"]
}

output "probe_identity" {
  description = "Who the probe is, for projects that are not managed here: it needs aiplatform.endpoints.predict there."
  value       = google_service_account.probe.email
}

output "agents" {
  description = "The SHA-256 of the agents that the api hands out, by their extensions, for `--sha256` of the one line that installs. It comes from the release or the build, not from the api."
  value = var.release != null ? var.release.agents : {
    for extension in ["sh", "ps1"] : extension => try(filesha256("${local.bundle_folder}/agent.${extension}"), null)
  }
}

output "address" {
  description = "What the domains of the load balancer must point to (A records); null without one."
  value       = one(google_compute_global_address.api[*].address)
}

output "next" {
  description = "The next commands."
  value       = <<-EOT
    # In the folder of the checkout.
    # Put your credential into a file, so that no list of processes shows it.%{if var.admin_token} (Once people sign in, set admin_token = false.)%{endif}
    (umask 077; printf 'Authorization: Bearer %s\n' "$(%{if var.admin_token}gcloud secrets versions access latest --secret=pinward-admin-token --project=${var.project}%{else}cat ID_TOKEN_FILE%{endif})" > ~/.pinward-header)

    # State the policy (edit the file first: its project is where developers call Vertex AI).
    curl -X PUT ${local.url}/v1/policy -H @"$HOME/.pinward-header" \
      -H 'If-Match: "0"' -H 'Content-Type: application/json' --data @infra/examples/policy.json

    # Probe Vertex AI now, not in a quarter of an hour. Then see what can be called.
    gcloud scheduler jobs run pinward-probe --location=${var.region} --project=${var.project}
    curl ${local.url}/v1/availability -H @"$HOME/.pinward-header"

    # Set up a machine: this line asks for its token.
    gcloud secrets versions access latest --secret=pinward-machine-token --project=${var.project}
    curl -fsS ${local.url}/install.sh | sudo sh -s -- --token-stdin
  EOT
}
