#!/bin/sh
# pinward: the agent for one developer machine. It keeps Claude Code on the pins of its organisation.
#
# The agent polls a Pinward server for one file, checks the SHA-256 of the bytes and renames the file into place. With
# pinned keys it accepts only answers that one of these keys signed. After a failure the last good copy stays in force,
# the agent prints the reason, and shells and Claude Code still start. Only status and doctor parse JSON.
#
# Files in the state folder, where FORMAT is settings.json, sh or helper.json:
#   pins.FORMAT        the last good copy
#   pins.FORMAT.state  facts about the copy, as lines of key=value
#   pins.FORMAT.lock   a symbolic link to the pid of the running agent
#   pins.FORMAT.reported  the last report that the server took: outcome and revision
#   pins.KEYID.pem     a key that a pinned key vouched for
#
# Contents:
#   command line, login and refresh, env and helper, status, install and uninstall     the commands
#   configuration, update, request, answer, signatures, keys, reports, versions        one update, from poll to report
#   state, files, lock, time, programs and messages, JSON, root                        what all of them use
#   applied pins, Claude Code, Vertex AI                                               what is asked about this machine
#   doctor, doctor: client, doctor: Vertex AI, doctor: tables                          the command that finds problems
#
# Settings and paths are global variables, which load_configuration sets. A function that computes values for its caller
# sets variables named out_*. Its comment names what the function reads (in:) and sets (out:).
#
# Needs a POSIX sh, curl, mktemp, readlink and plain tools; openssl for signatures. This file is built from parts/: edit
# those, then run build.ts.
set -u
umask 022
export LC_ALL=C
# A name that the caller exports stays exported when the agent assigns it. All children would get the value, such as the
# token. No variable of the agent has the name of a proxy's, which gcloud and a token_command may need.
# The caller's PATH is not trusted yet.
# shellcheck disable=SC2013 # each name is a word
for name in $(PATH=/usr/bin:/bin:/run/current-system/sw/bin awk 'BEGIN { for (name in ENVIRON)
  if (name ~ /^[a-z][a-z0-9_]*$/ && name !~ /^(http|https|ftp|all|no)_proxy$/) print name }'); do
  unset "$name"
done
version=0.1.0
max_bytes=1048576 # Claude Code accepts no more from a policyHelper
max_wait=86400    # seconds: no server silences an agent for longer than a day
max_keys=65536    # bytes of keys.txt
max_revisions=1000000 # between two answers
rollout_wait=600 # seconds: how long a rollout is assumed to last when the server is away
max_stay=280      # seconds: timers start the next refresh after 290 or 300
clock_skew=300    # seconds: tolerance for a clock that is fast
utc_form=+%Y-%m-%dT%H:%M:%SZ
newline='
'

# --- command line -----------------------------------------------------------------------------------------------------
# Reads the options, checks that they belong to the command, and runs the command.

main() {
  secure_search_path
  read_options "$@"
  check_options
  case $command_name in
    login) load_configuration && login ;;
    refresh) load_configuration && refresh ;;
    env) delivery_option=shell && load_configuration && print_env ;;
    helper) delivery_option=helper && load_configuration && print_policy ;;
    status) load_configuration && print_status ;;
    doctor) load_configuration && doctor ;;
    install) if [ -n "$update" ]; then update_agent; else install_agent; fi && login ;;
    uninstall) load_configuration && uninstall_agent ;;
    '') print_usage >&2 && exit 2 ;;
    *) die 2 "unknown command $command_name; see: pinward help" ;;
  esac
}

print_usage() {
  cat <<'EOF'
usage: pinward [--root DIR] [--config FILE] [--delivery WHAT] COMMAND

  login       poll the server now and apply its answer
  refresh     like login, but only when the poll interval is over
              [--stay] for timers that run every five minutes: while the server asks for shorter intervals, keep
              running and poll at those
  env         print the pins as shell exports: eval "$(pinward env)"
  helper      answer Claude Code's policyHelper with one JSON object
  status      what is applied, since when, from where, and the last error
  doctor      find what is wrong with this machine and print the command that fixes it; changes nothing
  install     --server URL [--token-file FILE | --token-stdin | --token-command COMMAND] [--machine ID]
              [--ca-file FILE] [--proxy URL] [--no-proxy HOSTS]
              [--organisation ORG --key FILE ... | [--organisation ORG] --trust-on-first-use]
              or --update: replace the installed agent by this one; configuration, token and keys stay
  uninstall   remove what install and login wrote
  help        or --help; --version

  --root DIR        put DIR before every path that the agent or its configuration names
  --config FILE     default: ~/.config/pinward/agent.conf of a user who has one, else /etc/pinward/agent.conf
  --offline         the doctor contacts neither the server nor Google
  --json            the doctor prints one JSON object
  --delivery WHAT   fragment (a managed-settings.d file; the default), shell (for env) or helper (for policyHelper)
  --key FILE        accept only what this public key (PEM, or base64 of its DER) or a key that it vouches for signed
  --ca-file FILE    accept a server whose certificate this authority signed (PEM), and no other
  --proxy URL       ask by this proxy; --no-proxy names hosts, with commas, that need none
  --trust-on-first-use  the same with the keys that the server lists during installation

The configuration is lines of key = value, read and never run: server, token_file or token_command, delivery,
machine, cli, timeout (seconds), settings_dir, state_dir, organisation (requires its signature), keys (a folder),
ca_file, proxy, no_proxy.
EOF
}

# in:  the words of the command line
# out: command_name and a variable for each option; config_lines: the options that belong in the configuration
read_options() {
  command_name='' root='' config='' delivery_option='' config_lines='' token_source='' install_option=''
  key_files='' first_use='' update='' offline='' stay='' json=''
  while [ $# -gt 0 ]; do
    case $1 in
      --root | --config | --delivery | --server | --machine | --token-command | --token-file | --organisation | \
        --key | --ca-file | --proxy | --no-proxy)
        [ $# -ge 2 ] || die 2 "$1 needs a value" ;;
    esac
    case $1 in
      --server | --machine | --token-* | --organisation | --key | --trust-* | --ca-file | --proxy | --no-proxy | --update)
        install_option=$1 ;;
    esac
    case $1 in
      --root) root=${2%/} && shift ;;
      --config) config=$2 && shift ;;
      --delivery) delivery_option=$2 && shift ;;
      --server) add_setting server "$2" && shift ;;
      --machine) add_setting machine "$2" && shift ;;
      --token-command) add_setting token_command "$2" && shift ;;
      --token-file) token_source=$2 && shift ;;
      --token-stdin) token_source=- ;;
      --organisation) add_setting organisation "$2" && shift ;;
      --key) key_files=$key_files$2$newline && shift ;;
      --ca-file) add_setting ca_file "$2" && shift ;;
      --proxy) add_setting proxy "$2" && shift ;;
      --no-proxy) add_setting no_proxy "$2" && shift ;;
      --trust-on-first-use) first_use=yes ;;
      --update) update=yes ;;
      --offline) offline=yes ;;
      --json) json=yes ;;
      --stay) stay=yes ;;
      --help | help) print_usage && exit ;;
      --version) echo "pinward $version" && exit ;;
      -*) die 2 "unknown option $1; see: pinward help" ;;
      *) [ -z "$command_name" ] || die 2 "one command at a time, not both $command_name and $1"
        command_name=$1 ;;
    esac
    shift
  done
}

# in:  KEY VALUE
# out: config_lines, with one more line
add_setting() { config_lines="$config_lines$1=$2$newline"; }

check_options() {
  [ -z "$install_option" ] || [ "$command_name" = install ] || die 2 "$install_option belongs to: pinward install"
  [ -z "$update" ] || [ -z "$config_lines$token_source$key_files$first_use$delivery_option" ] ||
    die 2 '--update keeps the configuration: no other option of install goes with it'
  [ -z "$offline" ] || [ "$command_name" = doctor ] || die 2 '--offline belongs to: pinward doctor'
  [ -z "$json" ] || [ "$command_name" = doctor ] || die 2 '--json belongs to: pinward doctor'
  [ -z "$stay" ] || [ "$command_name" = refresh ] || die 2 '--stay belongs to: pinward refresh'
}

# --- login and refresh ------------------------------------------------------------------------------------------------
# The commands that poll the server and apply its answer: login at once, refresh when the poll interval is over.

login() {
  if update_pins; then
    echo "revision $(read_state revision) is applied: $applied_file$users_note"
  elif is_applied; then
    warn "revision $(read_state revision) stays in place: $applied_file$users_note"
  else
    set_commands
    [ -z "$out_unanswered" ] || users_note="; check server and token in $config, then run: $agent login"
    die 1 "nothing is applied$users_note"
  fi
}

# With --stay, polls until the rollout ends or the timer is about to start the next refresh.
refresh() {
  stay_until=$(($(now) + max_stay)) exit_code=0 min_pause=1
  while :; do
    if is_due; then refresh_once; fi
    { [ -n "$stay" ] && is_rollout_active; } || return $exit_code
    if is_due || [ "$out_seconds_left" -lt $min_pause ]; then pause=$min_pause; else pause=$out_seconds_left; fi
    { [ "$pause" -lt $max_stay ] && [ $(($(now) + pause)) -lt $stay_until ]; } || return $exit_code
    sleep_without_lock "$pause"
    config_lines='' && load_configuration # somebody may have changed or removed the configuration
  done
}

# out: exit_code of refresh; min_pause: seconds before the next poll
refresh_once() {
  if update_pins; then
    exit_code=0 min_pause=1
  else
    is_applied
    exit_code=$? min_pause=20
  fi
  wait # for the report: a service manager kills what a service leaves running
}

# Sleeps without the lock, so that no login waits. The sleep is a child: a shell handles signals while it waits for a
# child, not while it runs one.
# in: SECONDS
sleep_without_lock() {
  clean_up
  sleep_pid=''
  trap 'kill $sleep_pid 2>/dev/null; exit $exit_code' HUP INT TERM
  sleep "$1" >/dev/null 2>&1 &
  sleep_pid=$!
  wait $sleep_pid
}

# --- env and helper ---------------------------------------------------------------------------------------------------
# The commands that a starting shell (env) or Claude Code (helper) runs. They always succeed, within seconds.

# Waits at most three seconds for new pins, and only when a poll is due.
print_env() {
  if should_poll; then login_within 3; fi
  [ -z "$config_error" ] || warn "$config_error"
  warn_if_expired
  print_copy ||
    warn "no pins yet: $(read_state last_error | grep . || echo nothing was fetched)"
  return 0
}

# Claude Code does not start when its helper fails, is slow or prints anything but one object. An object without
# managedSettings applies nothing and leaves other sources in force.
print_policy() {
  if should_poll; then
    is_genuine && max_seconds=0 || max_seconds=3
    login_within "$max_seconds"
  fi
  warn_if_expired
  print_copy || echo '{}'
}

# Somebody altered a copy whose hash is wrong, so nobody may use it. The next poll replaces it.
print_copy() {
  is_genuine && cat "$copy" && return
  ! is_complete "$copy" || warn "not used, since it is not what the server sent: $copy"
  return 1
}

# An altered copy is replaced at once, but once: after a failure the next poll has its time.
should_poll() { is_due || { ! is_genuine && is_complete "$copy" && [ -z "$(read_state last_error)" ]; }; }

# Starts a login in another process and waits for it at most SECONDS. The login must not hold the caller's pipes, which
# the caller reads to their end. Login and sleep each print a line when they end; head ends with the first line. Not
# every shell ends a wait at a signal, and dash keeps a copy of what it redirects without exec.
# in: SECONDS
login_within() {
  {
    exec </dev/null 2>/dev/null
    { sh "$0" --root "$root" --config "$config" --delivery "$delivery" login >/dev/null; echo; } &
    { sleep "$1"; echo; } &
  } | head -n 1 >/dev/null
}

# Expired pins are better than none, so they stay in use, with a warning.
warn_if_expired() {
  valid_until=$(read_state valid_until)
  ! has_expired "$valid_until" ||
    warn "the pins in use were valid until $valid_until; last contact with the server: $(read_state checked_at)"
}

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

# --- update -----------------------------------------------------------------------------------------------------------
# One update: polls the server, applies the answer, records the outcome in the state and reports the outcome.

# After a failure everything good stays in place, and the state holds the reason.
# out: out_unanswered: yes if the server gave no answer that is right
update_pins() {
  out_unanswered=''
  make_state_folder || { warn "$out_reason" && return 1; }
  if ! acquire_lock; then
    # Another agent polls for this one.
    if [ -z "$out_reason" ] && is_applied; then return; fi
    warn "${out_reason:-another agent is still running}"
    return 1
  fi
  out_changed='' out_etag='' held_sha256=''
  origin=$server${organisation:+ $organisation} # the facts in the state hold for this origin only
  if is_complete "$copy"; then compute_sha256 "$copy" && held_sha256=${out_sha256:-$(read_state etag)}; fi
  if { request_pins || ! out_unanswered=yes; } && apply_pins && prepare_report applied && record_success; then
    # record_failure removes this file to have room for the reason when the disk is full.
    [ -f "$disk_reserve" ] || { rm -rf "$disk_reserve"; dd if=/dev/zero of="$disk_reserve" bs=16384 count=1; } 2>/dev/null
    send_report
    return 0
  fi
  record_failure "$out_reason"
  warn_if_expired
  return 1
}

# What may be in the place of the folder stays, since it is not the agent's. An empty file is nothing.
# out: out_reason
make_state_folder() {
  [ ! -f "$state_dir" ] || [ -L "$state_dir" ] || [ -s "$state_dir" ] || rm -f "$state_dir"
  write_error=$(mkdir -p "$state_dir" 2>&1) && [ -w "$state_dir" ] && return
  if [ -d "$state_dir" ]; then
    write_error=$(touch "$work.error" 2>&1)
    fail "could not write in $state_dir: ${write_error##*: }"
  elif [ -L "$state_dir" ]; then fail "$state_dir is a link to $(readlink "$state_dir"), which is not a folder"
  elif [ -e "$state_dir" ]; then fail "$state_dir is not a folder; move it away"
  else fail "could not make $state_dir: ${write_error##*: }"
  fi
}

# Writes the copy to the file that Claude Code reads, also when somebody altered or deleted that file, and puts back what
# makes Claude Code read it.
# out: out_changed: yes if the file was written; out_reason
apply_pins() {
  [ -z "$installed_helper" ] || { install_helper && open_folder "$settings_dir"; } || return
  is_genuine || return 0
  mkdir -p "${applied_file%/*}" 2>/dev/null
  is_in_place "$applied_file" 644 <"$copy" || { write_file "$applied_file" 644 <"$copy" && out_changed=yes; } || return
  open_folder "${applied_file%/*}"
}

# Lets Claude Code of other users read what root applies.
# in:  FOLDER
# out: out_reason
open_folder() {
  if [ "$user_id" -ne 0 ] || [ -n "$(find "$1/" -prune -perm -0555 2>/dev/null)" ]; then return; fi
  chmod_error=$(chmod a+rx "$1" 2>&1) || fail "other users may not read $1: ${chmod_error##*: }"
}

record_success() {
  read_poll_interval
  write_state "revision=$out_revision" "floor=$out_revision" "etag=$out_etag" "server=$origin" \
    "checked_at=$(utc_now)" "next_at=$(($(now) + out_poll_seconds))" "wait=$out_poll_seconds" \
    "moving_until=$(($(now) + out_rollout_seconds))" \
    "signed_by=$out_signer" "valid_until=$out_pinward_valid_until" "stale=$out_pinward_stale" last_error= "cli=$(to_printable "$cli_found")" \
    "agent=$out_pinward_agent" \
    ${out_changed:+"applied_at=$(utc_now)"}
}

# A poll interval below 5 minutes means that a rollout is active. Assume it lasts 10 more minutes if the server can't be
# reached.
# out: out_poll_seconds, out_rollout_seconds
read_poll_interval() {
  out_poll_seconds=$(seconds_or "$out_pinward_poll_after" 300)
  [ "$out_poll_seconds" -lt 300 ] && out_rollout_seconds=$rollout_wait || out_rollout_seconds=0
}

