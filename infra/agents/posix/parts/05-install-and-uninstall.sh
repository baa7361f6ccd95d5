# --- install and uninstall --------------------------------------------------------------------------------------------
# The commands that put the agent, its configuration, token and keys on this machine, and that remove them.

install_agent() {
  refuse_pipe
  [ -z "$token_source" ] || add_setting token_file /etc/pinward/token
  add_setting delivery "${delivery_option:-fragment}"
  load_configuration
  [ -z "$token_source" ] || token=$(cat "$token_source") || die 2 "could not read the token from $token_source"
  program_dir=$root/usr/local/bin agent_dir=$root/etc/pinward
  refuse_writable_folders "$program_dir" "$agent_dir" "${config%/*}" "$state_dir" "$settings_dir" "$keys"
  select_keys
  install_files || die 1 "could not write below ${root:-/}; installing needs root"
}

# Replaces the program. What the machine was told at its installation stays.
update_agent() {
  refuse_pipe
  load_configuration
  program_dir=$root/usr/local/bin
  refuse_writable_folders "$program_dir" "$settings_dir"
  install_program || die 1 "could not write below ${root:-/}; updating needs root"
}

refuse_pipe() { [ -f "$0" ] || die 2 "install copies itself, so run it from a file: sh pinward.sh install ..."; }

# out: out_pinned_keys: a line for each key to trust, with its id and its base64
select_keys() {
  out_pinned_keys=''
  [ -n "$organisation$key_files$first_use" ] || return 0
  has_openssl || die 2 'there is no openssl on this machine, which checks signatures'
  case ${key_files:+key}$first_use in
    key) [ -n "$organisation" ] || die 2 '--key needs --organisation' ;;
    yes) select_server_keys ;;
    *) die 2 '--organisation needs either --key or --trust-on-first-use' ;;
  esac
  while IFS= read -r file; do
    [ -z "$file" ] || pin_key "$(sed '/^-----/d' "$file" | tr -d '[:space:]')" "$file"
  done <<EOF
$key_files
EOF
}

# Selects all keys that the server lists, and takes the organisation from that list when no option names one.
# out: out_pinned_keys; organisation
select_server_keys() {
  fetch_keys || die 1 "$out_reason"
  listed_organisation=$(printf '%s\n' "$out_key_list" | sed -n 's/^organisation //p')
  if [ -z "$organisation" ]; then
    organisation=$listed_organisation
    add_setting organisation "$organisation"
  fi
  { [ -n "$listed_organisation" ] && [ "$organisation" = "$listed_organisation" ]; } ||
    die 1 "$server/v1/keys.txt is of the organisation '$listed_organisation', not '$organisation'"
  validate_settings
  [ -z "$config_error" ] || die 1 "$config_error"
  while read -r kind _ base64 _; do
    [ "$kind" != key ] || pin_key "$base64" "$server/v1/keys.txt"
  done <<EOF
$out_key_list
EOF
  [ -n "$out_pinned_keys" ] || die 1 "$server/v1/keys.txt names no key"
}

# in:  BASE64 of the key's DER, SOURCE of the key
# out: out_pinned_keys, with one more line
pin_key() {
  parse_public_key "$1" || die 2 "there is no single public key in $2"
  out_pinned_keys="$out_pinned_keys$out_key_id $1$newline"
  echo "trusting key $out_key_id of $organisation, from $2"
}

install_files() {
  set -- "$program_dir" "$agent_dir" "$state_dir" "$settings_dir" ${out_pinned_keys:+"$keys"}
  remove_temporary "$agent_dir/made" "$agent_dir/token" "$config" "$program_dir/pinward" "$program_dir/pinward-helper"
  made_folders=$(print_file "$agent_dir/made"; for folder do make_folder "$folder"; done)
  write_file "$agent_dir/made" 644 <<EOF || return
$made_folders
EOF
  [ -z "$token_source" ] || write_file "$agent_dir/token" 600 <<EOF || return
$token
EOF
  remove_keys
  install_keys || return
  write_file "$config" 644 <<EOF || return
${config_lines}
EOF
  install_program || return
  [ "$delivery" != shell ] || { rm -f "$fragment_file" && echo "Add to the shell profile: eval \"\$($users_agent env)\""; }
}

install_program() {
  write_file "$program_dir/pinward" 755 <"$0" || return
  [ "$delivery" != helper ] || install_helper
}

# Makes a folder with its parents, like mkdir -p, and prints each folder that it made. Uninstall removes exactly those.
# in: FOLDER
make_folder() {
  [ -d "$1/" ] || { make_folder "${1%/*}" && mkdir "$1" && printf '%s\n' "${1#"$root"}"; }
}

install_keys() {
  while read -r id base64; do
    [ -z "$id" ] || { parse_public_key "$base64" && write_key "$keys/"; } || return
  done <<EOF
$out_pinned_keys
EOF
}

# policyHelper names a program without arguments. This program prints an object even when the agent is gone. Files that are
# already so stay.
# out: out_reason
install_helper() {
  helper_program=$(cat <<'EOF'
#!/bin/sh
[ -x "${0%/*}/pinward" ] && exec "${0%/*}/pinward" helper "$@"
echo '{}'
EOF
  )
  helper_settings='{"policyHelper": {"path": "/usr/local/bin/pinward-helper", "timeoutMs": 10000, "refreshIntervalMs": 300000}}'
  install_text "$root/usr/local/bin/pinward-helper" 755 "$helper_program" &&
    install_text "$fragment_file" 644 "$helper_settings"
}

# in: FILE MODE TEXT
install_text() {
  if printf '%s\n' "$3" | is_in_place "$1" "$2"; then return; fi
  mkdir -p "${1%/*}" 2>/dev/null
  write_file "$1" "$2" <<EOF
$3
EOF
}

# The fragment goes first, since it may name the helper. What says where files are goes last: uninstall can be repeated.
uninstall_agent() {
  [ -z "$unread" ] || die 1 "nothing was removed: $unread"
  agent_dir=$root/etc/pinward program_dir=$root/usr/local/bin
  remove_files "$fragment_file" "$settings_dir/.${fragment_file##*/}".* "$program_dir/pinward-helper" "$program_dir/pinward" \
    "$agent_dir/token" "${config%/*}"/keys/????????????????.pem "${config%/*}"/keys/.????????????????.pem.?????? \
    "$state_dir"/pins.* "$state_dir"/.pins.* "$state_dir"/.work.* "$disk_reserve"
  remove_temporary "$program_dir/pinward-helper" "$program_dir/pinward" "$agent_dir/token" "$agent_dir/made" "$config"
  made_folders=$(print_file "$agent_dir/made" | sort -r)
  remove_files "$config" "$agent_dir/made"
  echo "$made_folders" | while IFS= read -r folder; do [ -z "$folder" ] || rmdir "$root$folder" 2>/dev/null; done
  return 0
}

# in: FILE ...
remove_files() {
  rm_error=$(rm -rf "$@" 2>&1) || die 1 "could not remove everything: $(printf '%s\n' "$rm_error" | head -n 1)"
}

# Removes what write_file leaves of these files when it is killed.
# in: FILE ...
remove_temporary() {
  for file do
    remove_files "${file%/*}/.${file##*/}".??????
  done
}

# Removes the keys that install pinned and the keys that those vouched for. An administrator's own folder stays.
remove_keys() { rm -f "${config%/*}"/keys/????????????????.pem "$state_dir"/pins.????????????????.pem; }
