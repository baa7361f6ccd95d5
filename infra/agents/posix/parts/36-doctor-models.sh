# --- doctor: models ---------------------------------------------------------------------------------------------------
# Asks Vertex AI for one token of each pinned model, and explains each refusal.

check_models() {
  project=$(print_pin env.ANTHROPIC_VERTEX_PROJECT_ID)
  quota_project=${GOOGLE_CLOUD_QUOTA_PROJECT:-$(flatten_json "$credentials_file" | sed -n 's/^quota_project_id=//p')}
  while read -r family model location; do
    [ -z "$family" ] || check_model
  done <<EOF
$out_models
EOF
}

# in: family, model, location, project, quota_project
check_model() {
  pin="$model in $location"
  case ${project:-?}${location:-?}$quota_project$model in
    *[!a-z0-9@:.-]*)
      report_skipped "$family" "could not read the pin: $pin, project $project $quota_project"
      return ;;
  esac
  if [ -n "$offline" ]; then
    report_skipped "$family" "--offline: $pin was not asked"
  elif [ -z "$out_access_token" ]; then
    report_skipped "$family" "$pin was not asked: there is no access token"
  else
    request_model && report_model
  fi
}

# out: out_http_status, out_body
request_model() {
  case $location in
    global) host=aiplatform.googleapis.com ;;
    us | eu) host=aiplatform.$location.rep.googleapis.com ;;
    *) host=$location-aiplatform.googleapis.com ;;
  esac
  set -- --header 'Content-Type: application/json' --write-out '\nHTTP %{http_code}\n' ${vertex_url:+--noproxy '*'}
  [ -z "$quota_project" ] || set -- "$@" --header "x-goog-user-project: $quota_project"
  output=$(
    token=$out_access_token server=${vertex_url:-https://$host}
    http_request "/v1/projects/$project/locations/$location/publishers/anthropic/models/$model:rawPredict" \
      "$timeout" $max_bytes "$@" \
      --data '{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}' 2>&1
  ) && curl_code=0 || curl_code=$?
  out_http_status=$(printf '%s\n' "$output" | sed -n 's/^HTTP \([0-9]*\)$/\1/p' | tail -n 1)
  out_body=$(printf '%s\n' "$output" | sed '/^HTTP [0-9]*$/d' | tr '\n' ' ' | tr -cd ' -~' | cut -c 1-5000)
  case $curl_code in
    0) return ;;
    28) report_skipped "$family" "$pin: $host did not answer within $timeout seconds" ;;
    *) report_problem "$family" "$pin: could not reach $host" \
      "The network or the proxy blocks that host: ${out_body#*curl: (*) }" "curl --head https://$host/" ;;
  esac
  return 1
}

# The texts and status codes are those of vertex-verdict.ts. Texts come first: status codes alone are ambiguous.
report_model() {
  console=https://console.cloud.google.com
  garden="$open_command '$console/vertex-ai/publishers/anthropic/model-garden/${model%@*}?project=$project'"
  case $out_http_status in
    200) ! body_has '"type" *: *"message"' || { report_ok "$family" "$pin answers" && return; } ;;
    400) ! body_has '"invalid_request_error"' || { report_ok "$family" "$pin answers" && return; } ;;
    404) ! body_has '<html' || {
      report_skipped "$family" "could not read the answer of $host: it is a web page" && return
    } ;;
  esac
  if body_has 'is not allowed to use Publisher Model'; then
    report_problem "$family" "$pin: project $project has not enabled it" \
      'Somebody has to accept the terms of the model in Model Garden.' "$garden"
  elif body_has 'is not servable in region'; then
    report_problem "$family" "$pin: not served there" \
      'The administrator of Pinward has to pin another location or model; see /v1/availability. Then fetch the pins.' \
      "$agent login"
  elif body_has 'constraints/vertexai.allowedModels'; then
    report_problem "$family" "$pin: forbidden by an organisation policy" \
      'An administrator has to allow the model there.' \
      "gcloud org-policies describe vertexai.allowedModels --effective --project $project"
  elif body_has 'data sharing' || body_has data_sharing_enabled_provider; then
    report_problem "$family" "$pin: needs data sharing" \
      'Somebody has to agree to data sharing for this model, or an administrator has to change the pin.' "$garden"
  else
    report_http_status
  fi
}

# in: PATTERN
body_has() { printf '%s\n' "$out_body" | grep -qi "$1"; }

report_http_status() {
  case $out_http_status in
    401) report_problem "$family" "$pin: the credentials are refused" 'Google does not accept the access token.' \
      "$login_command" ;;
    404) report_problem "$family" "$pin: 404, not found" \
      "Project $project has not enabled the model, or the location does not serve it. Enable it, or change the pin." \
      "$garden" ;;
    429) report_quota ;;
    403) report_denial ;;
    *) report_skipped "$family" "$pin: no verdict, HTTP $out_http_status: $(printf %s "$out_body" | cut -c 1-200)" ;;
  esac
}

report_quota() {
  if body_has 'quota exceeded.*per_base_model'; then
    report_problem "$family" "$pin: 429, the quota is 0 or used up" "Project $project needs more quota in $location." \
      "$open_command '$console/iam-admin/quotas?project=$project'"
  else
    report_skipped "$family" "$pin: 429, Vertex is busy; try again later"
  fi
}

report_denial() {
  account=$(flatten_json "$credentials_file" | sed -n 's/^client_email=/serviceAccount:/p')
  if body_has 'requires a quota project' ||
    { body_has SERVICE_DISABLED && [ -n "$quota_project" ] && [ "$quota_project" != "$project" ]; }; then
    report_problem "$family" "$pin: calls are charged to another project, ${quota_project:-of gcloud}" \
      'The Vertex AI API is not enabled in that project.' "gcloud auth application-default set-quota-project $project"
  elif body_has BILLING_DISABLED || body_has 'billing to be enabled'; then
    report_problem "$family" "$pin: project $project has no billing" 'Vertex AI requires billing.' \
      "gcloud billing projects link $project --billing-account ACCOUNT"
  elif body_has SERVICE_DISABLED || body_has 'has not been used in project'; then
    report_problem "$family" "$pin: the Vertex AI API is disabled" "Project $project needs this API." \
      "gcloud services enable aiplatform.googleapis.com --project $project"
  else
    report_problem "$family" "$pin: no permission aiplatform.endpoints.predict" \
      "An administrator has to grant this permission on project $project." \
      "gcloud projects add-iam-policy-binding $project --member ${account:-user:YOUR@ADDRESS}\
 --role roles/aiplatform.user"
  fi
}