# in: REASON
record_failure() {
  failure=$1
  warn "$failure"
  apply_pins
  rm -rf "$work".* "$disk_reserve"
  retry_seconds=0
  if [ -n "$held_sha256" ]; then is_rollout_active && retry_seconds=20 || retry_seconds=60; fi
  retry_seconds=$(seconds_or "$out_retry_after" "$retry_seconds")
  prepare_report failed "$failure"
  write_state "last_error=$(utc_now) $failure" "next_at=$(($(now) + retry_seconds))" "wait=$retry_seconds" &&
    send_report
}

# --- request ----------------------------------------------------------------------------------------------------------
# One poll over HTTP: sends the request with curl and reads the status and the headers of the answer.

# Polls for the pins and accepts the answer if all of it is right.
# in:  held_sha256: the SHA-256 of the copy, or nothing
# out: out_revision, out_etag, out_signer, the headers of the answer; out_reason after a failure
request_pins() {
  out_retry_after='' out_revision='' out_signer='' token=''
  find_cli_version
  token=$(read_token) || fail "could not get a token from ${token_command:-$token_file}" || return
  is_token "$token" || fail "the token has characters that no bearer token has" || return
  download_pins || return
  floor_revision=0 floor_valid_until=''
  if [ "$(read_state server)" = "$origin" ]; then
    floor_revision=$(read_state floor) floor_valid_until=$(read_state valid_until)
  fi
  if ! is_revision "${floor_revision:-0}" $((max_revisions * 100)); then
    warn "no server has come to revision $floor_revision, which $state_file holds: it is forgotten"
    floor_revision=0
  fi
  case $out_http_status in
    200) accept_pins ;;
    304) accept_not_modified ;;
    3*) out_revision='' &&
      fail "HTTP $out_http_status to $out_location: redirects are not followed; correct server in $config" ;;
    *) out_revision='' && fail "$(explain_status "$out_http_status" <"$work.body")" ;;
  esac
}

# out: out_http_status, the headers, the body in $work.body
download_pins() {
  # A redirection that fails says in each shell something else, and may end the shell.
  write_error=$(touch "$work.body" "$work.head" "$work.error" 2>&1) ||
    fail "could not write in $state_dir: ${write_error##*: }" || return
  set -- --output "$work.body" --dump-header "$work.head" --write-out '%{http_code}'
  [ -z "$held_sha256" ] || set -- "$@" --header "If-None-Match: \"$held_sha256\""
  out_http_status=$(
    http_request "/v1/pins.$format?machine=$machine${cli:+&cli=$cli}" "$timeout" $max_bytes "$@" 2>"$work.error"
  ) && curl_code=0 || curl_code=$?
  [ "$(wc -c <"$work.body")" -le $max_bytes ] || fail "the answer is over $max_bytes bytes" || return
  case $curl_code in
    0) read_headers ;;
    23) fail "could not write in $state_dir; is the disk full?" ;;
    *) fail "$(explain_curl "$curl_code" <"$work.error")" ;;
  esac
}

read_token() {
  if [ -n "$token_command" ]; then
    run_with_timeout sh -c "$token_command" </dev/null
  elif [ -n "$token_file" ]; then
    run_with_timeout head -c 65536 "$token_file"
  fi
}

# The token and the proxy, which may hold a password, reach curl by standard input, so no process list shows them. Of
# the caller's variables curl gets PATH alone: the configuration decides about proxies and certificates. ulimit stops an
# endless answer: a curl before 8.4 ignores --max-filesize there and would fill the disk.
# in: PATH of the server, MAX_SECONDS, MAX_BYTES of the answer, further arguments for curl; token
http_request() (
  trap '' XFSZ
  ulimit -f 2100 2>/dev/null
  header=${token:+"header = \"Authorization: Bearer $token\""} url=$server$1 max_seconds=$2 max_answer=$3
  shift 3
  # Before the here-document: shells differ in what quotes within an expansion mean there.
  proxy_line=${proxy:+"proxy = \"$proxy\""} unproxied_line=${unproxied:+"noproxy = \"$unproxied\""}
  authority_line=${ca_file:+"cacert = \"$ca_file\""}
  env -i PATH="$PATH" curl --disable --config - --silent --show-error --globoff --proto '=http,https' --max-redirs 0 \
    --max-time "$max_seconds" --max-filesize "$max_answer" --user-agent "pinward-agent/$version" "$@" "$url" <<EOF
$header
$proxy_line
$unproxied_line
$authority_line
EOF
)

# Whether a token may go there: by TLS, or within this machine.
# in: ADDRESS
is_safe_address() {
  case $1 in
    https://?*) ;;
    *@*) return 1 ;;
    http://localhost | http://localhost[:/]* | http://127.0.0.1 | http://127.0.0.1[:/]*) ;;
    'http://[::1]' | 'http://[::1]'[:/]*) ;;
    *) return 1 ;;
  esac
}

# Asks the server for a text.
# in:  PATH of the server, MAX_BYTES, further arguments for curl; token
# out: what read_text sets
request_text() {
  path=$1 max_text=$2 out_text='' out_http_status=401 # what a server says to such a token
  is_token "${token:-}" || fail 'the token has characters that no bearer token has' || return
  shift 2
  read_text "$({
    http_request "$path" "$timeout" "$max_text" --write-out '\nHTTP %{http_code}\n' "$@" 2>&1 || printf '\nHTTP 000\n'
  } | head -c "$max_text")"
}

# Drops all but printable ASCII, so that no answer controls a terminal.
# in:  what curl printed, with a last line such as HTTP 200; max_text
# out: out_text; out_http_status, 000 without a whole answer; out_reason
read_text() {
  out_text=$(printf '%s\n' "$1" | tr -cd ' -~\n')
  out_http_status=$(printf '%s\n' "$out_text" | sed -n 's/^HTTP \([0-9][0-9][0-9]\)$/\1/p' | tail -n 1)
  out_text=$(printf '%s\n' "$out_text" | sed '/^HTTP [0-9][0-9][0-9]$/d')
  case $out_http_status in
    200) ;;
    '') fail "the answer is cut off, or over $max_text bytes" ;;
    000) fail "$(printf '%s\n' "$out_text" | explain_curl 0)" ;;
    *) fail "$(printf '%s\n' "$out_text" | explain_status "$out_http_status")" ;;
  esac
}

# Prints why curl failed, and the setting that may help.
# in: EXIT_CODE; what curl printed, on standard input
explain_curl() {
  curl_error=$(grep '^curl: ' | head -n 1 | tr -cd ' -~' | cut -c 1-300)
  case $curl_error in
    '') command -v curl >/dev/null && curl_error="curl failed, $1" || curl_error='there is no curl on this machine' ;;
    *'(35)'* | *'(58)'* | *'(60)'* | *'(77)'*)
      curl_error="$curl_error; if a private authority signed it, name that authority by ca_file in $config" ;;
    *'(5)'* | *'(6)'* | *'(7)'* | *'(28)'*)
      [ -n "$proxy" ] || [ -z "${https_proxy:-}${HTTPS_PROXY:-}${all_proxy:-}${ALL_PROXY:-}" ] ||
        curl_error="$curl_error; the proxy of this shell is not used: name it by proxy in $config" ;;
  esac
  printf '%s\n' "$curl_error" | sed 's/^curl: ([0-9]*) //'
}

# Prints an HTTP status, with the title and the hint of a problem+json answer for people. Nothing depends on the text.
# in: STATUS; the body, on standard input
explain_status() {
  body=$(tr -cd ' -~')
  printf 'HTTP %s%s%s\n' "$1" "$(read_problem title)" "$(read_problem hint)"
}

# Drops all but printable ASCII, so that no header controls a terminal.
# out: a variable for each header, such as out_pinward_revision; '' for a header that is missing
read_headers() {
  out_etag='' out_content_type='' out_location='' out_retry_after=''
  out_pinward_revision='' out_pinward_poll_after='' out_pinward_valid_until='' out_pinward_stale='' out_pinward_agent=''
  out_pinward_organisation='' out_pinward_signature=''
  header_names='etag content_type location retry_after pinward_revision pinward_poll_after pinward_valid_until'
  set_variables out_ "$header_names pinward_stale pinward_agent pinward_organisation pinward_signature" <<EOF
$(awk '{
    gsub(/[^ -~]/, ""); name = tolower($0); sub(/:.*/, "", name); gsub(/-/, "_", name)
    sub(/^[^:]*: */, ""); print name "=" $0
  }' "$work.head")
EOF
  out_etag=${out_etag#\"} && out_etag=${out_etag%\"} out_revision=$out_pinward_revision
}

# in: NAME, title or hint; body
read_problem() {
  printf '%s\n' "$body" | sed -n -e 's/\\"/'\''/g' -e "s/.*\"$1\" *: *\"\([^\"]*\)\".*/: \1/p" | cut -c 1-300
}

# --- answer -----------------------------------------------------------------------------------------------------------
# Decides whether an answer of the server is accepted: 200 with new pins, or 304 for the pins that this machine holds.

# Makes the body the new copy if type, hash, form, revision and signature are right.
# in:  the headers, $work.body; floor_revision, floor_valid_until: the newest answer that was accepted
# out: out_changed, out_reason
accept_pins() {
  [ "${out_content_type%%;*}" = $media_type ] ||
    fail "the answer is '$out_content_type', not $media_type; does a proxy or a sign-in page answer?" || return
  case $out_etag in *[!0-9a-f]*) out_etag='' ;; esac
  [ ${#out_etag} -eq 64 ] || fail "the answer has no ETag that is a SHA-256" || return
  compute_sha256 "$work.body"
  [ "${out_sha256:-$out_etag}" = "$out_etag" ] ||
    fail "the answer was altered on its way: its SHA-256 is not its ETag" || return
  is_complete "$work.body" || fail "the answer is not a whole $format file" || return
  is_number "$out_revision" || fail "the answer has no Pinward-Revision" || return
  { verify_answer "$out_sha256" && is_next_revision; } || return
  [ "$(readlink "$lock")" = $$ ] || fail "another agent took over" || return
  # The state goes first: an agent that is killed in between must not accept an older revision the next time.
  write_state "floor=$out_revision" "server=$origin" "valid_until=$out_pinward_valid_until" \
    "next_etag=$out_etag" &&
    write_file "$copy" 644 <"$work.body" && out_changed=yes
}

# Accepts that the held pins are still current, and their new end of validity.
# out: out_etag, out_revision, out_reason
accept_not_modified() {
  out_etag=$held_sha256
  [ -n "$held_sha256" ] || fail "the server answered 304 to a machine that holds nothing" || return
  verify_answer "$held_sha256" || return
  is_number "$out_revision" || out_revision=$floor_revision
  is_next_revision
}

# No failure of another revision is reported: another instance of the server may lag behind.
is_next_revision() {
  offered=$out_revision out_revision=''
  [ "$offered" -ge "$floor_revision" ] ||
    fail "the server offers an older revision, $offered after $floor_revision; if that is meant, remove $state_file" ||
    return
  is_revision "$offered" "$floor_revision" ||
    fail "the server offers the revision $offered after $floor_revision; no policy changes so often" || return
  out_revision=$offered
}

# --- signatures -------------------------------------------------------------------------------------------------------
# Verifies that a trusted key signed an answer, that the answer has not expired and that it is no replay.

# The statement is composed from the request and the headers, so any difference breaks the signature.
# in:  SHA256 of the pins
# out: out_signer, out_reason
verify_answer() {
  [ -n "$organisation" ] || return 0
  has_openssl || fail "there is no openssl on this machine to check the signature of the answer" || return
  read -r scheme out_signer signature <<EOF
$out_pinward_signature
EOF
  [ -n "$scheme" ] || fail "the answer is not signed" || return
  { [ "$scheme" = v1 ] && is_key_id "$out_signer"; } ||
    fail "the answer has a signature of an unknown kind" || return
  [ "$out_pinward_organisation" = "$organisation" ] ||
    fail "the answer is of the organisation '$out_pinward_organisation', not $organisation" || return
  is_timestamp "$out_pinward_valid_until" || fail "the answer has no Pinward-Valid-Until" || return
  find_key "$out_signer" || find_vouched_key "$out_signer" || return
  printf '%s\n' pinward-statement-v1 "organisation: $organisation" "format: $format" "revision: $out_revision" \
    "sha256: $1" "valid-until: $out_pinward_valid_until" | has_signature "$out_key_file" "$signature" ||
    fail "the signature by $out_signer does not match: the answer was altered, or made for another request" || return
  ! has_expired "$out_pinward_valid_until" ||
    fail "the answer expired at $out_pinward_valid_until, and it is $(utc_now) by this machine's clock" || return
  is_not_replayed
}

is_not_replayed() {
  is_before "$out_pinward_valid_until" "$floor_valid_until" || return 0
  out_revision=''
  fail "the answer is a replay: valid until $out_pinward_valid_until, after one until $floor_valid_until;" \
    "if that is meant, remove $state_file"
}

# Whether the key signed the text on standard input.
# in: KEY_FILE, SIGNATURE in base64
has_signature() {
  printf '%s\n' "$2" | openssl base64 -d -A >"$work.signature" 2>/dev/null
  openssl dgst -sha256 -verify "$1" -signature "$work.signature" >/dev/null 2>&1
}

has_openssl() { command -v openssl >/dev/null; }

# --- keys -------------------------------------------------------------------------------------------------------------
# Finds the keys that this machine trusts: pinned keys, and keys that a trusted key vouches for in the server's list.

# in:  ID
# out: out_key_file
find_key() {
  for out_key_file in "$keys/$1.pem" "$state_dir/pins.$1.pem"; do
    if [ -f "$out_key_file" ] && [ -s "$out_key_file" ]; then return; fi
  done
  return 1
}

# Looks for a chain of vouchers from a trusted key to an unknown key, and keeps the keys of the chain.
# in:  ID
# out: out_key_file, out_reason
find_vouched_key() {
  untrusted="the answer is signed with the key $1, which is not trusted here"
  may_request_key "$1" || fail "$untrusted; the server is asked about a key once an hour" || return
  fetch_keys || fail "$untrusted; $out_reason" || return
  out_voucher_error='there is no voucher for it'
  while accept_vouchers "$1"; do
    ! find_key "$1" || return 0
  done
  fail "$untrusted: $out_voucher_error"
}

# The state keeps ID:TIME for each unknown key: no request about that key before TIME.
# in: ID
may_request_key() {
  waiting=''
  for entry in $(read_state keys_asked); do
    has_passed "${entry#*:}" 3600 || waiting="$waiting $entry"
  done
  case "$waiting " in *" $1:"*) return 1 ;; esac
  write_state "keys_asked=$waiting $1:$(($(now) + 3600))"
}

# Sends no token: the list is public.
# out: out_key_list: the server's keys and vouchers; out_http_status; out_reason
fetch_keys() {
  sent_token=${token:-} token=''
  request_text /v1/keys.txt $max_keys && fetched=yes || fetched=''
  token=$sent_token out_key_list=$out_text
  [ -n "$fetched" ] || fail "could not fetch $server/v1/keys.txt: $out_reason"
}

# Keeps every key of the list for which a trusted key vouches; fails when there is none. Reads 16 vouchers at most.
# in:  ID of the key that is needed
# out: out_voucher_error: what is wrong with the voucher for that key
accept_vouchers() {
  is_any_accepted=''
  while read -r _ id by voucher_id voucher_until voucher_signature; do
    { [ "$by" = by ] && is_key_id "$id" && is_key_id "$voucher_id" && ! find_key "$id"; } || continue
    if accept_voucher; then
      is_any_accepted=yes
    elif [ "$id" = "$1" ]; then
      out_voucher_error=$out_reason
    fi
  done <<EOF
$(printf '%s\n' "$out_key_list" | sed -n '/^voucher /p' | head -n 16)
EOF
  [ -n "$is_any_accepted" ]
}

# in:  the fields of one voucher line: id, voucher_id, voucher_until, voucher_signature
# out: out_reason
accept_voucher() {
  find_key "$voucher_id" || fail "its voucher is by $voucher_id, which is not trusted either" || return
  { is_timestamp "$voucher_until" && ! has_expired "$voucher_until"; } ||
    fail "its voucher expired at $voucher_until" || return
  parse_public_key "$(printf '%s\n' "$out_key_list" | sed -n "s/^key $id //p" | head -n 1)" &&
    [ "$out_key_id" = "$id" ] &&
    printf '%s\n' pinward-key-v1 "organisation: $organisation" "key: $id" "sha256: $out_key_sha256" \
      "valid-until: $voucher_until" | has_signature "$out_key_file" "$voucher_signature" ||
    fail "the signature of its voucher by $voucher_id is wrong" || return
  write_key "$state_dir/pins."
}

# in:  BASE64 of the DER of one public key
# out: out_key_id, out_key_sha256, out_key_pem
parse_public_key() {
  out_key_pem=$(printf '%s\n' "$1" | openssl base64 -d -A | openssl pkey -pubin -inform DER -pubout 2>/dev/null) &&
    [ "$(printf '%s\n' "$out_key_pem" | sed '/^-----/d' | tr -d '\n')" = "$1" ] &&
    out_key_sha256=$(printf '%s\n' "$1" | openssl base64 -d -A | openssl dgst -sha256 -r) || return
  out_key_sha256=${out_key_sha256%% *}
  out_key_id=$(printf %.16s "$out_key_sha256")
}

# in: PREFIX of the file's path; out_key_id, out_key_pem
write_key() {
  write_file "$1$out_key_id.pem" 644 <<EOF
$out_key_pem
EOF
}

is_key_id() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ ${#1} -eq 16 ]
}

# --- reports ----------------------------------------------------------------------------------------------------------
# Reports to the server whether a revision was applied or failed, when that is not what the last report said. A report that
# the server did not take is sent again after the next poll.

# in:  OUTCOME, applied or failed; REASON of a failure; out_revision
# out: out_report: the fields of the report in JSON, or nothing; out_outcome
prepare_report() {
  out_report=''
  { is_number "$out_revision" && [ "$(print_file "$reported_file")" != "$1 $out_revision" ]; } || return 0
  [ ! -f "$no_reports_file" ] || has_passed "$(print_file "$no_reports_file")" $max_wait || return 0
  out_outcome=$1
  out_report="\"machine\":\"$machine\",\"revision\":$out_revision,\"outcome\":\"$1\""
  [ -z "$cli" ] || out_report="$out_report,\"cli\":\"$cli\""
  [ "$1" = applied ] ||
    out_report="$out_report,\"reason\":\"$(printf %s "$2" | tr -cd ' -~' | cut -c 1-300 | sed 's/["\\]/\\&/g')\""
}

