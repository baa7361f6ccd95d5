# --- applied pins -----------------------------------------------------------------------------------------------------
# Reads what is applied on this machine, and finds whether it is what the server sent, how old it is, and who signed it.

# out: out_finding; revision, last_error; what read_pins sets
check_pins() {
  pins='' models='' project='' base_url=''
  revision=$(read_state revision) last_error=$(read_state last_error | grep . || echo none)
  if { [ -e "$applied_file" ] && [ ! -r "$applied_file" ]; } ||
    { [ -d "${applied_file%/*}" ] && [ ! -x "${applied_file%/*}" ]; }; then out_finding=pins_forbidden
  elif ! is_applied; then out_finding=pins_missing
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
}

# Prints a line for each pinned model, such as: opus claude-opus-4-8 in eu for acme at https://.../v1. What the pins
# choose without a name is the default. A region variable has the family of its model in its name.
# in: pins, project, base_url
list_models() {
  default_model=$(value_of "$pins" ANTHROPIC_MODEL | grep . || value_of "$pins" model)
  printf '%s\n' "$pins" "default=$default_model" |
    sed -n 's/^ANTHROPIC_DEFAULT_\([A-Z]*\)_MODEL=\(.\)/\1 \2/p; s/^default=claude-/default claude-/p' |
    tr '[:upper:]' '[:lower:]' | while read -r name pin; do
      pin=${pin%"[1m]"} family=$(printf %s "${pin#claude-}" | tr -cd '[:lower:]' | tr '[:lower:]' '[:upper:]')
      at=$(value_of "$pins" "VERTEX_REGION_CLAUDE_[0-9_]*${family}[0-9_]*")
      at=${at:-$(value_of "$pins" CLOUD_ML_REGION)}
      case $at in
        global) api=aiplatform ;;
        us | eu) api=aiplatform.$at.rep ;;
        *) api=$at-aiplatform ;;
      esac
      api=${base_url:-https://$api.googleapis.com/v1}
      printf '%s\n' "$name $pin in ${at:-?} for ${project:-?} at ${api%/}"
    done
}

# in:  last_error
# out: out_finding; checked_at, valid_until
check_age() {
  checked_at=$(read_state checked_at | grep . || echo the installation) valid_until=$(read_state valid_until)
  if ! is_applied; then out_finding=age_unknown
  elif has_expired "$valid_until"; then out_finding=age_expired
  elif is_before "$(format_utc $(($(now) + clock_skew)))" "$checked_at"; then out_finding=age_ahead
  elif ! is_before "$(format_utc $(($(now) - max_wait)))" "$checked_at"; then out_finding=age_silent
  elif [ "$last_error" != none ]; then out_finding=age_failed
  else out_finding=age_fresh
  fi
}

# out: out_finding; signer, trusted, installer
check_signatures() {
  signer=$(read_state signed_by) trusted=$(list_trusted_keys)
  installer=$(command -v apt-get >/dev/null && echo apt-get || echo dnf)
  if [ -z "$organisation" ]; then lists_no_keys && out_finding=keys_not_listed || out_finding=keys_not_pinned
  elif ! has_openssl; then out_finding=openssl_missing
  elif [ -z "$trusted" ]; then out_finding=keys_missing
  elif [ -z "$signer" ]; then out_finding=keys_younger
  else out_finding=signed
  fi
}

# Whether the server was asked and has none: then it signs nothing.
# in: offline
lists_no_keys() { [ -z "$offline$config_error" ] && fetch_keys && ! printf '%s\n' "$out_key_list" | grep -q '^key '; }

# Prints the ids of all trusted keys, each after a blank.
list_trusted_keys() {
  for file in "$keys"/*.pem "$state_dir"/pins.*.pem; do
    id=${file##*/} && id=${id#pins.} && id=${id%.pem}
    ! is_key_id "$id" || printf ' %s' "$id"
  done
}
