# --- doctor: Vertex AI ------------------------------------------------------------------------------------------------
# Tries the credentials that Claude Code says it has, and each pinned model at the address of the pins.

# out: what read_credentials sets; token: the access token, or nothing; can_ask: whether Vertex AI can be asked
check_credentials() {
  told=$(cat "${client_folder:-/dev/null}/told" 2>/dev/null) && is_told=yes || is_told=''
  foreign=$(list_folder_settings | while IFS= read -r foreign; do print_variables "$foreign"; done |
    grep -E '^(GOOGLE_APPLICATION_CREDENTIALS|CLOUDSDK_CONFIG)=.' | grep -vxF -e "$told" | sed 's/^[^=]*=//')
  config_dir=$(value_of "$told" CLOUDSDK_CONFIG) named_file=$(value_of "$told" GOOGLE_APPLICATION_CREDENTIALS)
  login_file=${config_dir:-${HOME:-}/.config/gcloud}/application_default_credentials.json said=''
  credentials_file=$root${named_file:-$login_file}
  before_login=${config_dir:+"CLOUDSDK_CONFIG=$(quote_for_shell "$config_dir") "}
  after_login=${named_file:+" && cp $(quote_for_shell "$login_file") $(quote_for_shell "$named_file")"}
  read_credentials
  token='' gcloud_error='' can_ask='' look="ls -l $(quote_for_shell "$credentials_file")"
  [ "$named_file" != "${GOOGLE_APPLICATION_CREDENTIALS:-}" ] || look='unset GOOGLE_APPLICATION_CREDENTIALS'
  if [ "$credential_kind:$base_url" = gateway: ]; then out_finding=gateway_missing
  elif [ "$credential_kind" = gateway ]; then out_finding=gateway_has_credentials can_ask=yes
  elif [ -z "$is_told" ]; then out_finding=credentials_unknown
  elif [ -n "$foreign" ]; then out_finding=credentials_foreign
  elif [ -n "$named_file" ] && [ ! -r "$credentials_file" ]; then out_finding=credentials_unreadable
  elif [ -n "$offline" ] && [ -r "$credentials_file" ]; then out_finding=credentials_offline
  elif [ -z "$offline" ] && command -v gcloud >/dev/null; then request_access_token
  elif [ -r "$credentials_file" ]; then out_finding=gcloud_missing
  else out_finding=no_credentials
  fi
  report credentials "$out_finding" "$credential_kind" "$gcloud_error"
}

check_models() {
  consumer=${quota_project:-$project}
  case $(uname -s) in Darwin) open_command=open ;; *) open_command=xdg-open ;; esac
  while read -r name model _ location _ _ _ base; do
    [ -n "$name" ] || continue
    check_model
    kind=$credential_kind
    # gcloud sets the quota project in the default file alone.
    case $named_file:$out_finding in ?*:quota_project_missing | ?*:other_quota_project) kind=key ;; esac
    report "$name" "$out_finding" "$kind" "$model in $location"
  done <<EOF
$models
EOF
}

# A gateway that has the credentials gets no token, so any address will do for it.
# in:  model, location, base; project, consumer, can_ask
# out: out_finding and its variables
check_model() {
  base_model=${model%@*} host=${base#*://} host=${host%%/*} address=$(quote_for_shell "${base_url:-https://$host/}")
  case $project$location$model in *[!a-z0-9@:.-]*) out_finding=model_unreadable && return ;; esac
  case $quota_project in *[!a-z0-9:.-]*) out_finding=quota_project_unreadable && return ;; esac
  if [ -n "$offline" ]; then out_finding=model_offline
  elif ! is_safe_address "$base" && [ "$credential_kind:${base%%:*}" != gateway:http ]; then
    out_finding=address_not_trusted
  elif [ -z "$can_ask" ]; then out_finding=token_missing
  else request_model
  fi
  case $consumer:$out_finding in
    "$project":* | [0-9]*) ;; # a number may be that of the same project
    *:api_disabled | *:billing_disabled | *:project_suspended | *:project_invalid) out_finding=other_quota_project ;;
  esac
}
