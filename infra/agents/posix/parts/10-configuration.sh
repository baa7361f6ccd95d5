# --- configuration ----------------------------------------------------------------------------------------------------
# Sets the global settings and paths, from the options of install or from the configuration file, and validates them.

# Only login, refresh and install stop at a wrong configuration. The other commands use what is there.
# out: the settings, the paths, config_error
load_configuration() {
  server='' token_file='' token_command='' delivery=fragment machine='' cli=${CLAUDE_CODE_VERSION:-} timeout=10
  settings_dir='' state_dir='' organisation='' keys='' ca_file='' proxy='' unproxied=''
  config_option=$config
  user_config=$root${XDG_CONFIG_HOME:-${HOME:-}/.config}/pinward/agent.conf
  if [ -z "$config" ] && [ "$(id -u)" -ne 0 ] && [ -f "$user_config" ]; then config=$user_config; fi
  config=${config:-$root/etc/pinward/agent.conf}
  case $config in */*) ;; *) config=./$config ;; esac
  check_configuration
  if [ -z "$config_lines$unread" ]; then
    config_lines=$(print_file "$config" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; s/[[:space:]]*=[[:space:]]*/=/; /^#/d')
  fi
  config_error=$unread
  # A variable no_proxy would be the caller's, which token_command and gcloud read.
  settings='server token_file token_command delivery machine cli timeout settings_dir state_dir organisation keys'
  set_variables '' "$settings ca_file proxy unproxied" <<EOF
$(printf '%s\n' "$config_lines" | sed 's/^no_proxy=/unproxied=/')
EOF
  [ -z "$out_unknown_name" ] || config_error="unknown key in $config: $out_unknown_name"
  set_paths
  name_agent
  [ -n "$config_lines$config_error" ] || config_error="there is no configuration in $config; write one with: sudo $users_agent install"
  validate_settings
  case $command_name in login | refresh | install) [ -z "$config_error" ] || die 2 "$config_error" ;; esac
}

# in:  config_lines: what the options of install say instead
# out: unread: why the file of the configuration is not read
check_configuration() {
  unread=''
  if [ -e "$config" ] && [ ! -f "$config" ]; then unread="$config is not a file"
  elif [ -n "$config_lines" ] || [ ! -e "$config" ]; then return
  elif [ "$user_id" -eq 0 ] && ! is_roots_alone "$config"; then
    unread="somebody else than root may write $out_writable, so root does not read $config: $(print_fix "$out_writable")"
  elif [ ! -r "$config" ]; then unread="this user may not read $config"
  fi
}

# out: users_agent, the command of a user about this root and configuration; users_note
name_agent() {
  users_note=''
  [ "$config" != "$user_config" ] || users_note=" (by this user's configuration, $config)"
  users_agent="pinward${root:+ --root $(quote_for_shell "$root")}"
  users_agent="$users_agent${config_option:+ --config $(quote_for_shell "$config")}"
}

# Findings name these commands. A shell that starts has no time for them.
# out: agent, as who may change what is applied; ordinary; install, with what is configured; renew_token, token_from
set_commands() {
  agent=$users_agent ordinary="sudo -u ${SUDO_USER:-DEVELOPER} $users_agent doctor"
  if [ "$(id -u)" -ne 0 ] && [ "$config" != "$user_config" ]; then agent="sudo $agent"; fi
  token_option="--token-file $(quote_for_shell "${token_file:-FILE}")"
  [ -z "$token_command" ] || token_option="--token-command $(quote_for_shell "$token_command")"
  install="sudo $users_agent install --server ${server:-https://SERVER} --machine $machine --delivery $delivery"
  install="$install $token_option${ca_file:+ --ca-file $(quote_for_shell "$ca_file")}"
  # Lines that nobody may see may hold a password.
  install="$install${proxy:+ --proxy PROXY}${unproxied:+ --no-proxy $(quote_for_shell "$unproxied")}"
  token_from=${token_command:-$token_file}
  renew_token=${token_command:-"sudo tee $(quote_for_shell "${token_file:-FILE}") >/dev/null"}
}

# Puts the root before every path and completes the settings that are empty.
# out: installed_helper: yes if install made policyHelper run the agent on this machine
set_paths() {
  installed_helper=''
  if [ "$delivery,${delivery_option:-helper}" = helper,helper ] && [ -f "$root/etc/pinward/made" ] &&
    [ "$config" != "$user_config" ]; then installed_helper=yes; fi
  server=${server%/} machine=${machine:-$(uname -n)} delivery=${delivery_option:-$delivery}
  token_file=${token_file:+$root$token_file}
  keys=${keys:+$root$keys} ca_file=${ca_file:+$root$ca_file}
  keys=${keys:-${config%/*}/keys}
  case $(uname -s) in
    Darwin) settings_dir=$root${settings_dir:-/Library/Application Support/ClaudeCode/managed-settings.d} ;;
    *) settings_dir=$root${settings_dir:-/etc/claude-code/managed-settings.d} ;;
  esac
  # A user who may not read the machine's token uses the pins that root's agent fetched.
  if [ "$(id -u)" -eq 0 ] || { [ -n "$token_file" ] && [ ! -r "$token_file" ]; }; then
    state_dir=$root${state_dir:-/var/lib/pinward}
  else
    state_dir=$root${state_dir:-${XDG_STATE_HOME:-${HOME:-}/.local/state}/pinward}
  fi
  set_format
}

# out: format, media_type and the files of this format
set_format() {
  case $delivery in
    fragment) format=settings.json media_type=application/json ;;
    shell) format=sh media_type=text/x-shellscript ;;
    *) format=helper.json media_type=application/json ;;
  esac
  copy=$state_dir/pins.$format state_file=$state_dir/pins.$format.state lock=$state_dir/pins.$format.lock
  no_reports_file=$state_dir/pins.no_reports reported_file=$state_dir/pins.$format.reported
  work=$state_dir/.work.$format.$$ disk_reserve=$state_dir/.reserve temporary_file=''
  fragment_file=$settings_dir/50-pinward.json
  applied_file=$copy
  [ "$delivery" != fragment ] || applied_file=$fragment_file
}

# out: config_error
validate_settings() {
  case $delivery in
    fragment | shell | helper) ;;
    *) config_error="delivery is fragment, shell or helper, not: $delivery" ;;
  esac
  case $machine in
    *[!A-Za-z0-9._:-]*) config_error="machine has other characters than letters, digits and . _ : - in it: $machine" ;;
  esac
  [ ${#machine} -le 128 ] || config_error="machine has more than 128 characters: $machine"
  { is_number "$timeout" && [ "$timeout" -gt 0 ]; } || config_error="timeout is a number of seconds, not: $timeout"
  case $organisation in
    *[!A-Za-z0-9._-]*) config_error="organisation has other characters than letters, digits and . _ -" ;;
  esac
  case $ca_file$proxy$unproxied in
    *[\"\\]*) config_error="ca_file, proxy and no_proxy have no quotes and backslashes in them" ;;
  esac
  [ -z "$ca_file" ] || [ -r "$ca_file" ] || config_error="could not read ca_file: $ca_file"
  case $proxy in
    '' | http://?* | https://?* | socks4://?* | socks4a://?* | socks5://?* | socks5h://?*) ;;
    *) config_error="proxy is an address such as http://proxy.example.com:8080" ;;
  esac
  case $server in
    '') config_error=${config_error:-"$config names no server"} ;;
    *[!]A-Za-z0-9._~:/%[-]*) config_error="server has characters that do not belong in an address: $server" ;;
    *) is_safe_address "$server" || config_error="server must be https:// (http:// only for localhost): $server" ;;
  esac
}
