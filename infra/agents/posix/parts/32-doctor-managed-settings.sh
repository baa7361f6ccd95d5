# --- doctor: managed settings -----------------------------------------------------------------------------------------
# Checks whether another managed source outranks the pins. Server-managed settings outrank a profile or HKLM, and those
# outrank files. Of several files the last in the alphabet wins. A policyHelper replaces all of them.

check_rank() {
  problems_before=$problems
  check_server_managed_settings
  check_profiles
  check_managed_files
  [ $problems -gt "$problems_before" ] || report_ok rank 'no other managed source outranks the pins'
}

check_server_managed_settings() {
  settings=$claude_home/remote-settings.json
  if [ -s "$settings" ] && flatten_json "$settings" | grep -q .; then
    report_problem rank "server-managed settings: $settings" \
      'They outrank files and profiles. Of files and profiles only env still works, and no policyHelper.' \
      'claude auth logout'
  fi
}

check_profiles() {
  for file in "$root/Library/Managed Preferences/com.anthropic.claudecode.plist" \
    "$root/Library/Managed Preferences/${USER:-$(id -un)}/com.anthropic.claudecode.plist"; do
    { [ "$open_command" = open ] && [ -f "$file" ]; } || continue
    { [ "$delivery" = helper ] && grep -qa pinward-helper "$file"; } || grep -qa managedSourcesBehavior "$file" ||
      report_problem rank "a profile: $file" \
        'It outranks files. Of files only env still works. The MDM administrator can add managedSourcesBehavior.' \
        'sudo profiles show -type configuration'
  done
}

check_managed_files() {
  is_read_later=''
  for file in "${settings_dir%.d}.json" "$settings_dir"/*.json; do
    if [ "$file" = "$fragment_file" ]; then
      is_read_later=yes
    elif [ -f "$file" ]; then
      check_managed_file "$file"
    fi
  done
}

# in: FILE; is_read_later: yes for a file that Claude Code reads after the pins
check_managed_file() {
  if ! settings=$(flatten_json "$1"); then
    report_problem rank "could not read $1" \
      'Since 2.1.259 Claude Code does not start when it cannot read a managed file.' "$(edit_command "$1")"
    return
  fi
  helper=$(printf '%s\n' "$settings" | sed -n 's/^policyHelper\.path=//p')
  if [ -n "$helper" ] && [ "$helper" != /usr/local/bin/pinward-helper ] && [ "$delivery$is_read_later" != helper ]; then
    report_problem rank "$1 names another policyHelper: $helper" \
      'The output of that helper replaces every other managed source.' "$(edit_command "$1")"
  fi
  [ "$delivery" != helper ] && [ -n "$out_pins" ] && [ "$delivery$is_read_later" != fragment ] || return 0
  find_conflicts "$settings"
  [ -z "$out_conflicts" ] ||
    report_problem rank "$1: ${out_conflicts#, }" \
      'Claude Code reads this file after the pins, so this file replaces them.' "$(edit_command "$1")"
}