# Sends in the background, since nobody waits for the server's reply. A server without reports gets none for a day. What
# the server calls malformed is not sent again.
# in: out_report, out_outcome, out_revision
send_report() {
  [ -n "$out_report" ] || return 0
  {
    exec </dev/null >/dev/null 2>&1
    case $(http_request /v1/reports 2 $max_bytes --header 'Content-Type: application/json' --data "{$out_report}" \
      --output /dev/null --write-out '%{http_code}') in
      404 | 405) note "$no_reports_file" $(($(now) + max_wait)) ;;
      2?? | 400 | 413 | 415 | 422) note "$reported_file" "$out_outcome $out_revision" ;;
    esac
  } &
}

# Writes without a temporary file, which the next agent, who has the lock by now, would remove.
# in: FILE TEXT
note() { { [ -f "$1" ] || rm -rf "$1"; } && printf '%s\n' "$2" >"$1"; }

# --- versions ---------------------------------------------------------------------------------------------------------
# Finds the version of Claude Code that counts. It is read from links, file names and package.json: root runs no client.

# A setting counts, else the program on the user's path, else the oldest that is installed: for root, in any home.
# in:  cli: the version that a setting names, or nothing
# out: cli, such as 2.1.331, or nothing; cli_found: the version, where it was found, and the number of others
find_cli_version() {
  cli=$(printf '%s\n' "$cli" | to_version) cli_found=''
  [ -z "$cli" ] || { cli_found="$cli, by a setting" && return; }
  if [ "$(id -u)" -ne 0 ] && cli_program=$(command -v claude); then
    cli=$(print_program_version "$cli_program")
    cli_found=${cli:+"$cli: $cli_program"}
    return
  fi
  installed=$(list_installed_versions | sort -u | sort -t . -k 1,1n -k 2,2n -k 3,3n)
  [ -n "$installed" ] || return 0
  oldest=${installed%%"$newline"*}
  cli=${oldest%% *} cli_found="${oldest%% *}: ${oldest#* }"
  [ "$oldest" = "$installed" ] || cli_found="$cli_found, the oldest of $(printf '%s\n' "$installed" | wc -l | tr -d ' ')"
}

# Prints the version of a program of the user, who may run it where its place does not tell.
# in: PROGRAM
print_program_version() {
  read_program_version "$1" | grep . || run_with_timeout "$1" --version </dev/null 2>/dev/null | to_version
}

# Prints a line for each installed Claude Code: its version, and the path that tells it.
list_installed_versions() {
  list_homes | while IFS= read -r home; do list_versions_in_home "$home"; done
  for package_root in /usr /usr/local /opt/homebrew /home/linuxbrew/.linuxbrew; do
    list_packages "$root$package_root"/lib
    list_casks "$root$package_root"/Caskroom/claude-code/*
  done
}

# Prints the homes of this machine for root, else that of the user.
list_homes() {
  if [ "$(id -u)" -ne 0 ]; then printf '%s\n' "$root${HOME:-/nowhere}" && return; fi
  {
    cut -d : -f 6 "$root/etc/passwd" 2>/dev/null | while IFS= read -r home; do
      case $home in /?*) [ ! -d "$root$home" ] || printf '%s\n' "$root$home" ;; esac
    done
    for home in "$root"/root "$root"/var/root "$root"/home/* "$root"/Users/*; do [ ! -d "$home" ] || printf '%s\n' "$home"; done
  } | sort -u
}

# The native installer keeps some versions, and a link to the one that runs. Node's managers have a folder for each Node.
# in: HOME
list_versions_in_home() {
  native_link=$1/.local/bin/claude
  if [ -L "$native_link" ] && native_version=$(read_program_version "$native_link" | grep .); then
    printf '%s %s\n' "$native_version" "$native_link"
  else
    list_newest_native "$1"
  fi
  list_packages "$1"/.local/lib "$1"/.npm-global/lib "$1"/.npm-packages/lib "$1"/.claude/local "$1"/n/lib \
    "$1"/.nvm/versions/node/*/lib "$1"/.local/share/fnm/node-versions/*/installation/lib \
    "$1"/.fnm/node-versions/*/installation/lib "$1"/.asdf/installs/nodejs/*/lib \
    "$1"/.local/share/mise/installs/node/*/lib "$1"/.volta/tools/image/packages/@anthropic-ai/claude-code/lib \
    "$1"/.bun/install/global "$1"/.config/yarn/global "$1"/.local/share/pnpm/global/* "$1"/Library/pnpm/global/* \
    "$1"/.linuxbrew/lib "$1"/homebrew/lib
  list_casks "$1"/.linuxbrew/Caskroom/claude-code/* "$1"/homebrew/Caskroom/claude-code/*
}

# in: HOME
list_newest_native() {
  newest_native=$(for native_file in "$1"/.local/share/claude/versions/*; do
    [ ! -f "$native_file" ] || printf '%s\n' "${native_file##*/}"
  done | grep -x '[0-9]*\.[0-9]*\.[0-9]*' | sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1)
  [ -z "$newest_native" ] || printf '%s %s\n' "$newest_native" "$1/.local/share/claude/versions/$newest_native"
}

# in: FOLDER ... with node_modules
list_packages() {
  for packages do
    package_file=$packages/node_modules/@anthropic-ai/claude-code/package.json
    package_version=$(read_package_version "$package_file")
    [ -z "$package_version" ] || printf '%s %s\n' "$package_version" "$package_file"
  done
}

# in: FOLDER ... of casks, named by their versions
list_casks() {
  for cask do
    cask_version=$(printf '%s\n' "${cask##*/}" | to_version)
    { [ -z "$cask_version" ] || [ ! -d "$cask" ]; } || printf '%s %s\n' "$cask_version" "$cask"
  done
}

# Prints the version that the place of a program tells. Follows links by their text, so nothing is opened on the way.
# in: PROGRAM
read_program_version() {
  program=$1 links=0
  while [ -L "$program" ] && [ $links -lt 8 ]; do
    link_target=$(readlink "$program") || return
    case $link_target in /*) program=$link_target ;; *) program=${program%/*}/$link_target ;; esac
    links=$((links + 1))
    case $program in
      */claude/versions/*) printf '%s\n' "${program##*/claude/versions/}" | to_version && return ;;
      */Caskroom/claude-code/*) printf '%s\n' "${program##*/Caskroom/claude-code/}" | to_version && return ;;
    esac
  done
  case $program in
    */node_modules/@anthropic-ai/claude-code/*)
      read_package_version "${program%/claude-code/*}/claude-code/package.json" ;;
  esac
}

# A user may put anything there: a file without end, or a pipe that nobody writes to.
# in: FILE
read_package_version() {
  [ -f "$1" ] || return 0
  run_with_timeout head -c 65536 "$1" 2>/dev/null | tr '{' '\n' | tr , '\n' |
    sed -n 's/^[[:space:]]*"version"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' | head -n 1 | to_version
}

# Prints the version at the start of the first line of standard input, such as 2.1.331, or nothing.
to_version() { sed -n 's/^\([0-9]\{1,6\}\.[0-9]\{1,6\}\.[0-9]\{1,6\}\).*/\1/p; q'; }

# in: VERSION OTHER_VERSION
is_older_version() {
  [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}

# --- state ------------------------------------------------------------------------------------------------------------
# The facts that the agent keeps about its copy, as lines of key=value, and the questions that they answer.

# in: KEY, or a pattern of keys
read_state() { print_file "$state_file" | sed -n "s/^$1=//p"; }

# Replaces the lines of these keys. The other lines stay.
# in: KEY=VALUE ...
write_state() {
  replaced=$(printf '^%s\n' "$@" | sed 's/=.*/=/')
  lines=$(print_file "$state_file" | grep -v "$replaced"; printf '%s\n' "$@")
  write_file "$state_file" 644 <<EOF
$lines
EOF
}

is_applied() {
  is_plain "$copy" && is_plain "$applied_file" || return
  [ -z "$installed_helper" ] || { [ -x "$root/usr/local/bin/pinward-helper" ] && [ -f "$fragment_file" ]; }
}

# Whether the copy is one that was accepted, as far as this machine can hash. The state holds the hash of the next copy
# before that copy is written.
is_genuine() {
  is_complete "$copy" || return
  compute_sha256 "$copy"
  [ -n "$out_sha256" ] || return 0
  printf '%s\n' "$(read_state '\(next_\)\{0,1\}etag')" "${out_etag:-}" | grep -qx "$out_sha256"
}

is_unaltered() {
  compute_sha256 "$applied_file"
  if [ -n "$out_sha256" ]; then [ "$out_sha256" = "$(read_state etag)" ]; else cmp -s "$copy" "$applied_file"; fi
}

# out: out_seconds_left until the next poll, when it is not due
is_due() { has_passed "$(read_state next_at)" "$(seconds_or "$(read_state wait)" $max_wait)"; }

is_rollout_active() { ! has_passed "$(read_state moving_until)" $rollout_wait; }

# Sets a variable for each line NAME=VALUE of standard input.
# in:  PREFIX for the names of the variables, the NAMES that are known
# out: the variables; out_unknown_name: the last name that is not known
set_variables() {
  out_unknown_name=''
  while IFS= read -r line; do
    name=${line%%=*}
    case $name in *[!a-z_]*) out_unknown_name=$name && continue ;; '') continue ;; esac
    case " $2 " in *" $name "*) eval "$1$name=\${line#*=}" ;; *) out_unknown_name=$name ;; esac
  done
}

# --- files ------------------------------------------------------------------------------------------------------------
# Reads files, writes them in one step, hashes them, and tells a complete file from a truncated one.

# Prints a file. What else may be in its place, such as a pipe or a device, may never end.
# in: FILE
print_file() { [ ! -f "$1" ] || head -c $max_bytes "$1" 2>/dev/null; }

# Whether there is a file of bounded size with something in it.
# in: FILE
is_plain() { [ -f "$1" ] && [ -s "$1" ] && [ -n "$(find -L "$1" -prune -size -$((max_bytes / 512 + 1)) 2>/dev/null)" ]; }

# Writes standard input to a hidden file beside the target, which Claude Code ignores, and renames that file. A folder in
# the place of the agent's own pins goes first, since the file would be moved into it. Any other folder stays.
# in:  FILE MODE
# out: temporary_file, for clean_up; out_reason
write_file() {
  template="${1%/*}/.${1##*/}.XXXXXX"
  temporary_file=$(mktemp "$template" 2>/dev/null) ||
    fail "could not write in ${1%/*}: $(mktemp "$template" 2>&1 | sed 's/.*: //; q')" || return
  # A substitution for each program: one for all would go on when this shell is killed.
  write_error=$(cat 2>&1 >"$temporary_file") && write_error=$(chmod "$2" "$temporary_file" 2>&1) &&
    { sync "$temporary_file" 2>/dev/null || :; } && { [ ! -d "$1" ] || write_error=$(remove_folder "$1" 2>&1); } &&
    write_error=$(mv -f "$temporary_file" "$1" 2>&1) && return
  rm -f "$temporary_file"
  fail "could not write $1: $(printf %s "$write_error" | sed 's/.*: //; q')"
}

# in: FOLDER
remove_folder() {
  case $1 in "$state_dir"/pins.* | "$fragment_file") rm -rf "$1" ;; *) echo 'a folder is there' && return 1 ;; esac
}

# Whether the file has the content of standard input and is no link, everybody has the rights of the mode, and nobody but
# root or this user may write to it.
# in: FILE MODE
is_in_place() {
  [ -n "$(find "$1" -prune -type f \( -user 0 -o -user "$user_id" \) -perm "-$2" ! -perm -0020 ! -perm -0002 2>/dev/null)" ] &&
    cmp -s - "$1"
}

# in:  FILE
# out: out_sha256; '' on a machine without a tool for it
compute_sha256() {
  out_sha256=$({ sha256sum || shasum -a 256 || openssl dgst -sha256 -r; } <"$1" 2>/dev/null)
  out_sha256=${out_sha256%% *}
}

# Detects a truncated file without its hash.
# in: FILE
is_complete() {
  is_plain "$1" || return
  case $format in
    sh) [ -z "$(tail -c 1 "$1")" ] ;;
    *) [ "$(head -c 1 "$1")$(tail -c 2 "$1")" = '{}' ] ;;
  esac
}

# Prints the path of a file or folder in this folder, or else in the next parent that has it.
# in: NAME
find_upwards() {
  folder=$(pwd)
  while [ ! -e "$folder/$1" ] && [ -n "$folder" ]; do folder=${folder%/*}; done
  printf '%s/%s\n' "$folder" "$1"
}

# --- lock -------------------------------------------------------------------------------------------------------------
# Lets one agent at a time work in the state folder. The lock is a symbolic link, which one step creates with the pid.

# out: out_reason; nothing when another agent holds the lock
acquire_lock() {
  tries=0 out_reason='' lock_error=''
  until [ ! -e "$lock" ] && lock_error=$(ln -s $$ "$lock" 2>&1); do
    tries=$((tries + 1))
    [ $tries -le 10 ] || return
    if is_lock_stale; then
      rm -rf "$lock" 2>/dev/null || fail "could not remove $lock, which is no lock of a running agent" || return
      continue
    fi
    [ $tries -lt 3 ] || [ -L "$lock" ] || fail "could not make $lock: ${lock_error##*: }" || return
    sleep 0.5 2>/dev/null || sleep 1
  done
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  # Files of agents that were killed.
  rm -rf "$state_dir/.pins.$format".* "$state_dir/.work.$format".* "${applied_file%/*}/.${applied_file##*/}".*
}

# The lock of a dead agent, what is no lock, and a lock that is older than any agent, or from a clock that was fast:
# another process may have that pid by now.
is_lock_stale() {
  [ -e "$lock" ] || [ -L "$lock" ] || return
  holder=$(readlink "$lock")
  case $holder in '' | *[!0-9]* | 0* | "$$") return 0 ;; esac
  ! kill -0 "$holder" 2>/dev/null || [ -n "$(find "$lock" \( -mmin +5 -o -mmin -0 \) 2>/dev/null)" ]
}

