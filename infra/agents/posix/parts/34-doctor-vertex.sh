# --- doctor: Vertex AI ------------------------------------------------------------------------------------------------
# Tries the credentials that Claude Code says it has, and asks Vertex AI for one token of each pinned model, at the
# address of the pins. Judges each answer by the known answers.

# out: credential_kind and what describe_credentials sets; out_access_token, or nothing
check_credentials() {
  out_access_token='' gcloud_error='' base_url=$(print_pin env.ANTHROPIC_VERTEX_BASE_URL) credential_kind=person
  named_file=$(client_variable GOOGLE_APPLICATION_CREDENTIALS) config_dir=$(client_variable CLOUDSDK_CONFIG)
  foreign=$(for name in GOOGLE_APPLICATION_CREDENTIALS CLOUDSDK_CONFIG; do
    client_variable $name user,project,local | grep -vxF "$(client_variable $name)"
  done)
  credentials_file=$root${named_file:-${config_dir:-${HOME:-}/.config/gcloud}/application_default_credentials.json}
  describe_credentials
  look="ls -l $(quote_for_shell "$credentials_file")"
  [ "$named_file" != "${GOOGLE_APPLICATION_CREDENTIALS:-}" ] || look='unset GOOGLE_APPLICATION_CREDENTIALS'
  if [ "$credential_kind" = gateway ]; then
    [ -n "$base_url" ] && out_finding=gateway_has_credentials || out_finding=gateway_missing
  elif ! [ -f "$client_folder/user" ] || ! [ -f "$client_folder/user,project,local" ]; then
    out_finding=credentials_unknown
  elif [ -n "$foreign" ]; then
    out_finding=credentials_foreign
  elif [ -n "$named_file" ] && [ ! -r "$credentials_file" ]; then
    out_finding=credentials_unreadable
  elif [ -n "$offline" ] && [ -r "$credentials_file" ]; then
    out_finding=credentials_offline
  elif [ -z "$offline" ] && command -v gcloud >/dev/null; then
    request_access_token
  else
    [ -r "$credentials_file" ] && out_finding=gcloud_missing || out_finding=no_credentials
  fi
  report credentials "$out_finding" $credential_kind "$gcloud_error"
}

# Prints a variable of Claude Code's, as Claude Code told it.
# in: NAME [SOURCES of settings that count]
client_variable() { sed -n "s/^$1=//p" "$client_folder/${2:-user}" 2>/dev/null; }

# out: credential_kind, quota_project; account, member and provider, as far as the file names them, for advice
describe_credentials() {
  credentials=$(flatten_json "$credentials_file") provider=$(credential audience)
  provider=${provider#//iam.googleapis.com/} account=$(credential client_email)
  quota_project=$(client_variable GOOGLE_CLOUD_QUOTA_PROJECT)
  quota_project=${quota_project:-$(credential quota_project_id)}
  account=${account:-$(credential service_account_impersonation_url | sed 's|.*/||; s/:.*//')}
  case $(credential type):$provider in
    external_account_authorized_user:* | external_account:*workforcePools*) credential_kind=workforce ;;
    external_account:*) credential_kind=federation ;;
    impersonated_service_account:*) credential_kind=impersonation ;;
    service_account:* | gdch_service_account:*) credential_kind=key ;;
    :*) credential_kind=metadata ;;
  esac
  case $(print_pin env.CLAUDE_CODE_SKIP_VERTEX_AUTH) in
    '' | 0 | false | no | off) ;;
    *) credential_kind=gateway quota_project='' account='' ;;
  esac
  member=serviceAccount:$(quote_for_shell "${account:-ACCOUNT}")
  case $credential_kind:$account in
    person:*) member=user:YOUR@ADDRESS ;;
    federation: | workforce:)
      member=$(quote_for_shell "principalSet://iam.googleapis.com/${provider%/providers/*}/*") ;;
  esac
  account=$(quote_for_shell "${account:-ACCOUNT}") provider=$(quote_for_shell "$provider")
}

# in: NAME of a field
credential() { printf '%s\n' "$credentials" | sed -n "s/^$1=//p"; }

# gcloud may need some seconds to start.
# out: out_access_token, out_finding
request_access_token() {
  timeout=10
  gcloud_output=$(
    export CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1 CLOUDSDK_SURVEY_DISABLE_PROMPTS=1
    export CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=1 ${config_dir:+CLOUDSDK_CONFIG="$config_dir"}
    [ -z "$named_file" ] || export GOOGLE_APPLICATION_CREDENTIALS="$credentials_file"
    run_with_timeout gcloud auth application-default print-access-token </dev/null 2>&1
  ) && gcloud_code=0 || gcloud_code=$?
  timeout=5 out_access_token=$(printf '%s\n' "$gcloud_output" | grep -x '[A-Za-z0-9._~+/=-]\{20,\}' | tail -n 1)
  case $gcloud_code:$out_access_token in
    0:) out_finding=gcloud_unreadable ;;
    0:*) out_finding=credentials_accepted && return ;;
    124:* | 137:* | 143:*) out_finding=gcloud_silent ;;
    *)
      find_vertex_answer LOCAL '' "$gcloud_output"
      case $out_finding in
        network) out_finding=gcloud_cut_off ;;
        no_credentials) ;;
        *) out_finding=unauthenticated gcloud_error="gcloud: $(printf '%s\n' "$gcloud_output" | sed -n 's/^ERROR: //p' |
          head -n 1 | cut -c 1-200)" ;;
      esac ;;
  esac
  out_access_token=''
}

