# --- doctor: models ---------------------------------------------------------------------------------------------------
# Asks Vertex AI for one token of each pinned model, at the address that Claude Code calls, and explains each answer.

check_models() {
  project=$(print_pin env.ANTHROPIC_VERTEX_PROJECT_ID) console=https://console.cloud.google.com
  while read -r family model location; do
    [ -z "$family" ] || check_model
  done <<EOF
$out_models
EOF
}

# in: family, model, location, project, quota_project, base_url
check_model() {
  pin="$model in $location"
  case ${project:-?}${location:-?}$quota_project$model in *[!a-z0-9@:.-]*) is_readable='' ;; *) is_readable=yes ;; esac
  if [ -z "$is_readable" ]; then
    report_skipped "$family" "could not read the pin: $pin, project $project $quota_project"
  elif [ -n "$offline" ]; then
    report_skipped "$family" "--offline: $pin was not asked"
  elif ! is_trusted_address; then
    report_skipped "$family" "$pin was not asked: ANTHROPIC_VERTEX_BASE_URL is $base_url, which the pins do not say"
  elif [ -z "$out_access_token" ] && { [ "$credential_kind" != gateway ] || [ -z "$base_url" ]; }; then
    report_skipped "$family" "$pin was not asked: there is no access token"
  else
    request_model && report_model
  fi
}

# Only the pins may name another address than Google's, and a token goes there by TLS or within this machine.
is_trusted_address() {
  case $credential_kind:$base_url in
    *:) ;;
    gateway:http* | *:https://* | *:http://127.0.0.1:* | *:http://localhost:*)
      [ "$base_url" = "$(print_pin env.ANTHROPIC_VERTEX_BASE_URL)" ] ;;
    *) return 1 ;;
  esac
}

# out: address; what read_vertex_output sets
request_model() {
  case $location in
    global) host=aiplatform.googleapis.com ;;
    us | eu) host=aiplatform.$location.rep.googleapis.com ;;
    *) host=$location-aiplatform.googleapis.com ;;
  esac
  address=$(quote_for_shell "${base_url:-https://$host/}")
  set -- --header 'Content-Type: application/json' --write-out '\nHTTP %{http_code}\n' ${vertex_url:+--noproxy '*'}
  [ -z "$quota_project" ] || set -- "$@" --header "x-goog-user-project: $quota_project"
  output=$(
    token=$out_access_token server=${base_url:-${vertex_url:-https://$host}/v1} && server=${server%/}
    http_request "/projects/$project/locations/$location/publishers/anthropic/models/$model:rawPredict" \
      "$timeout" $max_bytes "$@" \
      --data '{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}' 2>&1
  ) && curl_code=0 || curl_code=$?
  read_vertex_output "$output"
  case $curl_code in
    0) return ;;
    28) report_skipped "$family" "$pin: ${base_url:-$host} did not answer within $timeout seconds" ;;
    *) report_problem "$family" "$pin: could not reach ${base_url:-$host}" \
      "The network or the proxy blocks that host: ${out_body#*curl: (*) }" "curl --head $address" ;;
  esac
  return 1
}

# An answer that no row fits is shown, and is no verdict.
report_model() {
  read_vertex_answer
  find_vertex_answer "$out_code" "$out_error_reason" "$out_text"
  consumer=${quota_project:-$project} base_model=${model%@*} gateway=$address
  case $out_finding in
    api_disabled | billing_disabled | project_suspended | project_invalid)
      [ "$consumer" = "$project" ] || out_finding=other_quota_project ;;
  esac
  out_verdict=unknown out_problem='no verdict'
  [ -z "$out_finding" ] || explain_finding "$out_finding" "$credential_kind"
  case $out_verdict in
    enabled) report_ok "$family" "$pin $out_problem" ;;
    transient | candidate | unknown)
      report_skipped "$family" "$pin: $out_problem, HTTP $out_http_status: $(printf %s "$out_text" | cut -c 1-200)" ;;
    *) report_problem "$family" "$pin: $out_problem" "$out_meaning" "$out_fix" ;;
  esac
}