# Removes the work files and releases the lock.
clean_up() {
  rm -f "$work".* ${temporary_file:+"$temporary_file"}
  [ "$(readlink "$lock")" != $$ ] || rm -f "$lock"
}

# --- time -------------------------------------------------------------------------------------------------------------
# Reads the clock, compares times, and validates numbers. An epoch is in seconds; a timestamp is 2026-12-02T08:00:00Z.

now() { date +%s; }

utc_now() { date -u $utc_form; }

# in: EPOCH
format_utc() { { date -u -d "@$1" $utc_form || date -u -r "$1" $utc_form || utc_now; } 2>/dev/null; }

# An epoch further ahead than it was set counts as passed: a clock that was fast then must not silence the agent now.
# in:  EPOCH, the SECONDS ahead that it was set at most
# out: out_seconds_left until then
has_passed() {
  is_number "$1" || return 0
  out_seconds_left=$(($1 - $(now)))
  [ $out_seconds_left -le 0 ] || [ $out_seconds_left -gt "$2" ]
}

# Tolerates a clock that is fast by clock_skew.
# in: TIMESTAMP
has_expired() {
  is_before "$1" "$(utc_now)" || return
  limit=$(($(now) - clock_skew))
  is_before "$1" "$(format_utc $limit)"
}

# Compares day and time each, since some shells calculate with 32 bits. The 1 keeps a leading 0 from meaning octal.
# in: two TIMESTAMPs; false if either of them is no timestamp
is_before() {
  { is_timestamp "$1" && is_timestamp "$2"; } || return
  strip_to_digits "$1" && earlier_day=1${out_digits%??????} earlier_time=1${out_digits#????????}
  strip_to_digits "$2" && later_day=1${out_digits%??????} later_time=1${out_digits#????????}
  [ "$earlier_day" -lt "$later_day" ] || { [ "$earlier_day" -eq "$later_day" ] && [ "$earlier_time" -lt "$later_time" ]; }
}

# in:  TEXT
# out: out_digits: the text without all other characters
strip_to_digits() {
  out_digits=$1
  while :; do
    case $out_digits in *[!0-9]*) out_digits=${out_digits%%[!0-9]*}${out_digits#*[!0-9]} ;; *) return ;; esac
  done
}

is_timestamp() {
  case $1 in [0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z) ;; *) return 1 ;; esac
}

# At most 13 digits, which this shell can calculate with: some have 32 bits, so no number above 2147483647.
is_number() {
  case $1 in '' | *[!0-9]* | 0?* | ??????????????*) return 1 ;; esac
  [ ${#1} -lt 10 ] || [ $((65536 * 65536)) -ne 0 ] || { [ ${#1} -eq 10 ] && is_within_32_bits "${1%?????}" "1${1#?????}"; }
}

# in: the first five digits of ten, the LAST five after a 1
is_within_32_bits() { [ "$1" -lt 21474 ] || { [ "$1" -eq 21474 ] && [ "$2" -le 183647 ]; }; }

# A policy changes some times a day, so a revision far above all accepted ones is wrong. Accepted once, it would make
# every right one too old.
# in: REVISION, the highest ACCEPTED one
is_revision() { is_number "$1" && [ "$1" -le $(($2 + max_revisions)) ]; }

# Prints the first if it is a number, else the second; at most a day.
# in: TEXT DEFAULT
seconds_or() {
  if ! is_number "$1"; then echo "$2"; elif [ "$1" -gt $max_wait ]; then echo $max_wait; else echo "$1"; fi
}

# --- programs and messages --------------------------------------------------------------------------------------------
# Runs other programs within the timeout, and prints warnings and errors.

# macOS has perl but no timeout. An old busybox has a timeout without -k.
# in: COMMAND ...; timeout
run_with_timeout() {
  if timeout -k 2 9 true 2>/dev/null; then
    timeout -k 2 "$timeout" "$@"
  elif command -v timeout >/dev/null; then
    timeout "$timeout" "$@"
  elif command -v perl >/dev/null; then
    # shellcheck disable=SC2016 # perl expands these, not the shell
    perl -e '$for = shift; if (!($pid = fork)) { setpgrp; exec @ARGV or exit 127 }
      $SIG{ALRM} = sub { kill -15, $pid; waitpid($pid, 1) or select undef, undef, undef, .1 for 1 .. 20;
        kill -9, $pid; exit 124 };
      alarm $for; waitpid $pid, 0; exit($? & 127 ? 143 : $? >> 8)' \
      "$timeout" "$@"
  else
    "$@"
  fi
}

is_token() {
  case $1 in *[!A-Za-z0-9._~+/=-]*) return 1 ;; esac
}

# Prints the text as one line of printable ASCII, so that no text controls a terminal.
# in: TEXT
to_printable() {
  case $1 in
    *[!\ -~]*) printf %s "$1" | tr '\n' ' ' | tr -s ' ' | tr -cd ' -~' | sed 's/ $//' ;;
    *) printf %s "$1" ;;
  esac
}

# Copies standard input, without what looks like a secret.
hide_secrets() {
  sed -E "s#(ya29\\.|1//|AIza|GOCSPX-|sk-|ey[A-Za-z0-9_-]{8,}\\.)[A-Za-z0-9._~+/=-]{8,}#(hidden)#g
    s#([Bb]earer|[Bb]asic) +[A-Za-z0-9._~+/=-]{8,}#\\1 (hidden)#g
    s#((access|refresh|id|subject)_token|client_secret|private_key|assertion)([\"']?[ :=]+[\"']?)[^ \"',&}]+#\\1\\3(hidden)#g"
}

# Prints the text as one word for a shell, in single quotes if it needs them. Bytes that no terminal is to see become
# octal numbers.
# in: TEXT
quote_for_shell() {
  case $1 in
    *[!\ -~]*)
      printf '"%s(printf '\''%s'\'')"' '$' "$(printf %s "$1" | od -An -v -to1 | tr -s ' ' '\n' | awk 'NF {
        code = substr($0, 1, 1) * 64 + substr($0, 2, 1) * 8 + substr($0, 3)
        if (sprintf("%c", code) ~ /^[A-Za-z0-9_.\/-]$/) printf "%c", code; else printf "\\%s", $0
      }')" ;;
    *[!A-Za-z0-9_./:@=~-]*) printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf %s "$1" ;;
  esac
}

# Prints the command that opens files in an editor.
# in: FILES, one a line
edit_command() {
  editor=${EDITOR:-vi}
  printf '%s\n' "$1" | {
    names=''
    while IFS= read -r edited; do
      [ -w "$edited" ] || editor='sudo vi'
      names="$names $(quote_for_shell "$edited")"
    done
    printf '%s%s' "$editor" "$names"
  }
}

# Prints the text as a JSON string.
# in: TEXT
quote_for_json() { printf '"%s"' "$(to_printable "$1" | sed 's/["\\]/\\&/g')"; }

warn() { printf 'pinward: %s\n' "$*" >&2; }

# Fails, and leaves the reason for the caller to print.
# out: out_reason
fail() { out_reason=$* && return 1; }

# in: EXIT_CODE MESSAGE
die() {
  exit_code=$1 && shift
  warn "$*"
  exit "$exit_code"
}

# --- JSON -------------------------------------------------------------------------------------------------------------
# Reads JSON files as lines of path=value, such as env.ANTHROPIC_MODEL=claude-opus-4-8.

# Prints a JSON file as lines of path=value. In strings, escaped control characters become blanks, and others than ASCII
# are left out. Fails if the file is no JSON. The JSON of editors has comments, and commas at the end.
# in: FILE, or - for standard input; lenient, for that of editors
flatten_json() {
  awk -v lenient="${2:-}" '
    function print_value(value, path, i) {
      for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") at[i]
      print path "=" value
      expected = "next"
    }
    function unescape(text, plain, sign, code) {
      while (match(text, /\\(u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]|.)/)) {
        sign = substr(text, RSTART + 1, RLENGTH - 1)
        code = index(hex, tolower(substr(sign, 4, 1))) * 16 + index(hex, tolower(substr(sign, 5))) - 17
        if (sign ~ /^[bfnrt]$/ || sign ~ /^u00[01]/) sign = " "
        else if (length(sign) > 1) sign = sign ~ /^u00[2-7]/ ? sprintf("%c", code) : ""
        plain = plain substr(text, 1, RSTART - 1) sign
        text = substr(text, RSTART + RLENGTH)
      }
      return plain text
    }
    function open(kind) { kinds[++depth] = kind; at[depth] = 0; expected = kind == "{" ? "key" : "value"; is_empty = 1 }
    function closes(kind) {
      if (kind == "}") return kinds[depth] == "{" && (expected == "next" || (is_empty || lenient) && expected == "key")
      return kind == "]" && kinds[depth] == "[" && (expected == "next" || (is_empty || lenient) && expected == "value")
    }
    function take(token, kind) {
      kind = substr(token, 1, 1)
      if (kind == "\"" && expected == "key") {
        at[depth] = unescape(substr(token, 2, length(token) - 2)); expected = "colon"; is_empty = 0
        return at[depth] !~ /=/ && token !~ /\\([bfnrt]|u00[01])/ # such a key can pass for another
      }
      if (kind == ":" && expected == "colon") expected = "value"
      else if (kind == "," && expected == "next" && depth) {
        if (kinds[depth] == "[") { at[depth]++; expected = "value" } else expected = "key"
      } else if (closes(kind)) { depth--; expected = "next"; if (is_empty && depth) print_value("") }
      else if (expected != "value" || index("]}:,", kind)) return 0
      else if (kind == "{" || kind == "[") { open(kind); return 1 }
      else if (kind == "\"") print_value(unescape(substr(token, 2, length(token) - 2)))
      else print_value(token)
      is_empty = 0
      return 1
    }
    BEGIN { expected = "value"; hex = "0123456789abcdef" }
    {
      sub(/\r$/, "")
      if (NR == 1) sub(/^\357\273\277/, "")
      for (rest = $0; ; rest = substr(rest, length(token) + 1)) {
        sub(/^[ \t]+/, "", rest)
        if (rest == "" || lenient && rest ~ /^\/\// && !is_comment) next
        if (lenient && (is_comment || rest ~ /^\/\*/)) {
          is_comment = !(end = index(rest, "*/"))
          if (is_comment) next
          token = substr(rest, 1, end + 1)
          continue
        }
        if (!match(rest, /^("([^"\\]|\\.)*"|[][{}:,]|[-+.0-9A-Za-z]+)/)) break
        token = substr(rest, 1, RLENGTH)
        if (!take(token)) break
      }
      is_invalid = 1
      exit
    }
    END { exit (is_invalid || depth || expected != "next") }
  ' "$1" 2>/dev/null
}

# Prints the first value of a path in lines of path=value, or nothing.
# in: LINES, PATTERN of the path
value_of() { printf '%s\n' "$1" | sed -n "s/^$2=//p" | head -n 1; }

# --- root -------------------------------------------------------------------------------------------------------------
# Keeps root from running what somebody else may write: programs of the search path, and the configuration's command.

# Root's search path has no folder in which somebody else may write. Root's shells and openssl load nothing that variables
# name.
# out: PATH, user_id
secure_search_path() {
  system_path=/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin # the last is that of NixOS
  callers_path=$PATH PATH=$system_path
  user_id=$(id -u)
  if [ "$user_id" -ne 0 ]; then PATH=$callers_path && return; fi
  unset ENV BASH_ENV OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES PERL5OPT PERL5LIB PYTHONPATH PYTHONHOME \
    PYTHONSTARTUP CLOUDSDK_PYTHON
  trusted_path='' folders=$callers_path:
  while [ -n "$folders" ]; do
    folder=${folders%%:*} folders=${folders#*:}
    case $folder in /*) ;; *) continue ;; esac
    case :$system_path: in *":$folder:"*) ;; *) { [ -d "$folder" ] && is_roots_alone "$folder"; } || continue ;; esac
    trusted_path=${trusted_path:+$trusted_path:}$folder
  done
  PATH=${trusted_path:-$system_path}
}

# Whether nobody but root may change what has this path: it, or a folder above it. In a sticky folder above it nobody
# can replace what is root's.
# in:  PATH of a file or folder; if it isn't there, the folder in which it would be counts
# out: out_writable: the first path that somebody else may write
is_roots_alone() {
  checked_path=$1
  case $checked_path in /*) ;; *) checked_path=$PWD/$checked_path ;; esac
  until [ -e "$checked_path" ] || [ -z "$checked_path" ]; do checked_path=${checked_path%/*}; done
  checked_folder=$checked_path/
  [ -d "$checked_folder" ] || checked_folder=${checked_path%/*}/
  # A link counts with the folders above it and with those of its target.
  physical_path=$(cd -P -- "$checked_folder" && pwd -P) || return
  # In the folder itself a sticky bit is no help: others may add files.
  out_writable=$([ ! -d "$checked_path" ] || find "$checked_path/" -prune \( -perm -0002 -o -perm -0020 ! -group 0 \) 2>/dev/null)
  [ -n "$out_writable" ] || out_writable=$(list_writable "$checked_path")
  [ -n "$out_writable" ] || out_writable=$(list_writable "$physical_path")
  [ -z "$out_writable" ]
}

# Whether nobody but root, and who runs sudo, may change a file that root is about to install, or its folder.
# in:  FILE
# out: out_writable
is_trusted_source() {
  case $1 in */*) source_folder=${1%/*} ;; *) source_folder=. ;; esac
  out_writable=$(list_written_by_others "${SUDO_UID:-0}" "${SUDO_GID:-0}" "$1" "$source_folder")
  [ -z "$out_writable" ]
}

# Prints the first of the path and the folders above it that somebody else than root may write.
# in: PATH, absolute
list_writable() {
  folder_above=$1
  set -- 0 0 /
  while [ -n "$folder_above" ]; do set -- "$@" "$folder_above" && folder_above=${folder_above%/*}; done
  list_written_by_others "$@"
}

# What can't be looked at counts as written by others.
# in: OTHER_OWNER OTHER_GROUP, who may write beside root; PATH ...
list_written_by_others() {
  other_owner=$1 other_group=$2
  shift 2
  {
    find "$@" -prune \( ! -user 0 ! -user "$other_owner" -o ! -type l ! -perm -1000 \( -perm -0002 \
      -o -perm -0020 ! -group 0 ! -group "$other_group" \) \) 2>/dev/null || printf '%s\n' "$1"
  } | head -n 1
}

# Root installs nothing from a folder, nor into one, that somebody else may write.
# in: FOLDER ...
refuse_writable_folders() {
  [ "$user_id" -eq 0 ] || return 0
  is_trusted_source "$0" || die 2 "somebody else than root may write $out_writable;" \
    'copy the agent to a folder of root, and install it from there'
  for folder do
    is_roots_alone "$folder" || die 2 "somebody else than root may write $out_writable, so root installs nothing there;" \
      "let only root write there: $(print_fix "$out_writable")"
  done
}

# Prints the command that leaves a path to root.
# in: PATH
print_fix() {
  quoted_path=$(quote_for_shell "$1")
  printf 'chown root %s && chmod go-w %s' "$quoted_path" "$quoted_path"
}

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

# --- Claude Code ------------------------------------------------------------------------------------------------------
# Asks Claude Code which address it would call, and which credentials it has. The question runs nothing of anybody's,
# writes only to a folder that is removed, and sends its request, which is empty, to a port that refuses it.

# Prints what Claude Code would call, or the first line that it prints instead; nothing when it is slow.
# in: SOURCES of settings that count, WORDS for Claude Code; question; given: variables beside those of the shell;
#     leaves_shell: whether the shell has nothing but what the agent gives it; client_folder; claude_home: the folder of
#     the user's settings; ask_until: the end of all questions; emptied: the variables of settings that lead nowhere
ask_client() (
  sources=$1 timeout=$((ask_until - $(now)))
  shift
  # shellcheck disable=SC2030 # of this question alone
  [ "$leaves_shell:$delivery" != yes:shell ] || given=$pins
  [ $timeout -le 10 ] || timeout=10
  [ $timeout -gt 0 ] || exit
  own_folder=$(mktemp -d "$client_folder/XXXXXX") || exit
  ! is_plain "$claude_home/settings.json" || print_file "$claude_home/settings.json" >"$own_folder/settings.json"
  ln -s "$claude_home/agents" "$own_folder/agents"
  # shellcheck disable=SC2046 # a word for each variable
  unset $(list_variables "$client_variable" | grep -vxE "$leading_variable") nothing
  [ "$question" = default ] || set -- --model "$question" "$@"
  set -- claude -p "$@" "--setting-sources=$sources" --no-session-persistence --strict-mcp-config \
    --settings "$(print_question_settings "$own_folder")" ping
  while IFS= read -r variable; do [ -z "$variable" ] || set -- "$variable" "$@"; done <<EOF
$(print_question_variables "$own_folder")${given:+$newline$given}
EOF
  [ -z "$leaves_shell" ] || set -- -i "HOME=${HOME:-}" "USER=${USER:-}" "$@"
  { run_with_timeout env "$@" </dev/null 2>&1 || echo "pinward-exit $?"; } 2>/dev/null | read_answer
)

# Asks without the first sources.
# in: NUMBER of sources that do not count, SOURCE ...; question
ask_without() (
  sources=user,project,local last=$(($# - $1)) && shift
  while [ $# -ge "$last" ]; do
    case $1 in
      local | project | user) sources=${sources%"$1"} && sources=${sources%,} ;;
      shell) leaves_shell=yes ;;
      *) unset "$1" ;;
    esac
    shift
  done
  ask_client "$sources"
)

# Has Claude Code tell the variables of its credentials, without the settings of this folder: they may be a stranger's,
# and would reach the shell that tells.
# in: FILE, for the variables
ask_for_credentials() {
  question=default
  ask_client user --mcp-config "$(print_question_server "$1")" >/dev/null
}

# Takes the address from the log of the first request, or else the first line. Hides passwords, and words that may be
# secret.
read_answer() {
  awk '
    /^pinward-exit (124|137|143)$/ { is_slow = 1 }
    /^\[log_/ { is_log = 1 }
    is_log && answer == "" && sub(/^[ \t]*url: "/, "") {
      sub(/[?#"].*/, ""); sub(/\/\/[^\/]*@/, "//"); sub(/:[A-Za-z]*[rR]awPredict$/, "")
      is_of_vertex = split($0, part, "/projects/|/locations/|/publishers/[^/]*/models/") == 4
      answer = "would call " (is_of_vertex ? part[4] " in " part[3] " for " part[2] " at " part[1] : $0)
    }
    !is_log && line == "" && !/^pinward-exit/ {
      for (i = 1; i <= NF; i++)
        if (length($i) > 19 && $i ~ /[0-9]/ && $i ~ /[A-Za-z]/ && $i !~ /^(\/|claude-)/) $i = "(hidden)"
      line = substr($0, 1, 300)
    }
    END {
      if (answer != "") print answer
      else if (!is_slow) print "calls nothing: " (line != "" ? line : "it printed nothing")
    }'
}

