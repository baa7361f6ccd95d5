# --- doctor: agent ----------------------------------------------------------------------------------------------------
# Checks the agent: its configuration, the applied pins, their age and signature, and what the server says.

check_config() {
  if [ -n "$config_error" ]; then
    report_problem config "$config_error" 'The agent fetches nothing with this configuration.' "$(install_command)"
  else
    report_ok config "$config: $server"
  fi
}

check_pins() {
  if ! is_applied; then
    report_problem pins 'nothing is applied' \
      "Claude Code runs without pins. Last error: $(read_state last_error | grep . || echo none)" "$agent login"
  elif ! read_pins; then
    out_pins='' out_models=''
    report_problem pins "could not read $applied_file" \
      'Somebody altered the file. Since 2.1.259 Claude Code does not start when it cannot read a managed file.' \
      "$agent login"
  elif ! is_unaltered; then
    report_problem pins "altered since it was fetched: $applied_file" \
      'The settings in force differ from the settings that the server sent.' "$agent login"
  else
    report_ok pins "revision $(read_state revision), as fetched: $applied_file"
  fi
}

check_age() {
  if ! is_applied; then report_skipped age 'nothing is applied' && return; fi
  checked_at=$(read_state checked_at) valid_until=$(read_state valid_until) last_error=$(read_state last_error)
  if has_expired "$valid_until"; then
    stale="valid until $valid_until, which has passed"
  elif ! is_before "$(format_utc $(($(now) - max_wait)))" "$checked_at"; then
    stale="no contact with the server since ${checked_at:-the installation}"
  elif [ -n "$last_error" ]; then
    stale="the last poll failed: $last_error"
  else
    report_ok age "last contact with the server: $checked_at" && return
  fi
  report_problem age "$stale" "The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: ${last_error:-none}" "$agent login"
}

check_signatures() {
  if [ -z "$organisation" ]; then
    check_without_keys
  elif ! has_openssl; then
    report_problem signatures 'there is no openssl on this machine' \
      'Without openssl the agent accepts no answer, so the pins become stale.' \
      "sudo $(command -v apt-get >/dev/null && echo apt-get || echo dnf) install openssl"
  elif [ -z "$(list_trusted_keys)" ]; then
    report_problem signatures "no key of $organisation is in $keys" \
      'Without a key the agent can verify no answer, so it accepts none.' \
      "$(install_command --organisation "$organisation" --trust-on-first-use)"
  elif [ -z "$(read_state signed_by)" ]; then
    report_problem signatures 'the pins were applied before the keys were pinned' \
      'The signature of these pins was never verified.' "$agent login"
  else
    report_ok signatures "of $organisation, by $(read_state signed_by)"
  fi
}

check_without_keys() {
  if [ -z "$offline$config_error" ] && fetch_keys && ! printf '%s\n' "$out_key_list" | grep -q '^key '; then
    report_skipped signatures "$server names no keys to check them by" && return
  fi
  report_problem signatures 'not checked: no keys pinned' \
    'Anybody who can impersonate the server can set the pins of this machine.' "$(install_command --trust-on-first-use)"
}

# Asks the server as the agent does. A user who may not read the token asks without it, for the keys.
# out: out_answer: the pins with their reasons, as lines of path=value
check_server() {
  out_answer=''
  find_cli_version
  if [ -n "$config_error" ]; then report_skipped server 'there is no configuration' && return; fi
  if [ -n "$offline" ]; then report_skipped server '--offline: not asked' && return; fi
  if ! token=$(read_token 2>/dev/null); then
    if fetch_keys || [ "$out_http_status" = 404 ]; then
      report_skipped server "$server can be reached, but this user may not read the token" && return
    fi
  elif ! is_token "$token"; then
    out_reason='the token has characters that no bearer token has'
  elif request_text "/v1/pins.json?machine=$machine${cli:+&cli=$cli}" $max_bytes; then
    if out_answer=$(printf '%s\n' "$out_text" | flatten_json -); then report_ok server "$server answers" && return; fi
    out_answer='' out_reason="the answer is no JSON; does a proxy or a sign-in page answer?"
  fi
  case $out_reason in
    *'HTTP 401'* | *'HTTP 403'* | *'token has'*) fix=$(install_command) ;;
    *) fix="$agent login" ;;
  esac
  report_problem server "$server: $out_reason" \
    'New pins do not reach this machine. The pins that are applied stay in force.' "$fix"
}

# The server knows what each model needs: an older Claude Code gets another model, with a reason.
# in: cli; out_answer
check_cli() {
  if [ -z "$cli" ]; then report_skipped cli 'no Claude Code was found' && return; fi
  case $delivery in fragment) minimum=2.1.83 ;; helper) minimum=2.1.136 ;; *) minimum=0.0.0 ;; esac
  for minimum in $minimum "$(print_pin requiredMinimumVersion)"; do
    is_older_version "$cli" "$minimum" || continue
    report_problem cli "$cli, and the pins need $minimum" \
      'This Claude Code is too old for the delivery or for the policy.' 'claude update'
    return
  done
  if [ -z "$out_answer" ]; then
    report_skipped cli "$cli; ${offline:+--offline: }what the pins need is not known" && return
  fi
  index=$(printf '%s\n' "$out_answer" | sed -n \
    -e 's/^reasons\.\([0-9]*\)\.code=cli_gated$/\1/p' -e 's/^reasons\.\([0-9]*\)\.code=cli_too_old$/\1/p' | head -n 1)
  if [ -n "$index" ]; then
    report_problem cli "$cli is older than a pin needs" \
      "$(printf '%s\n' "$out_answer" | sed -n "s/^reasons\.$index\.text=//p")" 'claude update'
  else
    report_ok cli "$cli runs every pin"
  fi
}

# in: VERSION OTHER_VERSION
is_older_version() {
  [ -n "$2" ] && [ "$1" != "$2" ] &&
    [ "$(printf '%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}
