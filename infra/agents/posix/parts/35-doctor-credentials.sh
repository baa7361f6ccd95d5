# --- doctor: credentials ----------------------------------------------------------------------------------------------
# Checks the credentials with which Claude Code calls Vertex AI: those of its own environment, not of this shell alone.

# out: base_url, what describe_credentials sets; out_access_token, or nothing
check_credentials() {
  out_access_token='' base_url=$(client_variable ANTHROPIC_VERTEX_BASE_URL)
  named_file=$(client_variable GOOGLE_APPLICATION_CREDENTIALS own) config_dir=$(client_variable CLOUDSDK_CONFIG own)
  foreign_file=$(client_variable GOOGLE_APPLICATION_CREDENTIALS)$(client_variable CLOUDSDK_CONFIG)
  credentials_file=$root${named_file:-${config_dir:-${HOME:-}/.config/gcloud}/application_default_credentials.json}
  describe_credentials
  if [ "$credential_kind$base_url" = gateway ]; then
    report_problem credentials 'CLAUDE_CODE_SKIP_VERTEX_AUTH is set, and ANTHROPIC_VERTEX_BASE_URL is not' \
      'Claude Code calls Google without credentials.' 'unset CLAUDE_CODE_SKIP_VERTEX_AUTH'
  elif [ "$credential_kind" = gateway ]; then
    report_ok credentials "Claude Code sends none: they are up to the gateway $base_url"
  elif [ "$foreign_file" != "$named_file$config_dir" ]; then
    report_skipped credentials "the settings of this folder name $foreign_file, which was not tried"
  elif [ -n "$named_file" ] && [ ! -r "$credentials_file" ]; then
    fix="ls -l $(quote_for_shell "$credentials_file")"
    [ "$named_file" != "${GOOGLE_APPLICATION_CREDENTIALS:-}" ] || fix='unset GOOGLE_APPLICATION_CREDENTIALS'
    report_problem credentials "could not read $credentials_file" \
      'GOOGLE_APPLICATION_CREDENTIALS names this file, so Claude Code tries no other credentials.' "$fix"
  elif [ -n "$offline" ] && [ -r "$credentials_file" ]; then
    report_skipped credentials "--offline: $credentials_file was not tried"
  elif [ -z "$offline" ] && command -v gcloud >/dev/null; then
    request_access_token
  elif [ -r "$credentials_file" ]; then
    report_skipped credentials "there is no gcloud here to try $credentials_file with"
  else
    explain_finding no_credentials person && report_problem credentials "$out_problem" "$out_meaning" "$out_fix"
  fi
}

# Prints a variable of Claude Code's environment: that of the shell and, over it, `env` of all settings. A folder may be
# a stranger's, and a file of credentials can make gcloud send any file anywhere.
# in: NAME [own, to leave out the settings of this folder]
client_variable() {
  value=''
  eval "value=\${$1-}"
  for file in "$claude_home/settings.json" "$root$(pwd)/.claude/settings.json" \
    "$root$(pwd)/.claude/settings.local.json" "${settings_dir%.d}.json" "$settings_dir"/*.json; do
    case ${2:-}:$file in own:"$claude_home"/*) ;; own:"$root$(pwd)"/*) continue ;; esac
    line=$(flatten_json "$file" | grep "^env\.$1=") && value=${line##*"env.$1="}
  done
  line=$(printf '%s\n' "$out_pins" | grep "^env\.$1=") && value=${line##*"env.$1="}
  printf '%s\n' "$value" | sed 's|\\\(["/\]\)|\1|g'
}

# out: credential_kind, quota_project; account, member and provider, as far as the file names them, for advice
describe_credentials() {
  credentials=$(flatten_json "$credentials_file") account=$(credential client_email)
  provider=$(credential audience) && provider=${provider#//iam.googleapis.com/}
  quota_project=$(client_variable GOOGLE_CLOUD_QUOTA_PROJECT)
  quota_project=${quota_project:-$(credential quota_project_id)}
  account=${account:-$(credential service_account_impersonation_url | sed 's|.*/||; s/:.*//')}
  case $(credential type):$provider in
    external_account_authorized_user:* | external_account:*workforcePools*) credential_kind=workforce ;;
    external_account:*) credential_kind=federation ;;
    impersonated_service_account:*) credential_kind=impersonation ;;
    service_account:* | gdch_service_account:*) credential_kind=key ;;
    :*) credential_kind=metadata ;;
    *) credential_kind=person ;;
  esac
  case $(client_variable CLAUDE_CODE_SKIP_VERTEX_AUTH) in
    '' | 0 | false | no | off) ;;
    *) credential_kind=gateway quota_project='' account='' ;;
  esac
  case $credential_kind:$account in
    person:*) member=user:YOUR@ADDRESS ;;
    federation: | workforce:)
      member=$(quote_for_shell "principalSet://iam.googleapis.com/${provider%/providers/*}/*") ;;
    *) account=$(quote_for_shell "${account:-ACCOUNT}") && member=serviceAccount:$account ;;
  esac
  provider=$(quote_for_shell "$provider")
}

# in: NAME of a field
credential() { printf '%s\n' "$credentials" | sed -n "s/^$1=//p"; }

# gcloud may need some seconds to start.
# out: out_access_token
request_access_token() {
  timeout=10
  gcloud_output=$(
    export CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1 CLOUDSDK_SURVEY_DISABLE_PROMPTS=1
    export CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=1 ${config_dir:+CLOUDSDK_CONFIG="$config_dir"}
    [ -z "$named_file" ] || export GOOGLE_APPLICATION_CREDENTIALS="$credentials_file"
    run_with_timeout gcloud auth application-default print-access-token </dev/null 2>&1
  ) && gcloud_code=0 || gcloud_code=$?
  timeout=5
  token_line=$(printf '%s\n' "$gcloud_output" | grep -x '[A-Za-z0-9._~+/=-]\{20,\}' | tail -n 1)
  case $gcloud_code:$token_line in
    0:) report_skipped credentials 'could not read what gcloud printed' ;;
    0:*) out_access_token=$token_line && report_ok credentials 'Google accepted the application default credentials' ;;
    124:* | 137:* | 143:*) report_skipped credentials 'gcloud did not answer within 10 seconds' ;;
    *) report_gcloud_error ;;
  esac
}

report_gcloud_error() {
  find_vertex_answer LOCAL '' "$gcloud_output"
  case $out_finding in
    network)
      out_problem='gcloud could not reach Google' out_meaning='The network or the proxy blocks gcloud.'
      out_fix='gcloud info --run-diagnostics' ;;
    no_credentials) explain_finding no_credentials person ;;
    *)
      explain_finding unauthenticated "$credential_kind"
      out_problem='the application default credentials are expired or refused'
      out_meaning="$out_meaning $(printf '%s\n' "$gcloud_output" | sed -n 's/^ERROR: //p' | head -n 1 |
        cut -c 1-200)" ;;
  esac
  report_problem credentials "$out_problem" "$out_meaning" "$out_fix"
}