# Prints the names of the variables of this shell that fit a pattern, but those that are as the pins say.
# in: PATTERN
list_variables() { env | grep -E "^$1=" | grep -vxF -e "$pins" | sed 's/=.*//' | sort -u; }

# Prints the files of settings of this folder, of the folders above it, and of the checkout that this worktree is of.
list_folder_settings() {
  folder=$(pwd)
  while :; do
    checkout=$(print_file "$folder/.git" | sed -n 's|^gitdir: \(.*\)/\.git/worktrees/[^/]*$|\1|p')
    case $checkout in '') checkout=$folder ;; /*) ;; *) checkout=$folder/$checkout ;; esac
    for file in "$folder/.claude/settings.local.json" "$folder/.claude/settings.json" \
      "$checkout/.claude/settings.local.json" "$checkout/.claude/settings.json"; do
      if [ -s "$file" ] || { [ -e "$file" ] && [ ! -f "$file" ]; }; then printf '%s\n' "$file"; fi
    done
    [ -n "$folder" ] || return 0
    folder=${folder%/*}
  done
}

# Finds the variables that Claude Code must not get from the settings of user and folder.
# in:  users_home; given, which may name another home, perhaps a stranger's
# out: claude_home; emptied: NAME= for each that they set and that leads nowhere; settings_file: a file of a stranger that
#      can't be read, and then this fails
empty_variables() {
  # shellcheck disable=SC2031 # a question changes its own
  claude_home=$(value_of "$given" CLAUDE_CONFIG_DIR | grep . || printf '%s\n' "$users_home")
  emptied=$(print_variables "$claude_home/settings.json")
  while IFS= read -r settings_file; do
    [ -z "$settings_file" ] || emptied=$emptied$newline$(print_variables "$settings_file") || return
  done <<EOF
$([ "$claude_home" = "$users_home" ] || [ ! -e "$claude_home/settings.json" ] || printf '%s\n' "$claude_home/settings.json")
$(list_folder_settings)
EOF
  emptied=$(printf '%s\n' "$emptied" | sed 's/=.*/=/' | grep -vE "^$leading_variable=" | sort -u)
}

# Prints the variables of settings, as lines of NAME=VALUE. Fails if they are no JSON, no file, or too long.
# in: FILE
print_variables() {
  is_plain "$1" && settings=$(print_file "$1" | flatten_json -) && printf '%s\n' "$settings" | sed -n 's/^env\.//p'
}

# Prints the variables that an editor gives Claude Code, as lines of NAME=VALUE.
# in: the settings of the editor, on standard input, as lines of path=value
print_editor_variables() {
  awk '
    sub(/^(settings\.)?claudeCode\.environmentVariables\./, "") {
      number = $0; sub(/\..*/, "", number); value = $0; sub(/^[^=]*=/, "", value)
      if ($0 ~ /^[0-9]*\.name=[A-Za-z_][A-Za-z0-9_]*$/) names[number] = value
      if ($0 ~ /^[0-9]*\.value=/) values[number] = value
    }
    END { for (number in names) print names[number] "=" values[number] }' | sort
}

# --- Vertex AI --------------------------------------------------------------------------------------------------------
# Finds whose credentials Claude Code has, gets an access token for them, asks Vertex AI for one token of a model, and
# finds which known answer that is.

# in:  credentials_file, told
# out: credential_kind, quota_project; account, member and provider, for advice
read_credentials() {
  credentials=$(print_file "$credentials_file" | flatten_json -) type=$(value_of "$credentials" type)
  account=$(value_of "$credentials" client_email)
  account=${account:-$(value_of "$credentials" service_account_impersonation_url | sed 's|.*/||; s/:.*//')}
  provider=$(value_of "$credentials" audience | sed 's|^//iam.googleapis.com/||') pool=${provider%/providers/*}
  quota_project=$(value_of "$told" GOOGLE_CLOUD_QUOTA_PROJECT | grep . || value_of "$credentials" quota_project_id)
  case $(value_of "$pins" CLAUDE_CODE_SKIP_VERTEX_AUTH) in
    '' | 0 | false | no | off) ;;
    *) type=gateway quota_project='' account='' ;;
  esac
  row="$type:$provider:$account" account=${account:-ACCOUNT}
  find_credential_kind "$row"
  account=$(quote_for_shell "$account") member=$(quote_for_shell "$member") provider=$(quote_for_shell "$provider")
}

# gcloud may need some seconds to start.
# out: token, can_ask, gcloud_error; out_finding
request_access_token() {
  set -- gcloud auth application-default print-access-token
  [ -z "$named_file" ] || set -- "GOOGLE_APPLICATION_CREDENTIALS=$credentials_file" "$@"
  while IFS= read -r variable; do [ -z "$variable" ] || set -- "$variable" "$@"; done <<EOF
$told
EOF
  # shellcheck disable=SC2086 # a word for each variable
  output=$(timeout=10 && run_with_timeout env $gcloud_variables "$@" </dev/null 2>&1) && exit_code=0 || exit_code=$?
  case $exit_code in
    0) token=$(printf '%s\n' "$output" | grep -x '[A-Za-z0-9._~+/=-]\{20,\}' | tail -n 1) ;;
    124 | 137 | 143) out_finding=gcloud_silent && return ;;
    *)
      find_vertex_answer LOCAL '' "$output"
      case $out_finding in
        network) out_finding=gcloud_network ;;
        no_credentials) ;;
        *)
          out_finding=${out_finding:-gcloud_unreadable}
          line=$(printf '%s\n' "$output" | sed -n 's/^ERROR: //p' | grep . || printf '%s\n' "$output" | grep .)
          gcloud_error="gcloud: $(printf '%s\n' "$line" | head -n 1 | hide_secrets | cut -c 1-200)" ;;
      esac
      return ;;
  esac
  [ -n "$token" ] && can_ask=yes && out_finding=credentials_accepted || out_finding=gcloud_unreadable
}

# curl sends no header without a value.
# in:  base, project, location, model; token, or nothing for a gateway; quota_project
# out: out_finding; said: what people read of an answer that is not known; denial; reason
request_model() {
  server=$base said='' denial=''
  request_text "/projects/$project/locations/$location/publishers/anthropic/models/$model:rawPredict" 65536 \
    --header 'Content-Type: application/json' --header "x-goog-user-project: $quota_project" \
    --data '{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}'
  reason=$out_reason
  case $out_http_status:$out_text in
    000:*'curl: (28)'*) out_finding=model_silent ;;
    000:*) out_finding=model_cut_off ;;
    :*) out_finding=unknown said=": $reason" ;;
    *) judge_vertex_answer ;;
  esac
}

# in:  out_http_status, out_text; token
# out: out_finding; said; denial: the id by which VPC Service Controls log a denial
judge_vertex_answer() {
  fields=$(printf '%s\n' "$out_text" | flatten_json -) || fields=''
  error='\(0\.\)\{0,1\}error' # the answer may be an array
  out_code=$(value_of "$fields" "$error\.status") message=$(value_of "$fields" "$error\.message")
  denial=$(value_of "$fields" "$error\.details\.[0-9]*\.metadata\.uid" | grep . ||
    printf '%s\n' "$message" | sed -n 's/.*UniqueIdentifier: *\([A-Za-z0-9_-]*\).*/\1/p')
  if [ -z "$out_code" ]; then
    message=$out_text
    find_code "$(value_of "$fields" type):$out_http_status"
    [ "$out_code:$token" != UNAUTHENTICATED: ] || out_code='' # a gateway may want what the doctor does not send
  fi
  find_vertex_answer "$out_code" "$(value_of "$fields" "$error\.details\.[0-9]*\.reason")" "$message"
  out_finding=${out_finding:-unknown} denial=${denial:-unknown}
  said=", HTTP $out_http_status: $(to_printable "$message" | hide_secrets | cut -c 1-200)"
}

# --- doctor -----------------------------------------------------------------------------------------------------------
# The command that finds out why a developer does not get the pins on this machine. It asks who knows: the server about
# the agent, Claude Code about its settings, Vertex AI for one token of each pinned model. It changes nothing.

doctor() {
  timeout=5 advice='' findings='' problems=0 answer='' superuser=root
  set_commands
  for check in config pins age signatures server cli; do
    "check_$check"
    report $check "$out_finding"
  done
  check_client
  check_editors
  check_credentials
  check_models
  if [ -n "$json" ]; then
    printf '{"problems":%s,"findings":[%s]}\n' $problems "${findings#,}"
  elif [ $problems -gt 0 ]; then
    printf '\n%s problem%s\n%s' $problems "$([ $problems -eq 1 ] || echo s)" "$advice"
  fi
  [ $problems -eq 0 ]
}

# Prints a finding, and keeps the advice for the end. The same advice is given once.
# in:  CHECK FINDING [KIND_OF_CREDENTIALS] [SUBJECT]; the variables in the texts
# out: problems, advice; findings, for --json
report() {
  explain_finding "$2" "${3:-}"
  out_text=${4:+"$4: "}$out_text
  if [ -n "$json" ]; then
    findings="$findings,{\"verdict\":\"$out_verdict\",\"check\":\"$1\",\"text\":$(quote_for_json "$out_text")"
    findings="$findings${out_fix:+,\"meaning\":$(quote_for_json "$out_meaning"),\"fix\":$(quote_for_json "$out_fix")}}"
  else
    printf '%-8s %-12s %s\n' "$out_verdict" "$1" "$(to_printable "$out_text")"
  fi
  [ "$out_verdict" = problem ] || return 0
  problems=$((problems + 1)) fix="$(to_printable "$out_meaning")$newline  $(to_printable "$out_fix")"
  case $advice in *": $fix$newline"*) ;; *) advice="$advice$newline$1: $fix$newline" ;; esac
}

check_config() {
  edit=$(edit_command "$config")
  if [ -z "$config_error" ]; then out_finding=config_read
  elif [ -e "$config" ]; then out_finding=config_wrong
  else out_finding=config_missing
  fi
}

# Asks the server as the agent does. A user who may not read the token asks without it, for the keys.
# out: answer: the pins with their reasons, as lines of path=value
check_server() {
  out_reason='the answer is no JSON; does a proxy or a sign-in page answer?'
  find_cli_version
  if [ -n "$config_error" ]; then out_finding=server_unknown && return
  elif [ -n "$offline" ]; then out_finding=server_offline && return
  elif token=$(read_token 2>/dev/null); then path="/v1/pins.json?machine=$machine${cli:+&cli=$cli}"
  elif [ -n "$token_command" ] || [ ! -e "$token_file" ] || [ -r "$token_file" ]; then out_finding=token_not_got && return
  else token='' path=/v1/keys.txt
  fi
  request_text "$path" $max_bytes && answer=$(printf '%s\n' "$out_text" | flatten_json -) || answer=''
  case $path:$out_http_status:$answer in
    /v1/keys.txt:200: | /v1/keys.txt:404:) out_finding=token_unreadable ;;
    *:200:?*) out_finding=server_answers ;;
    *:401: | *:403:) out_finding=token_refused ;;
    *) out_finding=server_failed ;;
  esac
  reason=$out_reason
}

# The server knows what each model needs: an older Claude Code gets another model, with a reason.
# in: cli, answer
check_cli() {
  case $delivery in fragment) minimum=2.1.83 ;; helper) minimum=2.1.136 ;; *) minimum=0.0.0 ;; esac
  gate=$(printf '%s\n' "$answer" | grep -E '^reasons[.][0-9]+[.]code=cli_(gated|too_old)$' | head -n 1)
  reason=$(value_of "$answer" "${gate%code=*}text")
  if [ -z "$cli" ]; then out_finding=cli_missing
  elif is_older_version "$cli" "$minimum"; then out_finding=cli_old
  elif [ -n "$gate" ]; then out_finding=cli_gated
  elif [ -n "$answer" ]; then out_finding=cli_runs
  elif [ -n "$offline" ]; then out_finding=cli_offline
  else out_finding=cli_not_judged
  fi
}

# --- doctor: client ---------------------------------------------------------------------------------------------------
# Asks Claude Code for each pinned family, and without --model. Where it would call another address than the pins say,
# finds what leads it away. Editors have variables of their own.

# out: client_folder, for the answers, or nothing when Claude Code was not asked; questions
check_client() {
  client_folder='' given='' leaves_shell='' agreeing='' out_finding=''
  users_home=$root${CLAUDE_CONFIG_DIR:-${HOME:-}/.claude}
  if [ "$(id -u)" -eq 0 ]; then out_finding=asked_by_root
  elif [ -z "$models" ]; then out_finding=asked_without_pins
  elif ! command -v claude >/dev/null; then out_finding=client_missing
  elif cli=$(print_program_version "$(command -v claude)") && [ -z "$cli" ]; then out_finding=client_unversioned
  elif is_older_version "$cli" "$asked_from"; then out_finding=client_old
  elif ! empty_variables; then out_finding=folder_unreadable
  elif ! client_folder=$(mktemp -d "${TMPDIR:-/tmp}/pinward.XXXXXX" 2>/dev/null); then out_finding=folder_missing
  fi
  [ -z "$out_finding" ] || { report client $out_finding && return; }
  trap 'rm -rf "$client_folder"' EXIT
  trap 'exit 1' HUP INT TERM
  ask_until=$(($(now) + 30))
  questions="$(printf '%s\n' "$models" | sed -n '/^default/!s/ .*//p' | tr '\n' ' ')default"
  ask_for_credentials "$client_folder/told" & ask_all shell
  for question in $questions; do
    judge_answer shell
    case $out_finding in
      client_agrees) agreeing="$agreeing $question" && continue ;;
      led) explain_suspect ;;
    esac
    report client $out_finding
  done
  [ "$agreeing" != " $questions" ] || report client client_agrees
}

