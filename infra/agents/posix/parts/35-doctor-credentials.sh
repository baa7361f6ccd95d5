# --- doctor: credentials ----------------------------------------------------------------------------------------------
# Checks the application default credentials with which Claude Code calls Vertex AI, and gets an access token by gcloud.

# out: credentials_file, login_command; out_access_token, or nothing
check_credentials() {
  out_access_token=''
  credentials_file=${CLOUDSDK_CONFIG:-${HOME:-}/.config/gcloud}/application_default_credentials.json
  credentials_file=$root${GOOGLE_APPLICATION_CREDENTIALS:-$credentials_file}
  login_command='gcloud auth application-default login'
  if [ -n "${GOOGLE_APPLICATION_CREDENTIALS:-}" ] && [ ! -r "$credentials_file" ]; then
    report_problem credentials "could not read $credentials_file" \
      'GOOGLE_APPLICATION_CREDENTIALS names this file, so Claude Code tries no other credentials.' \
      'unset GOOGLE_APPLICATION_CREDENTIALS'
  elif [ -n "$offline" ] && [ -r "$credentials_file" ]; then
    report_skipped credentials "--offline: $credentials_file was not tried"
  elif [ -n "$offline" ] || ! command -v gcloud >/dev/null; then
    if [ -r "$credentials_file" ]; then
      report_skipped credentials "there is no gcloud here to try $credentials_file with" && return
    fi
    report_problem credentials 'no application default credentials' \
      "Claude Code calls Vertex AI with them, and there is no $credentials_file." "$login_command"
  else
    request_access_token
  fi
}

# out: out_access_token
request_access_token() {
  run_gcloud
  if [ "$gcloud_code" -ne 0 ]; then report_gcloud_error && return; fi
  out_access_token=$(printf '%s\n' "$gcloud_output" | grep -x '[A-Za-z0-9._~+/=-]\{20,\}' | tail -n 1)
  if [ -n "$out_access_token" ]; then
    report_ok credentials 'Google accepted the application default credentials'
  else
    report_skipped credentials 'could not read what gcloud printed'
  fi
}

# gcloud may need some seconds to start.
# out: gcloud_output, gcloud_code
run_gcloud() {
  timeout=10
  gcloud_output=$(
    export CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1 CLOUDSDK_SURVEY_DISABLE_PROMPTS=1
    export CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=1
    run_with_timeout gcloud auth application-default print-access-token </dev/null 2>&1
  ) && gcloud_code=0 || gcloud_code=$?
  timeout=5
}

report_gcloud_error() {
  case $gcloud_code:$gcloud_output in
    124:* | 137:* | 143:*) report_skipped credentials "gcloud did not answer within 10 seconds" ;;
    *'were not found'* | *'not automatically determine'*)
      report_problem credentials 'no application default credentials' \
        'Claude Code calls Vertex AI with them, and there are none.' "$login_command" ;;
    *'Failed to resolve'* | *'Max retries'* | *'Unable to find the server'* | *'Failed to establish'*)
      report_problem credentials 'gcloud could not reach Google' 'The network or the proxy blocks gcloud.' \
        'gcloud info --run-diagnostics' ;;
    *) error=$(printf '%s\n' "$gcloud_output" | sed -n 's/^ERROR: //p' | head -n 1 | cut -c 1-200)
      report_problem credentials 'the application default credentials are expired or refused' \
        "Claude Code cannot call Vertex AI. $error" "$login_command" ;;
  esac
}
