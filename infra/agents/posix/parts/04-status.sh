# --- status -----------------------------------------------------------------------------------------------------------
# The command that prints what is applied and what the agent knows about the applied file.

print_status() {
  if is_applied; then
    print_field applied \
      "revision $(read_state revision), $(is_unaltered && echo as fetched || echo "altered since"): $applied_file"
    print_field since "$(read_state applied_at)"
  else
    print_field applied nothing
  fi
  print_field server "${server:-none}"
  print_field agent "$version$(describe_update)"
  print_field 'last check' "$(read_state checked_at | grep . || echo never)"
  print_field 'claude code' "$(read_state cli | grep . || echo none was found)"
  valid_until=$(read_state valid_until)
  [ -z "$valid_until" ] ||
    print_field 'valid until' "$valid_until$(has_expired "$valid_until" && echo ', which has passed')"
  print_field signatures "$(describe_signatures)"
  [ -z "$(read_state stale)" ] || print_field stale "$(read_state stale)"
  print_field 'last error' "$(read_state last_error | grep . || echo none)"
  [ -z "$config_error" ] || warn "$config_error"
  is_applied
}

# in: NAME VALUE
print_field() { printf '%-12s %s\n' "$1" "$2"; }

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

describe_signatures() {
  if [ -z "$organisation" ]; then
    echo 'not checked: no keys pinned'
  elif ! has_openssl; then
    echo "required of $organisation, but there is no openssl on this machine to check them"
  else
    signer=$(read_state signed_by | grep . || echo 'none; the pins were applied before the keys were pinned')
    echo "required of $organisation, last good one by $signer; trusted:$(list_trusted_keys)"
  fi
}

# Prints the ids of all trusted keys, each after a blank.
list_trusted_keys() {
  for file in "$keys"/*.pem "$state_dir"/pins.*.pem; do
    id=${file##*/} && id=${id#pins.} && id=${id%.pem}
    ! is_key_id "$id" || printf ' %s' "$id"
  done
}