# Asks all questions at once. Writes a file for each: the answer, and what leads it away from the pins.
# in: SET, for the names of the files; questions
ask_all() {
  for question in $questions; do find_suspect >"$client_folder/$1.$question" & done
  wait
}

# Prints the answer and, if it is wrong, the first source without which it is right, and without those before it. Managed
# files can't be left out.
# in: question; given
find_suspect() {
  answer=$(ask_without 0)
  printf '%s\n' "$answer"
  { [ -n "$answer" ] && ! is_right "$answer" && [ -z "$given" ]; } || return
  # shellcheck disable=SC2046 # a word for each variable
  set -- local project user $(list_variables "$leading_variable") shell
  answer=$(ask_without $# "$@") wrong=0 right=$#
  is_right "$answer" || { [ -z "$answer" ] || echo managed && return; }
  while [ $((right - wrong)) -gt 1 ]; do
    middle=$(((right + wrong) / 2)) && answer=$(ask_without $middle "$@")
    [ -n "$answer" ] || return
    if is_right "$answer"; then right=$middle; else wrong=$middle; fi
  done
  shift $((right - 1)) && echo "$1"
}

# in:  SET; question
# out: answer; suspect, which was left out last, or nothing when there was no time to find it; out_finding
judge_answer() {
  answer='' suspect=''
  { read -r answer && read -r suspect; } <"$client_folder/$1.$question"
  if [ -z "$answer" ]; then out_finding=client_silent
  elif is_right "$answer"; then out_finding=client_agrees
  else out_finding=led
  fi
}

# Without --model any pin is right.
# in: ANSWER; question
is_right() {
  case "$newline$models$newline" in
    *"$newline$question ${1#would call }$newline"*) ;;
    *" ${1#would call }$newline"*) [ "$question" = default ] ;;
    *) return 1 ;;
  esac
}

# in:  suspect
# out: out_finding and its variables
explain_suspect() {
  files='' out_finding=led_by_settings
  case $suspect in
    '') out_finding=led_somehow && return ;;
    user) files=$claude_home/settings.json ;;
    project) files=$(list_folder_settings | grep '/settings\.json$' | head -n 1) ;;
    local) files=$(list_folder_settings | grep '/settings\.local\.json$' | head -n 1) ;;
    managed) files=$(list_leading_files) && out_finding=led_by_managed ;;
    *)
      [ "$suspect" = shell ] && names=$(list_variables "$leading_variable") || names=$suspect
      out_finding=led_by_shell unset=${names:+unset $names} profiles=$(list_profiles "$names")
      profiles=${profiles:+"New shells get the value from $profiles: remove it there, too."}
      [ "$delivery" != shell ] || unset="${unset:+$unset; }eval \"\$($users_agent env)\""
      case $names:$delivery in :shell) out_finding=led_by_missing_pins ;; :*) out_finding=led_by_no_variable ;; esac
      return ;;
  esac
  case $suspect:$files in managed:) out_finding=led_by_pins ;; *:) files=$(find_upwards .claude) ;; esac
  edit=$(edit_command "$files") files=$(printf '%s\n' "$files" | sed '$!s/$/,/')
}

# Prints the managed files that may lead Claude Code away or stop it. It stops at what is no object.
list_leading_files() {
  for file in "$claude_home/remote-settings.json" "${settings_dir%.d}.json" "$settings_dir"/*.json \
    "$root/Library/Managed Preferences/com.anthropic.claudecode.plist" \
    "$root/Library/Managed Preferences/${USER:-}/com.anthropic.claudecode.plist"; do
    { [ -s "$file" ] && [ "$file" != "$fragment_file" ]; } || continue
    grep -q '{' "$file" 2>/dev/null && settings=$(flatten_json "$file") &&
      ! printf '%s\n' "$settings" | grep -qE "^([^=]*[.])?($leading_setting)[.=]" || printf '%s\n' "$file"
  done
}

# Prints the profiles of the user's shells that name one of the variables.
# in: NAMES, one a line
list_profiles() {
  cd "$root${HOME:-}" 2>/dev/null && grep -lwF -e "${1:-$newline}" \
    .profile .bash_profile .bashrc .zshenv .zprofile .zshrc .config/fish/config.fish 2>/dev/null | sed '$!s/$/,/; s|^|~/|'
}

# Asks Claude Code with the variables that VS Code and its kin give it.
check_editors() {
  user_folder=$root${XDG_CONFIG_HOME:-${HOME:-}/.config}
  for file in "$user_folder"/*/User/settings.json "$user_folder"/*/User/profiles/*/settings.json \
    "$root${HOME:-}/Library/Application Support"/*/User/settings.json \
    "$root${HOME:-}"/.*-server*/data/Machine/settings.json "$root${HOME:-}"/.local/share/*/User/settings.json \
    "$root${HOME:-}"/.var/app/*/config/*/User/settings.json *.code-workspace "$(find_upwards .vscode/settings.json)"; do
    print_file "$file" | grep -q 'claudeCode\.environmentVariables' || continue
    edit=$(edit_command "$file")
    settings=$(flatten_json "$file" lenient) || { report editor editor_unreadable && continue; }
    given=$(printf '%s\n' "$settings" | print_editor_variables)
    names=$(printf '%s\n' "$given" | grep -vE "^$leading_variable=" | sed 's/=.*//')
    [ -z "$names" ] || report editor editor_idle
    given=$(printf '%s\n' "$given" | grep -E "^$leading_variable=") || continue
    names=$(printf '%s\n' "$given" | sed 's/=.*//') out_finding=not_asked
    [ -z "$client_folder" ] || ask_with_editor
    report editor "editor_${out_finding#client_}"
  done
}

# in:  given
# out: question, answer; out_finding: what is other than in the shell, client_silent, or not_asked
ask_with_editor() {
  empty_variables || { out_finding=not_asked && return; }
  ask_all editor
  for question in $questions; do
    judge_answer editor
    case $out_finding in
      led) [ "$answer" = "$(head -n 1 "$client_folder/shell.$question")" ] || return 0 ;;
      client_silent) return ;;
    esac
    out_finding=client_agrees
  done
}

# --- doctor: Vertex AI ------------------------------------------------------------------------------------------------
# Tries the credentials that Claude Code says it has, and each pinned model at the address of the pins.

# out: what read_credentials sets; token: the access token, or nothing; can_ask: whether Vertex AI can be asked
check_credentials() {
  told=$(cat "${client_folder:-/dev/null}/told" 2>/dev/null) && is_told=yes || is_told=''
  foreign=$(list_folder_settings | while IFS= read -r foreign; do print_variables "$foreign"; done |
    grep -E '^(GOOGLE_APPLICATION_CREDENTIALS|CLOUDSDK_CONFIG)=.' | grep -vxF -e "$told" | sed 's/^[^=]*=//')
  config_dir=$(value_of "$told" CLOUDSDK_CONFIG) named_file=$(value_of "$told" GOOGLE_APPLICATION_CREDENTIALS)
  login_file=${config_dir:-${HOME:-}/.config/gcloud}/application_default_credentials.json said=''
  credentials_file=$root${named_file:-$login_file}
  before_login=${config_dir:+"CLOUDSDK_CONFIG=$(quote_for_shell "$config_dir") "}
  after_login=${named_file:+" && cp $(quote_for_shell "$login_file") $(quote_for_shell "$named_file")"}
  read_credentials
  token='' gcloud_error='' can_ask='' look="ls -l $(quote_for_shell "$credentials_file")"
  [ "$named_file" != "${GOOGLE_APPLICATION_CREDENTIALS:-}" ] || look='unset GOOGLE_APPLICATION_CREDENTIALS'
  if [ "$credential_kind:$base_url" = gateway: ]; then out_finding=gateway_missing
  elif [ "$credential_kind" = gateway ]; then out_finding=gateway_has_credentials can_ask=yes
  elif [ -z "$is_told" ]; then out_finding=credentials_unknown
  elif [ -n "$foreign" ]; then out_finding=credentials_foreign
  elif [ -n "$named_file" ] && [ ! -r "$credentials_file" ]; then out_finding=credentials_unreadable
  elif [ -n "$offline" ] && [ -r "$credentials_file" ]; then out_finding=credentials_offline
  elif [ -z "$offline" ] && command -v gcloud >/dev/null; then request_access_token
  elif [ -r "$credentials_file" ]; then out_finding=gcloud_missing
  else out_finding=no_credentials
  fi
  report credentials "$out_finding" "$credential_kind" "$gcloud_error"
}

check_models() {
  consumer=${quota_project:-$project}
  case $(uname -s) in Darwin) open_command=open ;; *) open_command=xdg-open ;; esac
  while read -r name model _ location _ _ _ base; do
    [ -n "$name" ] || continue
    check_model
    kind=$credential_kind
    # gcloud sets the quota project in the default file alone.
    case $named_file:$out_finding in ?*:quota_project_missing | ?*:other_quota_project) kind=key ;; esac
    report "$name" "$out_finding" "$kind" "$model in $location"
  done <<EOF
$models
EOF
}

# A gateway that has the credentials gets no token, so any address will do for it.
# in:  model, location, base; project, consumer, can_ask
# out: out_finding and its variables
check_model() {
  base_model=${model%@*} host=${base#*://} host=${host%%/*} address=$(quote_for_shell "${base_url:-https://$host/}")
  case $project$location$model in *[!a-z0-9@:.-]*) out_finding=model_unreadable && return ;; esac
  case $quota_project in *[!a-z0-9:.-]*) out_finding=quota_project_unreadable && return ;; esac
  if [ -n "$offline" ]; then out_finding=model_offline
  elif ! is_safe_address "$base" && [ "$credential_kind:${base%%:*}" != gateway:http ]; then
    out_finding=address_not_trusted
  elif [ -z "$can_ask" ]; then out_finding=token_missing
  else request_model
  fi
  case $consumer:$out_finding in
    "$project":* | [0-9]*) ;; # a number may be that of the same project
    *:api_disabled | *:billing_disabled | *:project_suspended | *:project_invalid) out_finding=other_quota_project ;;
  esac
}

# --- doctor: tables ---------------------------------------------------------------------------------------------------
# Generated by build.ts: the known answers of Vertex AI and what they mean, from shared/catalogue/; what else the doctor
# says, and how it asks Claude Code, from infra/agents/doctor/. Edit those.
asked_from=2.1.137 # the oldest Claude Code that was asked
client_variable='(ANTHROPIC|CLAUDE|BUN|OTEL|GIT)_[A-Z0-9_]*'
leading_variable='(ANTHROPIC_[A-Z0-9_]*(MODEL|URL|PROJECT|LOCATION|REGION|RESOURCE)[A-Z0-9_]*|CLAUDE_CODE_([A-Z0-9_]*MODEL|SUBAGENT_MODEL_FORCE|USE_[A-Z0-9_]*|PROVIDER_MANAGED_BY_HOST|API_BASE_URL)|(CLOUD_ML|VERTEX|GOOGLE|GCLOUD)_[A-Z0-9_]*|CLOUDSDK_CONFIG|CLAUDE_CONFIG_DIR|AWS_(DEFAULT_)?REGION)'
leading_setting='env[.](ANTHROPIC_[A-Z0-9_]*(MODEL|URL|PROJECT|LOCATION|REGION|RESOURCE)[A-Z0-9_]*|CLAUDE_CODE_([A-Z0-9_]*MODEL|SUBAGENT_MODEL_FORCE|USE_[A-Z0-9_]*|PROVIDER_MANAGED_BY_HOST|API_BASE_URL)|(CLOUD_ML|VERTEX|GOOGLE|GCLOUD)_[A-Z0-9_]*|CLOUDSDK_CONFIG|CLAUDE_CONFIG_DIR|AWS_(DEFAULT_)?REGION)|agent|hooks|permissions[.]defaultMode|[A-Za-z]*([mM]odel|Providers|Version)[A-Za-z]*|policyHelper[a-z]*|force[A-Za-z]*|managedSourcesBehavior|sandbox'
gcloud_variables='CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1 CLOUDSDK_SURVEY_DISABLE_PROMPTS=1 CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=1'

# Prints the rows: finding, codes, reasons, and the pattern of the text.
print_vertex_answers() {
  cat <<'EOF'
enabled;OK;;
network;;;(^|[^a-z])(eai_again|enotfound|etimedout|econn[a-z]+|e(host|net)unreach|epipe)
network;LOCAL;;failed to resolve|max retries exceeded|unable to find the server|failed to establish|connection (reset|aborted|refused|timed out)|remotedisconnected|remote end closed|name resolution|premature close|socket (hang up|disconnected)|fetch failed|certificate|proxyerror|timed? ?out
network;;;^getting metadata from plugin failed.*(failed to resolve|max retries exceeded|unable to find the server|failed to establish|connection (reset|aborted|refused|timed out)|remotedisconnected|remote end closed|name resolution|premature close|socket (hang up|disconnected)|fetch failed|certificate|proxyerror|timed? ?out)
unavailable;LOCAL;;status code (429|5..)|server_error|internal_failure|temporarily
unavailable;;;^getting metadata from plugin failed.*(status code (429|5..)|server_error|internal_failure|temporarily)
no_credentials;LOCAL;;could not load the default credentials|credentials were not found|not automatically determine|does not exist, or it is not a file|enoent
no_credentials;;;^getting metadata from plugin failed.*(could not load the default credentials|credentials were not found|not automatically determine|does not exist, or it is not a file|enoent)
unauthenticated;LOCAL;;invalid_(client|target|scope)|(unauthorized|deleted|disabled)_client|access_denied|subject token|impersonat|iam[.]serviceaccounts[.]|status code 4
unauthenticated;;;^getting metadata from plugin failed.*(invalid_(client|target|scope)|(unauthorized|deleted|disabled)_client|access_denied|subject token|impersonat|iam[.]serviceaccounts[.]|status code 4)
unauthenticated;;;google_application_credentials|invalid_(grant|rapt)|(^|[^a-z])reauth
scopes_missing;PERMISSION_DENIED UNAUTHENTICATED;ACCESS_TOKEN_SCOPE_INSUFFICIENT;
scopes_missing;PERMISSION_DENIED UNAUTHENTICATED;;insufficient authentication scopes
unauthenticated;UNAUTHENTICATED;;
wrong_address;UNKNOWN INVALID_ARGUMENT NOT_FOUND UNIMPLEMENTED INTERNAL;;<!doctype html|<html|not json
unavailable;UNIMPLEMENTED;;(^|[^a-z])model
wrong_address;UNIMPLEMENTED;;
unavailable;;;"invalid_request_error".*(credit balance|organi[sz]ation has been disabled|invalid model name)|(credit balance|organi[sz]ation has been disabled|invalid model name).*"invalid_request_error"
unavailable;;;"(overloaded|rate_limit|timeout|api)_error"
enabled;INVALID_ARGUMENT FAILED_PRECONDITION;;"invalid_request_error"
candidate;INVALID_ARGUMENT FAILED_PRECONDITION;;counttokens is infeasible|is not supported in the [a-z]+ api
not_enabled;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION;;is not allowed to use publisher model
not_served;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION;;is not servable in region
not_found;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION;;publisher model [^ ]+ was not found
needs_data_sharing;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION;;requires data sharing|data_sharing_enabled_provider
perimeter;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;SECURITY_POLICY_VIOLATED;
org_restriction;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;ORG_RESTRICTION_VIOLATION;
perimeter;PERMISSION_DENIED;;vpc ?service ?controls|prohibited by organi[sz]ation('?s)? policy
blocked_by_policy;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION;;constraints?[/ ]vertexai[.]
blocked_by_other_policy;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;LOCATION_ORG_POLICY_VIOLATED RESOURCE_USAGE_RESTRICTION_VIOLATED ENDPOINT_USAGE_RESTRICTION_VIOLATED;
blocked_by_other_policy;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION;;constraints/[a-z]|org(ani[sz]ation)? policy
quota_project_denied;PERMISSION_DENIED;;serviceusage[.]services[.]use
impersonation_denied;PERMISSION_DENIED;;iam[.]serviceaccounts[.]
quota_project_missing;PERMISSION_DENIED;;requires a quota project|using end user credentials|project (764086051850|32555940559)( |$)
impersonation_api_disabled;PERMISSION_DENIED;;iam service account credentials api|iamcredentials[.]googleapis
permission_denied;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;IAM_PERMISSION_DENIED;
quota_project_denied;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;USER_PROJECT_DENIED;
location_denied;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;LOCATION_POLICY_VIOLATED LOCATION_TAX_POLICY_VIOLATED;
project_suspended;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;CONSUMER_SUSPENDED GCP_SUSPENDED;
project_invalid;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;CONSUMER_INVALID;
pinned_project_invalid;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;RESOURCE_PROJECT_INVALID;
billing_disabled;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;BILLING_DISABLED;
billing_disabled;PERMISSION_DENIED;;billing to be enabled|enable billing
api_disabled;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND;SERVICE_DISABLED;
api_disabled;PERMISSION_DENIED;;has not been used in project .* or it is disabled
quota_project_denied;PERMISSION_DENIED;;required permission to use project
location_denied;PERMISSION_DENIED;;permission denied on '?locations/
project_suspended;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION;;(consumer|project)( [^ ]+)? (is|was|has been) suspended
project_invalid;INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION;;(^|[^a-z])project( [^ ]+)? ((is |was |could )?not (be )?found|does not exist|(is|was|has been) deleted)
permission_denied;PERMISSION_DENIED;;permission '?[a-z.]+'? denied|does not have (the |required )*permission
not_found;NOT_FOUND;;
no_quota;RESOURCE_EXHAUSTED;;quota exceeded.*per_base_model
busy;RESOURCE_EXHAUSTED;;
unavailable;CANCELLED UNKNOWN DEADLINE_EXCEEDED ABORTED INTERNAL UNAVAILABLE;;
EOF
}

# Finds the first row that fits.
# in:  CODE REASON TEXT; the code LOCAL is of an error of this machine
# out: out_finding, or nothing
find_vertex_answer() {
  out_finding=$(print_vertex_answers | CODE=$1 REASON=$2 TEXT=$3 awk -F ';' '
    function lists(words, word) { return words == "" || word != "" && index(" " words " ", " " word " ") }
    BEGIN {
      text = tolower(ENVIRON["TEXT"]); gsub(/[ \t\r\n\f\v]+/, " ", text); gsub(/[^ -~]/, "", text)
      text = substr(text, 1, 5000)
    }
    lists($2, ENVIRON["CODE"]) && lists($3, ENVIRON["REASON"]) && ($4 == "" || text ~ $4) { print $1; exit }')
}

# in:  TYPE:STATUS of an answer that is not in Google's form
# out: out_code, or nothing
find_code() {
  out_code=''
  case $1 in
    message:200) out_code=OK ;;
    error:*) out_code=INVALID_ARGUMENT ;;
    *:401) out_code=UNAUTHENTICATED ;;
    *:404 | *:501) out_code=UNIMPLEMENTED ;;
    *:429 | *:5??) out_code=UNAVAILABLE ;;
  esac
}

