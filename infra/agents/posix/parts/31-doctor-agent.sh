# --- doctor: agent ----------------------------------------------------------------------------------------------------
# Checks the agent: its configuration, the applied pins, their age and signature, and what the server says. Each check
# sets out_finding.

check_config() { [ -n "$config_error" ] && out_finding=config_wrong || out_finding=config_read; }

check_pins() {
  revision=$(read_state revision) last_error=$(read_state last_error) && last_error=${last_error:-none}
  if ! is_applied; then
    out_finding=pins_missing
  elif ! read_pins; then
    out_finding=pins_unreadable
  else
    is_unaltered && out_finding=pins_applied || out_finding=pins_altered
  fi
}

check_age() {
  checked_at=$(read_state checked_at) valid_until=$(read_state valid_until) out_finding=age_fresh
  if ! is_applied; then
    out_finding=age_unknown
  elif has_expired "$valid_until"; then
    out_finding=age_expired
  elif ! is_before "$(format_utc $(($(now) - max_wait)))" "$checked_at"; then
    out_finding=age_silent checked_at=${checked_at:-the installation}
  elif [ "$last_error" != none ]; then
    out_finding=age_failed
  fi
}

check_signatures() {
  signer=$(read_state signed_by) installer=$(command -v apt-get >/dev/null && echo apt-get || echo dnf)
  if [ -z "$organisation" ]; then
    out_finding=keys_not_pinned
    [ -n "$offline$config_error" ] || ! fetch_keys || printf '%s\n' "$out_key_list" | grep -q '^key ' ||
      out_finding=keys_not_listed
  elif ! has_openssl; then
    out_finding=openssl_missing
  elif [ -z "$(list_trusted_keys)" ]; then
    out_finding=keys_missing
  else
    [ -n "$signer" ] && out_finding=signed || out_finding=keys_younger
  fi
}

# Asks the server as the agent does. A user who may not read the token asks without it, for the keys.
# out: out_answer: the pins with their reasons, as lines of path=value
check_server() {
  out_answer='' out_finding=server_failed
  find_cli_version
  if [ -n "$config_error" ]; then
    out_finding=server_unknown
  elif [ -n "$offline" ]; then
    out_finding=server_offline
  elif ! token=$(read_token 2>/dev/null); then
    if fetch_keys || [ "$out_http_status" = 404 ]; then out_finding=token_unreadable; fi
  elif ! is_token "$token"; then
    out_finding=token_refused out_reason='the token has characters that no bearer token has'
  elif request_text "/v1/pins.json?machine=$machine${cli:+&cli=$cli}" $max_bytes; then
    out_reason='the answer is no JSON; does a proxy or a sign-in page answer?'
    if out_answer=$(printf '%s\n' "$out_text" | flatten_json -); then out_finding=server_answers; else out_answer=''; fi
  else
    case $out_reason in *'HTTP 401'* | *'HTTP 403'*) out_finding=token_refused ;; esac
  fi
  reason=${out_reason:-}
}

# The server knows what each model needs: an older Claude Code gets another model, with a reason.
# in: cli; out_answer
check_cli() {
  case $delivery in fragment) minimum=2.1.83 ;; helper) minimum=2.1.136 ;; *) minimum='' ;; esac
  index=$(printf '%s\n' "$out_answer" |
    awk -F '[.=]' '/^reasons[.].*[.]code=cli_(gated|too_old)$/ { print $2; exit }')
  if [ -z "$cli" ]; then
    out_finding=cli_missing
  elif is_older_version "$cli" "$minimum"; then
    out_finding=cli_old
  elif [ -n "$index" ]; then
    out_finding=cli_gated reason=$(printf '%s\n' "$out_answer" | sed -n "s/^reasons\.$index\.text=//p")
  elif [ -n "$out_answer" ]; then
    out_finding=cli_runs
  else
    [ -n "$offline" ] && out_finding=cli_offline || out_finding=cli_not_judged
  fi
}

# in: VERSION OTHER_VERSION
is_older_version() {
  [ -n "$2" ] && [ "$1" != "$2" ] &&
    [ "$(printf '%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}

# A region variable has the family of its model in its name, and only the variables of pinned models are written. What the
# pins choose without a name is the question default.
# out: out_pins: lines of path=value; out_models: lines of question, model, location and address
read_pins() {
  case $delivery in
    shell) out_pins=$(sed -n "s/^export \([A-Z][A-Z0-9_]*\)='\(.*\)'\$/env.\1=\2/p" "$copy") ;;
    *) out_pins=$(flatten_json "$applied_file") ;;
  esac || return
  out_pins=$(printf '%s\n' "$out_pins" | sed 's/^managedSettings\.//')
  out_models=$(printf '%s\n' "$out_pins" | awk '
    function show(question, family, model, place, host, name) {
      place = pins["env.CLOUD_ML_REGION"]
      for (name in pins) if (name ~ "^env[.]VERTEX_REGION_CLAUDE_.*" family) place = pins[name]
      host = place == "global" ? "" : place ~ /^(us|eu)$/ ? "." place ".rep" : place "-"
      host = host ~ /-$/ ? host "aiplatform" : "aiplatform" host
      base = pins["env.ANTHROPIC_VERTEX_BASE_URL"]; sub(/\/$/, "", base)
      sub(/\[1m\]$/, "", model)
      print question, model, place, (base == "" ? "https://" host ".googleapis.com/v1" : base) "/projects/" \
        pins["env.ANTHROPIC_VERTEX_PROJECT_ID"] "/locations/" place "/publishers/anthropic/models/" model
    }
    { name = $0; sub(/=.*/, "", name); sub(/[^=]*=/, ""); pins[name] = $0; names[NR] = name }
    END {
      for (i = 1; i <= NR; i++) if (names[i] ~ /^env[.]ANTHROPIC_DEFAULT_[A-Z]+_MODEL$/ && pins[names[i]] != "") {
        family = names[i]; gsub(/^env[.]ANTHROPIC_DEFAULT_|_MODEL$/, "", family)
        show(tolower(family), family, pins[names[i]])
      }
      own = pins["env.ANTHROPIC_MODEL"] != "" ? pins["env.ANTHROPIC_MODEL"] : pins["model"]
      family = toupper(own); gsub(/^CLAUDE-|[^A-Z]/, "", family)
      if (own ~ /^claude-/) show("default", family, own)
    }')
  [ -n "$out_models" ]
}

# in: PATH of a setting
print_pin() { printf '%s\n' "$out_pins" | sed -n "s/^$1=//p" | head -n 1; }
