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