# in:  TYPE:PROVIDER:ACCOUNT of a file of credentials; account, pool
# out: credential_kind; member, for IAM
find_credential_kind() {
  # shellcheck disable=SC2154 # the caller sets the variables in the texts
  case $1 in
    gateway:*) credential_kind=gateway member="serviceAccount:${account}" ;;
    external_account_authorized_user:*) credential_kind=workforce member="principalSet://iam.googleapis.com/${pool}/*" ;;
    external_account:*workforcePools*:) credential_kind=workforce member="principalSet://iam.googleapis.com/${pool}/*" ;;
    external_account:*workforcePools*) credential_kind=workforce member="serviceAccount:${account}" ;;
    external_account:*:) credential_kind=federation member="principalSet://iam.googleapis.com/${pool}/*" ;;
    external_account:*) credential_kind=federation member="serviceAccount:${account}" ;;
    impersonated_service_account:*) credential_kind=impersonation member="serviceAccount:${account}" ;;
    service_account:* | gdch_service_account:*) credential_kind=key member="serviceAccount:${account}" ;;
    :*) credential_kind=metadata member="serviceAccount:${account}" ;;
    *) credential_kind=person member="user:YOUR@ADDRESS" ;;
  esac
}

# in:  FINDING [KIND_OF_CREDENTIALS]; the variables in the texts
# out: out_verdict, out_text; out_meaning and out_fix, or nothing
explain_finding() {
  out_meaning='' out_fix=''
  # shellcheck disable=SC2031,SC2154 # the caller sets the variables in the texts
  case $1 in
    config_missing) out_verdict=problem out_text="${config_error}" ;;
    config_wrong) out_verdict=problem out_text="${config_error}" ;;
    config_read) out_verdict=ok out_text="${config}: ${server}" ;;
    pins_missing) out_verdict=problem out_text="nothing is applied" ;;
    pins_forbidden) out_verdict=problem out_text="this user may not read ${applied_file}" ;;
    pins_unreadable) out_verdict=problem out_text="revision ${revision}, altered since it was fetched: could not read ${applied_file}" ;;
    pins_altered) out_verdict=problem out_text="revision ${revision}, altered since it was fetched: ${applied_file}" ;;
    pins_applied) out_verdict=ok out_text="revision ${revision}, as fetched: ${applied_file}" ;;
    age_unknown) out_verdict=skipped out_text="nothing is applied" ;;
    age_expired) out_verdict=problem out_text="valid until ${valid_until}, which has passed" ;;
    age_ahead) out_verdict=problem out_text="the last contact with the server was at ${checked_at}, which is yet to come" ;;
    age_silent) out_verdict=problem out_text="no contact with the server since ${checked_at}" ;;
    age_failed) out_verdict=problem out_text="the last poll failed: ${last_error}" ;;
    age_fresh) out_verdict=ok out_text="last contact with the server: ${checked_at}" ;;
    openssl_missing) out_verdict=problem out_text="there is no openssl on this machine" ;;
    keys_missing) out_verdict=problem out_text="no key of ${organisation} is in ${keys}" ;;
    keys_younger) out_verdict=problem out_text="the pins were applied before the keys were pinned" ;;
    keys_not_listed) out_verdict=skipped out_text="${server} names no keys to check them by" ;;
    keys_not_pinned) out_verdict=problem out_text="not checked: no keys pinned" ;;
    signed) out_verdict=ok out_text="required of ${organisation}, last good one by ${signer}; trusted:${trusted}" ;;
    server_unknown) out_verdict=skipped out_text="not asked without a right configuration" ;;
    server_offline) out_verdict=skipped out_text="--offline: not asked" ;;
    token_unreadable) out_verdict=skipped out_text="${server} can be reached, but this user may not read the token" ;;
    token_not_got) out_verdict=problem out_text="could not get a token from ${token_from}" ;;
    token_refused) out_verdict=problem out_text="${server}: ${reason}" ;;
    server_failed) out_verdict=problem out_text="${server}: ${reason}" ;;
    server_answers) out_verdict=ok out_text="${server} answers" ;;
    cli_missing) out_verdict=skipped out_text="no Claude Code was found" ;;
    cli_old) out_verdict=problem out_text="${cli}, and the pins need ${minimum}" ;;
    cli_offline) out_verdict=skipped out_text="${cli}; --offline: what the pins need is not known" ;;
    cli_not_judged) out_verdict=skipped out_text="${cli}; what the pins need is not known" ;;
    cli_gated) out_verdict=problem out_text="${cli} is older than a pin needs" ;;
    cli_runs) out_verdict=ok out_text="${cli} runs every pin" ;;
    asked_by_root) out_verdict=skipped out_text="Claude Code is not asked as ${superuser}; run: ${ordinary}" ;;
    asked_without_pins) out_verdict=skipped out_text="there are no pins to compare with" ;;
    client_missing) out_verdict=skipped out_text="there is no Claude Code on the PATH" ;;
    client_unversioned) out_verdict=skipped out_text="claude --version names no version, or is slow" ;;
    client_old) out_verdict=skipped out_text="Claude Code ${cli} was never asked, ${asked_from} can be; run: claude update" ;;
    folder_unreadable) out_verdict=skipped out_text="could not read ${settings_file}, so Claude Code is not asked here" ;;
    folder_missing) out_verdict=skipped out_text="could not make a folder for temporary files" ;;
    client_silent) out_verdict=skipped out_text="${question}: Claude Code did not answer within 10 seconds" ;;
    client_agrees) out_verdict=ok out_text="${cli} would call the pins: ${questions}" ;;
    led_by_settings) out_verdict=problem out_text="${question}: ${answer}; because of: ${files}" ;;
    led_by_shell) out_verdict=problem out_text="${question}: ${answer}; because of: variables of this shell: ${names}" ;;
    led_by_no_variable) out_verdict=problem out_text="${question}: ${answer}; because of: variables of this shell, of which none is known to name an address" ;;
    led_by_missing_pins) out_verdict=problem out_text="${question}: ${answer}; because of: this shell has not read the pins" ;;
    led_by_managed) out_verdict=problem out_text="${question}: ${answer}; because of: ${files}" ;;
    led_by_pins) out_verdict=problem out_text="${question}: ${answer}; because of: the pins, or this Claude Code, ${cli}" ;;
    led_somehow) out_verdict=problem out_text="${question}: ${answer}; because of: a source that there was no time to find" ;;
    editor_unreadable) out_verdict=skipped out_text="could not read ${file}" ;;
    editor_not_asked) out_verdict=skipped out_text="${file} sets ${names}; Claude Code was not asked what follows" ;;
    editor_idle) out_verdict=skipped out_text="${file} sets ${names}; Claude Code was not asked with them, since they name no address and may do something else" ;;
    editor_silent) out_verdict=skipped out_text="${file} sets ${names}; Claude Code did not answer in time" ;;
    editor_agrees) out_verdict=ok out_text="${file} sets ${names}; Claude Code calls the same with them" ;;
    editor_led) out_verdict=problem out_text="${file} sets ${names}; ${question}: ${answer}" ;;
    gateway_missing) out_verdict=problem out_text="CLAUDE_CODE_SKIP_VERTEX_AUTH is set, and ANTHROPIC_VERTEX_BASE_URL is not" ;;
    gateway_has_credentials) out_verdict=ok out_text="Claude Code sends none: they are up to the gateway ${base_url}" ;;
    credentials_unknown) out_verdict=skipped out_text="Claude Code did not say which credentials it uses" ;;
    credentials_foreign) out_verdict=skipped out_text="the settings of this folder name ${foreign}, which was not tried" ;;
    credentials_unreadable) out_verdict=problem out_text="could not read ${credentials_file}" ;;
    credentials_offline) out_verdict=skipped out_text="--offline: ${credentials_file} was not tried" ;;
    gcloud_missing) out_verdict=skipped out_text="there is no gcloud here to try ${credentials_file} with" ;;
    gcloud_unreadable) out_verdict=skipped out_text="no access token, for a reason that is not known here" ;;
    gcloud_silent) out_verdict=skipped out_text="gcloud did not answer within 10 seconds" ;;
    gcloud_network) out_verdict=problem out_text="gcloud could not reach Google" ;;
    credentials_accepted) out_verdict=ok out_text="Google accepted the application default credentials" ;;
    model_unreadable) out_verdict=skipped out_text="could not read the pin" ;;
    quota_project_unreadable) out_verdict=problem out_text="calls are charged to ${quota_project}, which is no id of a project" ;;
    model_offline) out_verdict=skipped out_text="--offline: not asked" ;;
    address_not_trusted) out_verdict=skipped out_text="not asked: ${address} is neither by TLS nor within this machine" ;;
    token_missing) out_verdict=skipped out_text="not asked: there is no access token" ;;
    model_silent) out_verdict=skipped out_text="${host} did not answer within ${timeout} seconds" ;;
    model_cut_off) out_verdict=problem out_text="could not reach ${host}" ;;
    enabled) out_verdict=ok out_text="answers" ;;
    candidate) out_verdict=skipped out_text="servable, but it did not answer${said}" ;;
    not_enabled) out_verdict=problem out_text="project ${project} has not enabled it" ;;
    not_found) out_verdict=problem out_text="404, not found" ;;
    not_served) out_verdict=problem out_text="not served there" ;;
    needs_data_sharing) out_verdict=problem out_text="needs data sharing" ;;
    blocked_by_policy) out_verdict=problem out_text="forbidden by an organisation policy" ;;
    blocked_by_other_policy) out_verdict=problem out_text="forbidden by an organisation policy, perhaps one that is not about models" ;;
    no_quota) out_verdict=problem out_text="429, the quota is 0 or used up" ;;
    busy) out_verdict=skipped out_text="429, Vertex is busy; try again later${said}" ;;
    unavailable) out_verdict=skipped out_text="no verdict${said}" ;;
    network) out_verdict=skipped out_text="could not reach Google${said}" ;;
    no_credentials) out_verdict=problem out_text="no application default credentials" ;;
    unauthenticated) out_verdict=problem out_text="the credentials are refused" ;;
    scopes_missing) out_verdict=problem out_text="the credentials lack the scope cloud-platform" ;;
    permission_denied) out_verdict=problem out_text="no permission aiplatform.endpoints.predict" ;;
    impersonation_denied) out_verdict=problem out_text="no permission to act as the service account" ;;
    quota_project_missing) out_verdict=problem out_text="the credentials have no quota project" ;;
    other_quota_project) out_verdict=problem out_text="calls are charged to another project, ${consumer}" ;;
    quota_project_denied) out_verdict=problem out_text="no permission to charge calls to project ${consumer}" ;;
    project_suspended) out_verdict=problem out_text="project ${consumer} is suspended" ;;
    project_invalid) out_verdict=problem out_text="there is no project ${consumer}" ;;
    pinned_project_invalid) out_verdict=problem out_text="there is no project ${project}" ;;
    org_restriction) out_verdict=problem out_text="refused by an organisation restriction of the network" ;;
    perimeter) out_verdict=problem out_text="refused by a service perimeter (VPC Service Controls), id ${denial}" ;;
    location_denied) out_verdict=problem out_text="location ${location} does not exist, or is not allowed" ;;
    api_disabled) out_verdict=problem out_text="the Vertex AI API is disabled" ;;
    impersonation_api_disabled) out_verdict=problem out_text="the IAM Service Account Credentials API is disabled" ;;
    billing_disabled) out_verdict=problem out_text="project ${consumer} has no billing" ;;
    wrong_address) out_verdict=problem out_text="the address is not one of Vertex: it returned a web page, or has no such API" ;;
    unknown) out_verdict=skipped out_text="no verdict${said}" ;;
  esac
  # shellcheck disable=SC2031,SC2154
  case $1:${2:-} in
    config_missing:*) out_meaning="The agent fetches nothing without a configuration."
      out_fix="${install}" ;;
    config_wrong:*) out_meaning="The agent fetches nothing with this configuration."
      out_fix="${edit}" ;;
    pins_missing:*) out_meaning="Claude Code runs without pins. Last error: ${last_error}"
      out_fix="${agent} login" ;;
    pins_forbidden:*) out_meaning="Claude Code runs as this user, so it has no pins, or does not start."
      out_fix="${agent} login" ;;
    pins_unreadable:*) out_meaning="Somebody altered the file. Since 2.1.259 Claude Code does not start when it cannot read a managed file."
      out_fix="${agent} login" ;;
    pins_altered:*) out_meaning="The settings in force differ from the settings that the server sent."
      out_fix="${agent} login" ;;
    age_expired:*) out_meaning="The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: ${last_error}"
      out_fix="${agent} login" ;;
    age_ahead:*) out_meaning="The clock of this machine was fast then, or is slow now, so nobody knows how old the pins are."
      out_fix="${agent} login" ;;
    age_silent:*) out_meaning="The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: ${last_error}"
      out_fix="${agent} login" ;;
    age_failed:*) out_meaning="The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: ${last_error}"
      out_fix="${agent} login" ;;
    openssl_missing:*) out_meaning="Without openssl the agent accepts no answer, so the pins become stale."
      out_fix="sudo ${installer} install openssl" ;;
    keys_missing:*) out_meaning="Without a key the agent can verify no answer, so it accepts none."
      out_fix="${install} --organisation ${organisation} --trust-on-first-use" ;;
    keys_younger:*) out_meaning="The signature of these pins was never verified."
      out_fix="${agent} login" ;;
    keys_not_pinned:*) out_meaning="Anybody who can impersonate the server can set the pins of this machine."
      out_fix="${install} --trust-on-first-use" ;;
    token_not_got:*) out_meaning="New pins do not reach this machine. The pins that are applied stay in force."
      out_fix="${renew_token}" ;;
    token_refused:*) out_meaning="New pins do not reach this machine. The pins that are applied stay in force. Give the agent a new token."
      out_fix="${renew_token}" ;;
    server_failed:*) out_meaning="New pins do not reach this machine. The pins that are applied stay in force."
      out_fix="${agent} login" ;;
    cli_old:*) out_meaning="This Claude Code is too old for ${delivery}."
      out_fix="claude update" ;;
    cli_gated:*) out_meaning="${reason}"
      out_fix="claude update" ;;
    led_by_settings:*) out_meaning="This overrides the pins. Remove the setting from that file."
      out_fix="${edit}" ;;
    led_by_shell:*) out_meaning="This overrides the pins. ${profiles}"
      out_fix="${unset}" ;;
    led_by_no_variable:*) out_meaning="Look for one that concerns Claude Code."
      out_fix="env" ;;
    led_by_missing_pins:*) out_meaning="Claude Code runs without pins here."
      out_fix="${unset}" ;;
    led_by_managed:*) out_meaning="This outranks the pins or keeps Claude Code from starting. Its administrator has to change it."
      out_fix="${edit}" ;;
    led_by_pins:*) out_meaning="No source of settings beside the pins explains it. A newer Claude Code may know their models."
      out_fix="claude update" ;;
    led_somehow:*) out_meaning="Ask again while this machine is less busy."
      out_fix="${users_agent} doctor" ;;
    editor_led:*) out_meaning="This overrides the pins in the editor. Remove it from claudeCode.environmentVariables."
      out_fix="${edit}" ;;
    gateway_missing:*) out_meaning="Claude Code calls Google without credentials."
      out_fix="${agent} login" ;;
    credentials_unreadable:*) out_meaning="GOOGLE_APPLICATION_CREDENTIALS names this file, so Claude Code tries no other credentials."
      out_fix="${look}" ;;
    gcloud_network:*) out_meaning="The network or the proxy blocks gcloud."
      out_fix="gcloud info --run-diagnostics" ;;
    quota_project_unreadable:*) out_meaning="The credentials, or GOOGLE_CLOUD_QUOTA_PROJECT, name it."
      out_fix="gcloud auth application-default set-quota-project ${project}" ;;
    model_cut_off:*) out_meaning="The network or the proxy blocks that host: ${reason}"
      out_fix="curl --head ${address}" ;;
    not_enabled:*) out_meaning="Somebody has to accept the terms of the model in Model Garden."
      out_fix="${open_command} 'https://console.cloud.google.com/vertex-ai/publishers/anthropic/model-garden/${base_model}?project=${project}'" ;;
    not_found:*) out_meaning="Project ${project} has not enabled the model, or the location does not serve it. Enable it, or change the pin."
      out_fix="${open_command} 'https://console.cloud.google.com/vertex-ai/publishers/anthropic/model-garden/${base_model}?project=${project}'" ;;
    not_served:*) out_meaning="The administrator of Pinward has to pin another location or model; see /v1/availability. Then fetch the pins."
      out_fix="${agent} login" ;;
    needs_data_sharing:*) out_meaning="Somebody has to agree to data sharing for this model, or an administrator has to change the pin."
      out_fix="${open_command} 'https://console.cloud.google.com/vertex-ai/publishers/anthropic/model-garden/${base_model}?project=${project}'" ;;
    blocked_by_policy:*) out_meaning="An administrator has to allow the model there."
      out_fix="gcloud org-policies describe vertexai.allowedModels --effective --project ${project}" ;;
    blocked_by_other_policy:*) out_meaning="An administrator has to find the policy, and allow Vertex AI in ${location} for project ${project}."
      out_fix="gcloud org-policies list --project ${project}" ;;
    no_quota:*) out_meaning="Project ${project} needs more quota in ${location}."
      out_fix="${open_command} 'https://console.cloud.google.com/iam-admin/quotas?project=${project}'" ;;
    no_credentials:*) out_meaning="Claude Code calls Vertex AI with them, and there are none."
      out_fix="${before_login}gcloud auth application-default login${after_login}" ;;
    unauthenticated:person) out_meaning="Claude Code cannot call Vertex AI until you log in again."
      out_fix="${before_login}gcloud auth application-default login${after_login}" ;;
    unauthenticated:key) out_meaning="The key of the service account was deleted or disabled, or has expired. Somebody has to make a new one."
      out_fix="gcloud iam service-accounts keys list --iam-account ${account}" ;;
    unauthenticated:impersonation) out_meaning="Log in again. If that is refused, an administrator has to grant you roles/iam.serviceAccountTokenCreator on ${account}."
      out_fix="${before_login}gcloud auth application-default login --impersonate-service-account ${account}${after_login}" ;;
    unauthenticated:federation) out_meaning="The identity provider's token is missing, or Google refused it. An administrator has to compare its issuer, audience and attributes with the provider."
      out_fix="gcloud iam workload-identity-pools providers describe ${provider}" ;;
    unauthenticated:workforce) out_meaning="The session with your organisation's identity provider is over. Log in with its configuration file."
      out_fix="${before_login}gcloud auth application-default login --login-config FILE${after_login}" ;;
    unauthenticated:metadata) out_meaning="The service account that is attached to the machine got no token. It may be disabled or deleted."
      out_fix="gcloud iam service-accounts describe ${account}" ;;
    unauthenticated:gateway) out_meaning="The gateway calls Google with its own credentials. Its administrator has to mend them."
      out_fix="curl --head ${address}" ;;
    scopes_missing:person) out_meaning="The token of these credentials lacks the scope cloud-platform. Get one that has it."
      out_fix="${before_login}gcloud auth application-default login --scopes https://www.googleapis.com/auth/cloud-platform${after_login}" ;;
    scopes_missing:workforce) out_meaning="The token of these credentials lacks the scope cloud-platform. Get one that has it."
      out_fix="${before_login}gcloud auth application-default login --scopes https://www.googleapis.com/auth/cloud-platform${after_login}" ;;
    scopes_missing:impersonation) out_meaning="The token of these credentials lacks the scope cloud-platform. Get one that has it."
      out_fix="${before_login}gcloud auth application-default login --scopes https://www.googleapis.com/auth/cloud-platform --impersonate-service-account ${account}${after_login}" ;;
    scopes_missing:key) out_meaning="The token of these credentials lacks the scope cloud-platform. Get one that has it."
      out_fix="gcloud auth application-default print-access-token --scopes https://www.googleapis.com/auth/cloud-platform" ;;
    scopes_missing:federation) out_meaning="The token of these credentials lacks the scope cloud-platform. Get one that has it."
      out_fix="gcloud auth application-default print-access-token --scopes https://www.googleapis.com/auth/cloud-platform" ;;
    scopes_missing:metadata) out_meaning="The access scopes of this VM or workstation lack cloud-platform. Stop it, set them, start it again."
      out_fix="gcloud compute instances set-service-account NAME --service-account ${account} --scopes https://www.googleapis.com/auth/cloud-platform" ;;
    scopes_missing:gateway) out_meaning="The gateway calls Google with its own credentials. Its administrator has to mend them."
      out_fix="curl --head ${address}" ;;
    permission_denied:*) out_meaning="An administrator has to grant this permission on project ${project}."
      out_fix="gcloud projects add-iam-policy-binding ${project} --member ${member} --role roles/aiplatform.user" ;;
    impersonation_denied:*) out_meaning="An administrator has to grant this on the service account whose credentials are asked for."
      out_fix="gcloud iam service-accounts add-iam-policy-binding ACCOUNT --member ${member} --role roles/iam.serviceAccountTokenCreator" ;;
    quota_project_missing:person) out_meaning="These credentials name no project to charge calls to."
      out_fix="gcloud auth application-default set-quota-project ${project}" ;;
    quota_project_missing:workforce) out_meaning="These credentials name no project to charge calls to."
      out_fix="gcloud auth application-default set-quota-project ${project}" ;;
    quota_project_missing:impersonation) out_meaning="These credentials name no project to charge calls to."
      out_fix="export GOOGLE_CLOUD_QUOTA_PROJECT=${project}" ;;
    quota_project_missing:key) out_meaning="These credentials name no project to charge calls to."
      out_fix="export GOOGLE_CLOUD_QUOTA_PROJECT=${project}" ;;
    quota_project_missing:federation) out_meaning="These credentials name no project to charge calls to."
      out_fix="export GOOGLE_CLOUD_QUOTA_PROJECT=${project}" ;;
    quota_project_missing:metadata) out_meaning="These credentials name no project to charge calls to."
      out_fix="export GOOGLE_CLOUD_QUOTA_PROJECT=${project}" ;;
    quota_project_missing:gateway) out_meaning="The gateway calls Google with its own credentials. Its administrator has to mend them."
      out_fix="curl --head ${address}" ;;
    other_quota_project:person) out_meaning="That project lacks the Vertex AI API or billing, or it is suspended or gone."
      out_fix="gcloud auth application-default set-quota-project ${project}" ;;
    other_quota_project:workforce) out_meaning="That project lacks the Vertex AI API or billing, or it is suspended or gone."
      out_fix="gcloud auth application-default set-quota-project ${project}" ;;
    other_quota_project:impersonation) out_meaning="That project lacks the Vertex AI API or billing, or it is suspended or gone."
      out_fix="export GOOGLE_CLOUD_QUOTA_PROJECT=${project}" ;;
    other_quota_project:key) out_meaning="That project lacks the Vertex AI API or billing, or it is suspended or gone."
      out_fix="export GOOGLE_CLOUD_QUOTA_PROJECT=${project}" ;;
    other_quota_project:federation) out_meaning="That project lacks the Vertex AI API or billing, or it is suspended or gone."
      out_fix="export GOOGLE_CLOUD_QUOTA_PROJECT=${project}" ;;
    other_quota_project:metadata) out_meaning="That project lacks the Vertex AI API or billing, or it is suspended or gone."
      out_fix="export GOOGLE_CLOUD_QUOTA_PROJECT=${project}" ;;
    other_quota_project:gateway) out_meaning="The gateway calls Google with its own credentials. Its administrator has to mend them."
      out_fix="curl --head ${address}" ;;
    quota_project_denied:*) out_meaning="An administrator has to grant serviceusage.services.use on that project."
      out_fix="gcloud projects add-iam-policy-binding ${consumer} --member ${member} --role roles/serviceusage.serviceUsageConsumer" ;;
    project_suspended:*) out_meaning="Google suspended it. Its owner has to appeal, or the administrator of Pinward has to name another project."
      out_fix="gcloud projects describe ${consumer}" ;;
    project_invalid:*) out_meaning="It was deleted, or its name is wrong. The administrator of Pinward has to name another project."
      out_fix="gcloud projects describe ${consumer}" ;;
    pinned_project_invalid:*) out_meaning="It was deleted, or its name is wrong. The administrator of Pinward has to name another project."
      out_fix="gcloud projects describe ${project}" ;;
    org_restriction:*) out_meaning="A proxy allows calls to some organisations only (X-Goog-Allowed-Resources), and the project's is none of them."
      out_fix="gcloud projects get-ancestors ${project}" ;;
    perimeter:*) out_meaning="An administrator has to let this caller or network through the perimeter. The log of denials has the id."
      out_fix="gcloud logging read protoPayload.metadata.@type:VpcServiceControlAuditMetadata --project ${project} --freshness 1d" ;;
    location_denied:*) out_meaning="The administrator of Pinward has to pin another location, or one of Google Cloud has to allow this one."
      out_fix="gcloud org-policies describe gcp.resourceLocations --effective --project ${project}" ;;
    api_disabled:*) out_meaning="Project ${project} needs this API."
      out_fix="gcloud services enable aiplatform.googleapis.com --project ${project}" ;;
    impersonation_api_disabled:*) out_meaning="Who acts as a service account needs this API, in the project that the answer names."
      out_fix="gcloud services enable iamcredentials.googleapis.com --project ${consumer}" ;;
    billing_disabled:*) out_meaning="Vertex AI requires billing."
      out_fix="gcloud billing projects link ${consumer} --billing-account ACCOUNT" ;;
    wrong_address:*) out_meaning="The location of the pin or the base URL is wrong, or a proxy answered in place of Google."
      out_fix="curl --head ${address}" ;;
  esac
}

