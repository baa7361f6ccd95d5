# --- doctor: agent ----------------------------------------------------------------------------------------------------
# Checks the agent: its configuration, the applied pins, their age and signature, and what the server says. Each check
# sets out_finding.

check_config() { [ -n "$config_error" ] && out_finding=config_wrong || out_finding=config_read; }

check_pins() {
  pins='' models='' project='' base_url=''
  revision=$(read_state revision) last_error=$(read_state last_error | grep . || echo none)
  if ! is_applied; then out_finding=pins_missing
  elif ! read_pins; then out_finding=pins_unreadable
  elif ! is_unaltered; then out_finding=pins_altered
  else out_finding=pins_applied
  fi
}

# out: pins: lines of NAME=VALUE; project, base_url, models
read_pins() {
  case $delivery in
    shell) pins=$(sed -n "s/^export \([A-Z][A-Z0-9_]*\)='\(.*\)'\$/\1=\2/p" "$copy") ;;
    *) pins=$(flatten_json "$applied_file") ;;
  esac || return
  pins=$(printf '%s\n' "$pins" | sed 's/^managedSettings\.//; s/^env\.//')
  project=$(value_of "$pins" ANTHROPIC_VERTEX_PROJECT_ID) base_url=$(value_of "$pins" ANTHROPIC_VERTEX_BASE_URL)
  models=$(list_models)
  [ -n "$models" ]
}

# Prints a line for each model: its question, its id, location and base of the address. What the pins choose without a name
# is the question default. A region variable has the family of its model in its name.
# in: pins, base_url
list_models() {
  default_model=$(value_of "$pins" ANTHROPIC_MODEL | grep . || value_of "$pins" model)
  printf '%s\n' "$pins" "default=$default_model" |
    sed -n 's/^ANTHROPIC_DEFAULT_\([A-Z]*\)_MODEL=\(.\)/\1 \2/p; s/^default=claude-/default claude-/p' |
    tr '[:upper:]' '[:lower:]' | while read -r question model; do
      model=${model%"[1m]"} family=$(printf %s "${model#claude-}" | tr -cd '[:lower:]' | tr '[:lower:]' '[:upper:]')
      location=$(value_of "$pins" "VERTEX_REGION_CLAUDE_[0-9_]*${family}[0-9_]*")
      location=${location:-$(value_of "$pins" CLOUD_ML_REGION)}
      case $location in
        global) api=aiplatform ;;
        us | eu) api=aiplatform.$location.rep ;;
        *) api=$location-aiplatform ;;
      esac
      base=${base_url:-https://$api.googleapis.com/v1}
      printf '%s %s %s %s\n' "$question" "$model" "$location" "${base%/}"
    done
}

check_age() {
  checked_at=$(read_state checked_at | grep . || echo the installation) valid_until=$(read_state valid_until)
  if ! is_applied; then out_finding=age_unknown
  elif has_expired "$valid_until"; then out_finding=age_expired
  elif ! is_before "$(format_utc $(($(now) - max_wait)))" "$checked_at"; then out_finding=age_silent
  elif [ "$last_error" != none ]; then out_finding=age_failed
  else out_finding=age_fresh
  fi
}

check_signatures() {
  signer=$(read_state signed_by) installer=$(command -v apt-get >/dev/null && echo apt-get || echo dnf)
  if [ -z "$organisation" ]; then
    lists_no_keys && out_finding=keys_not_listed || out_finding=keys_not_pinned
  elif ! has_openssl; then out_finding=openssl_missing
  elif [ -z "$(list_trusted_keys)" ]; then out_finding=keys_missing
  elif [ -z "$signer" ]; then out_finding=keys_younger
  else out_finding=signed
  fi
}

# Whether the server was asked and has none.
lists_no_keys() { [ -z "$offline$config_error" ] && fetch_keys && ! printf '%s\n' "$out_key_list" | grep -q '^key '; }

# Asks the server as the agent does. A user who may not read the token asks without it, for the keys.
# out: answer: the pins with their reasons, as lines of path=value
check_server() {
  answer='' out_reason='the answer is no JSON; does a proxy or a sign-in page answer?'
  find_cli_version
  if [ -n "$config_error" ]; then out_finding=server_unknown
  elif [ -n "$offline" ]; then out_finding=server_offline
  elif token=$(read_token 2>/dev/null); then
    request_text "/v1/pins.json?machine=$machine${cli:+&cli=$cli}" $max_bytes &&
      answer=$(printf '%s\n' "$out_text" | flatten_json -) || answer=''
    case $out_http_status:$answer in
      200:?*) out_finding=server_answers ;;
      401: | 403:) out_finding=token_refused ;;
      *) out_finding=server_failed ;;
    esac
  else
    fetch_keys
    case $out_http_status in 200 | 404) out_finding=token_unreadable ;; *) out_finding=server_failed ;; esac
  fi
  reason=$out_reason
}

# The server knows what each model needs: an older Claude Code gets another model, with a reason.
# in: cli, answer
check_cli() {
  case $delivery in fragment) minimum=2.1.83 ;; helper) minimum=2.1.136 ;; *) minimum=0.0.0 ;; esac
  gate=$(printf '%s\n' "$answer" | grep -E '^reasons[.][0-9]+[.]code=cli_(gated|too_old)$' | head -n 1)
  reason=$(value_of "$answer" "${gate%code=*}text")
  if [ -z "$cli" ]; then out_finding=cli_missing
  elif is_older_version "$cli" "$minimum"; then out_finding=cli_old
  elif [ -n "$gate" ]; then out_finding=cli_gated
  elif [ -n "$answer" ]; then out_finding=cli_runs
  elif [ -n "$offline" ]; then out_finding=cli_offline
  else out_finding=cli_not_judged
  fi
}
