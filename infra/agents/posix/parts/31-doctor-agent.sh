# --- doctor: agent ----------------------------------------------------------------------------------------------------
# Checks the agent: its configuration, the applied pins, their age and their signature.

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
  checked_at=$(read_state checked_at) valid_until=$(read_state valid_until)
  if has_expired "$valid_until"; then
    stale="valid until $valid_until, which has passed"
  elif ! is_before "$(format_utc $(($(now) - max_wait)))" "$checked_at"; then
    stale="no contact with the server since ${checked_at:-the installation}"
  else
    report_ok age "last contact with the server: $checked_at" && return
  fi
  report_problem age "$stale" "The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: $(read_state last_error | grep . || echo none)" "$agent login"
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