# Prints the variables of the question, a line each.
# in: FOLDER, for what Claude Code writes
print_question_variables() {
  cat <<EOF
PATH=$PATH
SHELL=/bin/sh
LD_PRELOAD=
DYLD_INSERT_LIBRARIES=
BASH_ENV=
ENV=
NODE_OPTIONS=
BUN_OPTIONS=
CLAUDE_CODE_SHELL_PREFIX=
CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS=1
GIT_CONFIG_COUNT=2
GIT_CONFIG_KEY_0=core.fsmonitor
GIT_CONFIG_VALUE_0=false
GIT_CONFIG_KEY_1=log.showSignature
GIT_CONFIG_VALUE_1=false
CLAUDE_CODE_PLUGIN_CACHE_DIR=/dev/null/none
CLAUDE_CODE_MAX_RETRIES=0
ANTHROPIC_LOG=debug
CLAUDE_CODE_EXTRA_BODY={"messages":[],"max_tokens":0}
CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1
CLAUDE_CODE_ENABLE_TELEMETRY=
DISABLE_AUTOUPDATER=1
ANTHROPIC_API_KEY=
ANTHROPIC_AUTH_TOKEN=
ANTHROPIC_CUSTOM_HEADERS=
NO_PROXY=
no_proxy=
HTTPS_PROXY=http://127.0.0.1:9
HTTP_PROXY=http://127.0.0.1:9
https_proxy=http://127.0.0.1:9
http_proxy=http://127.0.0.1:9
CLAUDE_CODE_SKIP_VERTEX_AUTH=1
CLAUDE_CODE_SKIP_BEDROCK_AUTH=1
CLAUDE_CODE_SKIP_FOUNDRY_AUTH=1
CLAUDE_CODE_SKIP_MANTLE_AUTH=1
CLAUDE_CODE_SKIP_ANTHROPIC_AWS_AUTH=1
CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH=1
CLAUDE_CONFIG_DIR=$1
CLAUDE_CODE_TMPDIR=$1
TMPDIR=$1
XDG_CONFIG_HOME=$1
XDG_CACHE_HOME=$1
XDG_DATA_HOME=$1
XDG_STATE_HOME=$1
EOF
}

# Prints the settings of the question, with its variables. Of two with one name, the last counts.
# in: FOLDER, for what Claude Code writes; emptied
print_question_settings() {
  printf '%s' '{"disableAllHooks":true,"includeGitInstructions":false,"apiKeyHelper":"","awsAuthRefresh":"","awsCredentialExport":"","gcpAuthRefresh":"","otelHeadersHelper":"","proxyAuthHelper":"","env":{'
  { printf '%s\n' "$emptied" && print_question_variables "$1"; } | awk 'NF {
    value = $0; sub(/=.*/, ""); sub(/[^=]*=/, "", value); gsub(/["\\]/, "\\\\&", value)
    printf "%s\"%s\":\"%s\"", comma, $0, value; comma = ","
  }'
  echo '}}'
}

# Prints a server that Claude Code starts, and that tells the variables of its credentials.
# in: FILE, for the variables
print_question_server() {
  # shellcheck disable=SC2016 # the shell of the server expands it
  printf '{"mcpServers":{"pinward":{"command":"/bin/sh","args":["-c",%s,%s]}}}\n' \
    '"env | grep -E \"^(GOOGLE_APPLICATION_CREDENTIALS|CLOUDSDK_CONFIG|GOOGLE_CLOUD_QUOTA_PROJECT|GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES)=\" >\"$0\""' "$(quote_for_json "$1")"
}

# --- start ------------------------------------------------------------------------------------------------------------
# The last line runs the command line. The shell has read the whole file by then, so the file may be replaced.

main "$@"