check_models() {
  project=$(print_pin env.ANTHROPIC_VERTEX_PROJECT_ID) console=https://console.cloud.google.com
  consumer=${quota_project:-$project}
  case $(uname -s) in Darwin) open_command=open ;; *) open_command=xdg-open ;; esac
  while read -r family model location url; do
    [ -n "$family" ] || continue
    check_model
    report "$family" "$out_finding" "$credential_kind" "$model in $location"
  done <<EOF
$out_models
EOF
}

# A token goes by TLS, or to this machine.
# in:  model, location, url, project, quota_project
# out: out_finding and its variables
check_model() {
  base_model=${model%@*} host=${url#*://} host=${host%%/*} address=$(quote_for_shell "${base_url:-https://$host/}")
  gateway=$address
  case $project$location$quota_project$model in *[!a-z0-9@:.-]*) out_finding=model_unreadable && return ;; esac
  [ -z "$offline" ] || { out_finding=model_offline && return; }
  case $credential_kind:$url in
    gateway:http* | *:https://* | *:http://127.0.0.1:* | *:http://localhost:*) ;;
    *) out_finding=address_not_trusted && return ;;
  esac
  if [ -z "$out_access_token" ] && { [ "$credential_kind" != gateway ] || [ -z "$base_url" ]; }; then
    out_finding=token_missing && return
  fi
  request_model && read_vertex_answer || return 0
  find_vertex_answer "$out_code" "$out_error_reason" "$out_message"
  out_finding=${out_finding:-unknown} said=", HTTP $out_http_status: $(printf %s "$out_message" | cut -c 1-200)"
  case $out_finding in
    api_disabled | billing_disabled | project_suspended | project_invalid)
      [ "$consumer" = "$project" ] || out_finding=other_quota_project ;;
  esac
}

# out: out_http_status; out_body, as one line of printable ASCII; or else out_finding
request_model() {
  set -- --header 'Content-Type: application/json' --write-out '\nHTTP %{http_code}\n' ${vertex_url:+--noproxy '*'}
  [ -z "$quota_project" ] || set -- "$@" --header "x-goog-user-project: $quota_project"
  [ -z "$vertex_url" ] || [ -n "$base_url" ] || url=$vertex_url/${url#https://*/}
  output=$(
    # shellcheck disable=SC2030 # for this request alone
    token=$out_access_token server=$url
    http_request :rawPredict "$timeout" $max_bytes "$@" \
      --data '{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}' 2>&1
  ) && curl_code=0 || curl_code=$?
  read_vertex_output "$output"
  [ "$curl_code" -ne 0 ] || return 0
  [ "$curl_code" -eq 28 ] && out_finding=model_silent || out_finding=model_cut_off
  reason=${out_body#*curl: (*) }
  return 1
}

# in:  OUTPUT of curl, with a last line such as HTTP 200
# out: out_http_status; out_body, as one line of printable ASCII
read_vertex_output() {
  out_http_status=$(printf '%s\n' "$1" | sed -n 's/^HTTP \([0-9]*\)$/\1/p' | tail -n 1)
  out_body=$(printf '%s\n' "$1" | sed '/^HTTP [0-9]*$/d' | tr '\n' ' ' | tr -cd ' -~' | cut -c 1-60000)
}

# An answer that is not in Google's form has the code that gRPC gives its status:
# https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
# in:  out_http_status, out_body
# out: out_code, out_error_reason, out_message; denial: the id by which VPC Service Controls log a denial
read_vertex_answer() {
  vertex_answer=$(printf '%s\n' "$out_body" | flatten_json -) || vertex_answer=''
  vertex_answer=$(printf '%s\n' "$vertex_answer" | sed -e 's/^0\.error\./error./' -e "s/\\\\u0027/'/g" \
    -e 's/\\u0022/"/g' -e 's/\\u0026/\&/g' -e 's/\\u003[cC]/</g' -e 's/\\u003[eE]/>/g' -e 's/\\u[0-9a-fA-F]\{4\}//g' \
    -e 's/\\[nrt]/ /g' -e 's|\\\(["/\\]\)|\1|g')
  out_code=$(answer_field 'error\.status') out_message=$(answer_field 'error\.message')
  out_error_reason=$(answer_field 'error\.details\.[0-9]*\.reason')
  denial=$(answer_field 'error\.details\.[0-9]*\.metadata\.uid')
  denial=${denial:-$(printf '%s\n' "$out_message" | sed -n 's/.*UniqueIdentifier: *\([A-Za-z0-9_-]*\).*/\1/p')}
  [ -z "$out_code" ] || return 0
  out_message=$out_body
  case $(answer_field type):$out_http_status in
    message:200) out_code=OK ;;
    error:*) out_code=INVALID_ARGUMENT ;;
    *:401) out_code=UNAUTHENTICATED ;;
    *:403) out_code=PERMISSION_DENIED ;;
    *:404 | *:501) out_code=UNIMPLEMENTED ;;
    *:429 | *:5??) out_code=UNAVAILABLE ;;
  esac
}

# in: PATTERN of a path
answer_field() { printf '%s\n' "$vertex_answer" | sed -n "s/^$1=//p" | head -n 1; }

# in:  CODE REASON TEXT; the code LOCAL is of an error of this machine
# out: out_finding, or nothing
find_vertex_answer() {
  out_finding=$(print_vertex_answers | CODE=$1 REASON=$2 TEXT=$3 awk -F ';' '
    function lists(words, word) { return words == "" || word != "" && index(" " words " ", " " word " ") }
    BEGIN {
      text = tolower(ENVIRON["TEXT"]); gsub(/[ \t\r\n\f\v]+/, " ", text); gsub(/[^ -~]/, "", text)
      text = substr(text, 1, 5000)
    }
    lists($2, ENVIRON["CODE"]) && lists($3, ENVIRON["REASON"]) && ($4 == "" || text ~ $4) { print $1; exit }')
}
