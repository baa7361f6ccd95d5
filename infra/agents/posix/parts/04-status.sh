# --- status -----------------------------------------------------------------------------------------------------------
# The command that prints what is applied and what the agent knows about it. It asks nobody.

print_status() {
  offline=yes
  set_commands
  check_pins
  print_finding applied
  ! is_applied || print_field since "$(read_state applied_at)"
  printf '%s\n' "$models" | while read -r name pin; do [ -z "$name" ] || print_field "$name" "$pin"; done
  print_field server "${server:-none}"
  print_field agent "$version$(describe_update)"
  print_field 'last check' "$(read_state checked_at | grep . || echo never)"
  print_field 'claude code' "$(read_state cli | grep . || echo none was found)"
  valid_until=$(read_state valid_until)
  [ -z "$valid_until" ] ||
    print_field 'valid until' "$valid_until$(has_expired "$valid_until" && echo ', which has passed')"
  check_signatures
  print_finding signatures
  [ -z "$(read_state stale)" ] || print_field stale "$(read_state stale)"
  print_field 'last error' "$last_error"
  [ -z "$config_error" ] || warn "$config_error"
  is_applied
}

# in: NAME; out_finding
print_finding() { explain_finding "$out_finding" && print_field "$1" "$out_text"; }

# in: NAME VALUE
print_field() { printf '%-12s %s\n' "$1" "$(to_printable "$2")"; }

# Prints that the server has a newer agent, and the line that installs it. Nothing runs that line but a person.
describe_update() {
  served_version=$(read_state agent | to_version)
  { [ -n "$server" ] && is_older_version "$version" "$served_version"; } || return 0
  for_curl='' for_script=''
  add_to_line --proxy --proxy "$proxy"
  add_to_line --noproxy --no-proxy "$unproxied"
  add_to_line --cacert --ca-file "$ca_file"
  add_to_line '' --root "$root"
  printf '; the server has %s: curl -fsS%s %s/install.sh | sudo sh -s -- --update%s' \
    "$served_version" "$for_curl" "$server" "$for_script"
}

# in:  OPTION of curl, OPTION of the script, VALUE of both
# out: for_curl, for_script
add_to_line() {
  [ -n "$3" ] || return 0
  for_curl="$for_curl${1:+ $1 $(quote_for_shell "$3")}" for_script="$for_script $2 $(quote_for_shell "$3")"
}
