# --- Vertex AI --------------------------------------------------------------------------------------------------------
# Finds whose credentials Claude Code has, gets an access token for them, asks Vertex AI for one token of a model, and
# finds which known answer that is.

# in:  credentials_file, told
# out: credential_kind, quota_project; account, member and provider, for advice
read_credentials() {
  credentials=$(print_file "$credentials_file" | flatten_json -) type=$(value_of "$credentials" type)
  account=$(value_of "$credentials" client_email)
  account=${account:-$(value_of "$credentials" service_account_impersonation_url | sed 's|.*/||; s/:.*//')}
  provider=$(value_of "$credentials" audience | sed 's|^//iam.googleapis.com/||') pool=${provider%/providers/*}
  quota_project=$(value_of "$told" GOOGLE_CLOUD_QUOTA_PROJECT | grep . || value_of "$credentials" quota_project_id)
  case $(value_of "$pins" CLAUDE_CODE_SKIP_VERTEX_AUTH) in
    '' | 0 | false | no | off) ;;
    *) type=gateway quota_project='' account='' ;;
  esac
  row="$type:$provider:$account" account=${account:-ACCOUNT}
  find_credential_kind "$row"
  account=$(quote_for_shell "$account") member=$(quote_for_shell "$member") provider=$(quote_for_shell "$provider")
}

# gcloud may need some seconds to start.
# out: token, can_ask, gcloud_error; out_finding
request_access_token() {
  set -- gcloud auth application-default print-access-token
  [ -z "$named_file" ] || set -- "GOOGLE_APPLICATION_CREDENTIALS=$credentials_file" "$@"
  while IFS= read -r variable; do [ -z "$variable" ] || set -- "$variable" "$@"; done <<EOF
$told
EOF
  # shellcheck disable=SC2086 # a word for each variable
  output=$(timeout=10 && run_with_timeout env $gcloud_variables "$@" </dev/null 2>&1) && exit_code=0 || exit_code=$?
  case $exit_code in
    0) token=$(printf '%s\n' "$output" | grep -x '[A-Za-z0-9._~+/=-]\{20,\}' | tail -n 1) ;;
    124 | 137 | 143) out_finding=gcloud_silent && return ;;
    *)
      find_vertex_answer LOCAL '' "$output"
      case $out_finding in
        network) out_finding=gcloud_network ;;
        no_credentials) ;;
        *)
          out_finding=${out_finding:-gcloud_unreadable}
          line=$(printf '%s\n' "$output" | sed -n 's/^ERROR: //p' | grep . || printf '%s\n' "$output" | grep .)
          gcloud_error="gcloud: $(printf '%s\n' "$line" | head -n 1 | hide_secrets | cut -c 1-200)" ;;
      esac
      return ;;
  esac
  [ -n "$token" ] && can_ask=yes && out_finding=credentials_accepted || out_finding=gcloud_unreadable
}

# curl sends no header without a value.
# in:  base, project, location, model; token, or nothing for a gateway; quota_project
# out: out_finding; said: what people read of an answer that is not known; denial; reason
request_model() {
  server=$base said='' denial=''
  request_text "/projects/$project/locations/$location/publishers/anthropic/models/$model:rawPredict" 65536 \
    --header 'Content-Type: application/json' --header "x-goog-user-project: $quota_project" \
    --data '{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}'
  reason=$out_reason
  case $out_http_status:$out_text in
    000:*'curl: (28)'*) out_finding=model_silent ;;
    000:*) out_finding=model_cut_off ;;
    :*) out_finding=unknown said=": $reason" ;;
    *) judge_vertex_answer ;;
  esac
}

# in:  out_http_status, out_text; token
# out: out_finding; said; denial: the id by which VPC Service Controls log a denial
judge_vertex_answer() {
  fields=$(printf '%s\n' "$out_text" | flatten_json -) || fields=''
  error='\(0\.\)\{0,1\}error' # the answer may be an array
  out_code=$(value_of "$fields" "$error\.status") message=$(value_of "$fields" "$error\.message")
  denial=$(value_of "$fields" "$error\.details\.[0-9]*\.metadata\.uid" | grep . ||
    printf '%s\n' "$message" | sed -n 's/.*UniqueIdentifier: *\([A-Za-z0-9_-]*\).*/\1/p')
  if [ -z "$out_code" ]; then
    message=$out_text
    find_code "$(value_of "$fields" type):$out_http_status"
    [ "$out_code:$token" != UNAUTHENTICATED: ] || out_code='' # a gateway may want what the doctor does not send
  fi
  find_vertex_answer "$out_code" "$(value_of "$fields" "$error\.details\.[0-9]*\.reason")" "$message"
  out_finding=${out_finding:-unknown} denial=${denial:-unknown}
  said=", HTTP $out_http_status: $(to_printable "$message" | hide_secrets | cut -c 1-200)"
}
