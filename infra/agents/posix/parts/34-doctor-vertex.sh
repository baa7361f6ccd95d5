# --- doctor: Vertex AI ------------------------------------------------------------------------------------------------
# Tries the credentials that Claude Code says it has, and asks Vertex AI for one token of each pinned model, at the
# address of the pins. Judges each answer by the known answers.

# out: what read_credentials sets; token: the access token, or nothing; can_ask: whether Vertex AI can be asked
check_credentials() {
  told=$(cat "${client_folder:-/dev/null}/user" 2>/dev/null) && is_told=yes || is_told=''
  told_by_all=$(cat "${client_folder:-/dev/null}/user,project,local" 2>/dev/null) || is_told=''
  foreign=$(printf '%s\n' "$told_by_all" | grep -vxF -e "$told" | grep -v ^GOOGLE_CLOUD_QUOTA | sed 's/^[^=]*=//')
  config_dir=$(value_of "$told" CLOUDSDK_CONFIG) named_file=$(value_of "$told" GOOGLE_APPLICATION_CREDENTIALS)
  credentials_file=$root${named_file:-${config_dir:-${HOME:-}/.config/gcloud}/application_default_credentials.json}
  read_credentials
  token='' gcloud_error='' look="ls -l $(quote_for_shell "$credentials_file")"
  [ "$named_file" != "${GOOGLE_APPLICATION_CREDENTIALS:-}" ] || look='unset GOOGLE_APPLICATION_CREDENTIALS'
  if [ "$credential_kind" = gateway ] && [ -n "$base_url" ]; then out_finding=gateway_has_credentials
  elif [ "$credential_kind" = gateway ]; then out_finding=gateway_missing
  elif [ -z "$is_told" ]; then out_finding=credentials_unknown
  elif [ -n "$foreign" ]; then out_finding=credentials_foreign
  elif [ -n "$named_file" ] && [ ! -r "$credentials_file" ]; then out_finding=credentials_unreadable
  elif [ -n "$offline" ] && [ -r "$credentials_file" ]; then out_finding=credentials_offline
  elif [ -z "$offline" ] && command -v gcloud >/dev/null; then request_access_token
  elif [ -r "$credentials_file" ]; then out_finding=gcloud_missing
  else out_finding=no_credentials
  fi
  case $out_finding in credentials_accepted | gateway_has_credentials) can_ask=yes ;; *) can_ask='' ;; esac
  report credentials "$out_finding" "$credential_kind" "$gcloud_error"
}

# in:  credentials_file, told
# out: credential_kind, quota_project; account, member and provider, for advice
read_credentials() {
  credentials=$(flatten_json "$credentials_file") type=$(value_of "$credentials" type)
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
# out: token, gcloud_error; out_finding
request_access_token() {
  set -- gcloud auth application-default print-access-token
  [ -z "$config_dir" ] || set -- "CLOUDSDK_CONFIG=$config_dir" "$@"
  [ -z "$named_file" ] || set -- "GOOGLE_APPLICATION_CREDENTIALS=$credentials_file" "$@"
  timeout=10
  # shellcheck disable=SC2086 # a word for each variable
  output=$(run_with_timeout env $gcloud_variables "$@" </dev/null 2>&1) && exit_code=0 || exit_code=$?
  timeout=5 token=$(printf '%s\n' "$output" | grep -x '[A-Za-z0-9._~+/=-]\{20,\}' | tail -n 1)
  case $exit_code:$token in
    0:?*) out_finding=credentials_accepted && return ;;
    0:) out_finding=gcloud_unreadable ;;
    124:* | 137:* | 143:*) out_finding=gcloud_silent ;;
    *)
      find_vertex_answer LOCAL '' "$output"
      case $out_finding in
        no_credentials) ;;
        network) out_finding=gcloud_cut_off ;;
        *)
          out_finding=unauthenticated
          gcloud_error="gcloud: $(printf '%s\n' "$output" | sed -n 's/^ERROR: //p' | head -n 1 | cut -c 1-200)" ;;
      esac ;;
  esac
  token=''
}

check_models() {
  consumer=${quota_project:-$project}
  case $(uname -s) in Darwin) open_command=open ;; *) open_command=xdg-open ;; esac
  while read -r family model location base; do
    [ -n "$family" ] || continue
    check_model
    report "$family" "$out_finding" "$credential_kind" "$model in $location"
  done <<EOF
$models
EOF
}

# A gateway that has the credentials gets no token, so any address will do for it.
# in:  model, location, base, project, quota_project, can_ask
# out: out_finding and its variables
check_model() {
  base_model=${model%@*} host=${base#*://} host=${host%%/*} address=$(quote_for_shell "${base_url:-https://$host/}")
  case $project$location$quota_project$model in *[!a-z0-9@:.-]*) out_finding=model_unreadable && return ;; esac
  if [ -n "$offline" ]; then out_finding=model_offline
  elif ! is_safe_address "$base" && [ "$credential_kind:${base%%:*}" != gateway:http ]; then
    out_finding=address_not_trusted
  elif [ -z "$can_ask" ]; then out_finding=token_missing
  else request_model
  fi
}

# curl sends no header without a value.
# in:  token; what check_model reads
# out: out_finding and its variables
request_model() {
  server=$base
  request_text "/projects/$project/locations/$location/publishers/anthropic/models/$model:rawPredict" 65536 \
    --header 'Content-Type: application/json' --header "x-goog-user-project: $quota_project" \
    --data '{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}'
  reason=$out_reason
  case $out_http_status:$out_text in
    000:*'curl: (28)'*) out_finding=model_silent ;;
    000:* | :*) out_finding=model_cut_off ;;
    *) judge_vertex_answer ;;
  esac
}

# in:  out_http_status, out_text; consumer, project
# out: out_finding; said; denial: the id by which VPC Service Controls log a denial
judge_vertex_answer() {
  fields=$(printf '%s\n' "$out_text" | flatten_json -) || fields=''
  error='\(0\.\)\{0,1\}error' # the answer may be an array
  out_code=$(value_of "$fields" "$error\.status") message=$(value_of "$fields" "$error\.message")
  denial=$(value_of "$fields" "$error\.details\.[0-9]*\.metadata\.uid" | grep . ||
    printf '%s\n' "$message" | sed -n 's/.*UniqueIdentifier: *\([A-Za-z0-9_-]*\).*/\1/p')
  [ -n "$out_code" ] || { message=$out_text && find_code "$(value_of "$fields" type):$out_http_status"; }
  find_vertex_answer "$out_code" "$(value_of "$fields" "$error\.details\.[0-9]*\.reason")" "$message"
  out_finding=${out_finding:-unknown} said=", HTTP $out_http_status: $(to_printable "$message" | cut -c 1-200)"
  case $out_finding in
    api_disabled | billing_disabled | project_suspended | project_invalid)
      [ "$consumer" = "$project" ] || out_finding=other_quota_project ;;
  esac
}
