#!/bin/sh
# pinward: the agent that keeps one developer machine on its organisation's Claude Code pins.
#
# It asks a Pinward server for the exact bytes of one file, checks them against their hash, and puts the file in place
# by a rename. It parses no JSON. Whatever goes wrong, it keeps the last good copy, says why, and lets shells and Claude
# Code start. What it knows lies in the state folder: pins.FORMAT is the last good copy, pins.FORMAT.state the facts
# about it as key=value lines, pins.FORMAT.lock a symbolic link to the pid of the agent at work.
# It needs a POSIX sh, curl, mktemp, readlink and plain tools. For its use run: pinward help
set -u
umask 022
export LC_ALL=C
version=0.1.0
max_bytes=1048576 # Claude Code takes no more from a policyHelper
max_wait=86400    # seconds: no server silences an agent for longer than a day
newline='
'

usage() {
  cat <<'EOF'
usage: pinward [--root DIR] [--config FILE] [--delivery WHAT] COMMAND

  login       ask the server now and put its answer in place
  refresh     the same, unless the server asked to be left alone until later: for timers
  env         print the pins as shell exports: eval "$(pinward env)"
  helper      answer Claude Code's policyHelper with one JSON object
  status      what is applied, since when, from where, and what went wrong last
  install     --server URL [--token-file FILE | --token-stdin | --token-command COMMAND] [--machine ID]
  uninstall   remove what install and login wrote
  help        or --help; --version

  --root DIR        put DIR before every path that the agent or its configuration names
  --config FILE     default: /etc/pinward/agent.conf; a user's own ~/.config/pinward/agent.conf goes first
  --delivery WHAT   fragment (a managed-settings.d file; the default), shell (for env) or helper (for policyHelper)

The configuration is lines of key = value, read and never run: server, token_file or token_command, delivery,
machine, cli, timeout (seconds), settings_dir, state_dir.
EOF
}

main() {
  verb='' root='' config='' wanted='' given='' token_from='' install_option=''
  while [ $# -gt 0 ]; do
    case $1 in
      --root | --config | --delivery | --server | --machine | --token-command | --token-file)
        [ $# -ge 2 ] || die 2 "$1 needs a value" ;;
    esac
    case $1 in --server | --machine | --token-*) install_option=$1 ;; esac
    case $1 in
      --root) root=${2%/} && shift ;;
      --config) config=$2 && shift ;;
      --delivery) wanted=$2 && shift ;;
      --server) given="${given}server=$2$newline" && shift ;;
      --machine) given="${given}machine=$2$newline" && shift ;;
      --token-command) given="${given}token_command=$2$newline" && shift ;;
      --token-file) token_from=$2 && shift ;;
      --token-stdin) token_from=- ;;
      --help | help) usage && exit ;;
      --version) echo "pinward $version" && exit ;;
      -*) die 2 "unknown option $1; see: pinward help" ;;
      *) if [ -z "$verb" ]; then verb=$1; else die 2 "one command at a time, not both $verb and $1"; fi ;;
    esac
    shift
  done
  [ -z "$install_option" ] || [ "$verb" = install ] || die 2 "$install_option belongs to: pinward install"
  case $verb in
    login) configure && login ;;
    refresh) configure && refresh ;;
    env) wanted=shell && configure && print_env ;;
    helper) wanted=helper && configure && print_policy ;;
    status) configure && print_status ;;
    install) install_agent && login ;;
    uninstall) configure && uninstall_agent ;;
    '') usage >&2 && exit 2 ;;
    *) die 2 "unknown command $verb; see: pinward help" ;;
  esac
}

# --- commands ---------------------------------------------------------------------------------------------------------

login() {
  if update; then
    echo "revision $(get revision) is applied: $applied"
  elif is_applied; then
    say "revision $(get revision) stays in place: $applied"
  else
    die 1 "nothing is applied; check server and token in $config, then run: pinward login"
  fi
}

refresh() {
  if is_due; then update || is_applied; fi
}

# A shell waits at most three seconds for newer pins, and only when they are due, whatever hangs.
print_env() {
  if is_due; then refresh_for 3; fi
  [ -z "$trouble" ] || say "$trouble"
  { is_whole "$copy" && cat "$copy"; } || say "no pins yet: $(get last_error | grep . || echo nothing was fetched)"
  return 0
}

# Claude Code does not start when its helper fails, is slow or prints anything but one object. An object without
# managedSettings applies nothing and leaves other sources in force.
print_policy() {
  if is_due; then
    is_whole "$copy" && patience=0 || patience=3
    refresh_for "$patience"
  fi
  { is_whole "$copy" && cat "$copy"; } || echo '{}'
}

print_status() {
  if is_applied; then
    fact applied "revision $(get revision), $(is_as_fetched && echo as fetched || echo "altered since"): $applied"
    fact since "$(get applied_at)"
  else
    fact applied nothing
  fi
  fact server "${server:-none}"
  fact 'last check' "$(get checked_at | grep . || echo never)"
  until=$(get valid_until)
  [ -z "$until" ] || fact 'valid until' "$until$(expr "$until" \< "$(utc)" >/dev/null && echo ', which has passed')"
  [ -z "$(get stale)" ] || fact stale "$(get stale)"
  fact 'last error' "$(get last_error | grep . || echo none)"
  [ -z "$trouble" ] || say "$trouble"
  is_applied
}

fact() { printf '%-12s %s\n' "$1" "$2"; }

install_agent() {
  [ -f "$0" ] || die 2 "install copies itself, so run it from a file: sh pinward.sh install ..."
  [ -z "$token_from" ] || given="${given}token_file=/etc/pinward/token$newline"
  given="${given}delivery=${wanted:-fragment}$newline"
  configure
  [ -z "$token_from" ] || token=$(cat "$token_from") || die 2 "could not read the token from $token_from"
  install_files || die 1 "could not write below ${root:-/}; installing needs root"
}

install_files() {
  bin=$root/usr/local/bin own=$root/etc/pinward
  made=$(cat "$own/made" 2>/dev/null; for dir in "$bin" "$own" "$state_dir" "$settings_dir"; do make_dir "$dir"; done)
  put "$own/made" 644 <<EOF || return
$made
EOF
  [ -z "$token_from" ] || put "$own/token" 600 <<EOF || return
$token
EOF
  put "$config" 644 <<EOF || return
${given}
EOF
  put "$bin/pinward" 755 <"$0" || return
  case $delivery in
    helper) install_helper ;;
    shell) rm -f "$fragment" && echo "Add to the shell profile: eval \"\$(pinward env)\"" ;;
  esac
}

# policyHelper names a program without arguments. This one answers even when the agent is gone.
install_helper() {
  put "$bin/pinward-helper" 755 <<'EOF' || return
#!/bin/sh
[ -x "${0%/*}/pinward" ] && exec "${0%/*}/pinward" helper "$@"
echo '{}'
EOF
  put "$fragment" 644 <<'EOF'
{"policyHelper": {"path": "/usr/local/bin/pinward-helper", "timeoutMs": 10000, "refreshIntervalMs": 300000}}
EOF
}

uninstall_agent() {
  rm -f "$fragment" "$settings_dir/.${fragment##*/}".* # first, since it may name the helper
  rm -f "$root/usr/local/bin/pinward-helper" "$root/usr/local/bin/pinward" "$config" "$root/etc/pinward/token"
  rm -rf "$state_dir"/pins.* "$state_dir"/.pins.* "$state_dir"/.work.* "$reserve"
  made=$(sort -r "$root/etc/pinward/made" 2>/dev/null)
  rm -f "$root/etc/pinward/made"
  echo "$made" | while IFS= read -r dir; do [ -z "$dir" ] || rmdir "$root$dir" 2>/dev/null; done
  return 0
}

# mkdir -p that prints what it had to make, so that uninstall can take back exactly that.
make_dir() {
  [ -d "$1/" ] || { make_dir "${1%/*}" && mkdir "$1" && printf '%s\n' "${1#"$root"}"; }
}

# --- configuration ----------------------------------------------------------------------------------------------------

configure() {
  server='' token_file='' token_command='' delivery=fragment machine='' cli=${CLAUDE_CODE_VERSION:-} timeout=10
  settings_dir='' state_dir='' trouble=''
  users=$root${XDG_CONFIG_HOME:-${HOME:-}/.config}/pinward/agent.conf
  if [ -z "$config" ] && [ "$(id -u)" -ne 0 ] && [ -f "$users" ]; then config=$users; fi
  config=${config:-$root/etc/pinward/agent.conf}
  if [ -z "$given" ] && [ -r "$config" ]; then
    given=$(sed 's/^[[:space:]]*//; s/[[:space:]]*$//; s/[[:space:]]*=[[:space:]]*/=/; /^#/d' "$config")
  fi
  [ -n "$given" ] || trouble="there is no configuration in $config; write one with: pinward install"
  assign 'server token_file token_command delivery machine cli timeout settings_dir state_dir' <<EOF
$given
EOF
  [ -z "$unknown" ] || trouble="unknown key in $config: $unknown"
  server=${server%/} token_file=${token_file:+$root$token_file}
  delivery=${wanted:-$delivery}
  machine=${machine:-$(uname -n)}
  choose_paths
  check_settings
  # The other commands work with what is there, however wrong the configuration is.
  case $verb in login | refresh | install) [ -z "$trouble" ] || die 2 "$trouble" ;; esac
}

choose_paths() {
  case $(uname -s) in
    Darwin) settings_dir=$root${settings_dir:-/Library/Application Support/ClaudeCode/managed-settings.d} ;;
    *) settings_dir=$root${settings_dir:-/etc/claude-code/managed-settings.d} ;;
  esac
  # A user who may not read the machine's token lives on what root's agent fetched.
  if [ "$(id -u)" -eq 0 ] || { [ -n "$token_file" ] && [ ! -r "$token_file" ]; }; then
    state_dir=$root${state_dir:-/var/lib/pinward}
  else
    state_dir=$root${state_dir:-${XDG_STATE_HOME:-${HOME:-}/.local/state}/pinward}
  fi
  case $delivery in
    fragment) format=settings.json type=application/json ;;
    shell) format=sh type=text/x-shellscript ;;
    *) format=helper.json type=application/json ;;
  esac
  copy=$state_dir/pins.$format state=$state_dir/pins.$format.state lock=$state_dir/pins.$format.lock
  work=$state_dir/.work.$format.$$ reserve=$state_dir/.reserve temp=''
  fragment=$settings_dir/50-pinward.json
  applied=$copy
  [ "$delivery" != fragment ] || applied=$fragment
}

check_settings() {
  case $delivery in
    fragment | shell | helper) ;;
    *) trouble="delivery is fragment, shell or helper, not: $delivery" ;;
  esac
  case $machine in
    *[!A-Za-z0-9._:-]*) trouble="machine has other characters than letters, digits and . _ : - in it: $machine" ;;
  esac
  [ ${#machine} -le 128 ] || trouble="machine has more than 128 characters: $machine"
  { is_number "$timeout" && [ "$timeout" -gt 0 ]; } || trouble="timeout is a number of seconds, not: $timeout"
  case $server in
    '') trouble=${trouble:-"$config names no server"} ;;
    *[!]A-Za-z0-9._~:/%[-]*) trouble="server has characters that do not belong in an address: $server" ;;
    https://?* | http://localhost | http://localhost[:/]* | http://127.0.0.1 | http://127.0.0.1[:/]*) ;;
    'http://[::1]' | 'http://[::1]'[:/]*) ;;
    *) trouble="server must be https:// (http:// only for this very machine): $server" ;;
  esac
}

# --- asking -----------------------------------------------------------------------------------------------------------

# Asks the server and puts its answer in place. On failure everything good stays and the state says why.
update() {
  { mkdir -p "$state_dir" && [ -w "$state_dir" ]; } 2>/dev/null ||
    { say "this user may not write in $state_dir" && return 1; }
  take_lock || { is_applied && return; } || { say "another agent is still asking" && return 1; }
  changed='' held=''
  if is_whole "$copy"; then hash_of "$copy" && held=${hash:-$(get etag)}; fi
  if ask && put_in_place && note "revision=$revision" "floor=$revision" "etag=$etag" "server=$server" \
    "checked_at=$(utc)" "next_at=$(($(now) + $(seconds "$pinward_poll_after" 300)))" \
    "valid_until=$pinward_valid_until" "stale=$pinward_stale" last_error= ${changed:+"applied_at=$(utc)"}; then
    [ -f "$reserve" ] || dd if=/dev/zero of="$reserve" bs=16384 count=1 2>/dev/null
    return 0
  fi
  trouble=$reason
  say "$trouble"
  put_in_place
  rm -f "$work".* "$reserve" # makes room to say why, even on a full disk
  [ -n "$held" ] && pause=60 || pause=0
  note "last_error=$(utc) $trouble" "next_at=$(($(now) + $(seconds "$retry_after" "$pause")))"
  return 1
}

ask() {
  retry_after=''
  token=$(read_token) || fail "could not get a token from ${token_command:-$token_file}" || return
  case $token in *[!A-Za-z0-9._~+/=-]*) fail "the token has characters that no bearer token has" || return ;; esac
  : >"$work.body" && : >"$work.head"
  code=$(call_server) && curl_code=0 || curl_code=$?
  [ "$(wc -c <"$work.body")" -le $max_bytes ] || fail "the answer is over $max_bytes bytes" || return
  case $curl_code in
    0) read_head ;;
    23) fail "could not write in $state_dir; is the disk full?" || return ;;
    *) fail "$(sed 's/^curl: ([0-9]*) //; q' "$work.error" | grep . || echo "curl failed, $curl_code")" || return ;;
  esac
  floor=$(get floor)
  { is_number "$floor" && [ "$(get server)" = "$server" ]; } || floor=0
  case $code in
    200) accept || return ;;
    304) etag=$held && [ -n "$held" ] || fail "the server answered 304 to a machine that holds nothing" || return ;;
    3*) fail "HTTP $code to $location: redirects are not followed; correct server in $config" || return ;;
    *) fail "HTTP $code$(quote title)$(quote hint)" || return ;;
  esac
  { is_number "$revision" && [ "$revision" -ge "$floor" ]; } || revision=$floor
}

read_token() {
  if [ -n "$token_command" ]; then
    bounded sh -c "$token_command" </dev/null
  elif [ -n "$token_file" ]; then
    cat "$token_file"
  fi
}

# Prints the HTTP status. The token reaches curl by its standard input, so that no process list shows it. ulimit stops
# an endless answer, which a curl before 8.4 would write to the last block of the disk.
call_server() (
  trap '' XFSZ
  ulimit -f 2100 2>/dev/null
  asking=$(find_cli) secret=${token:+"header = \"Authorization: Bearer $token\""}
  [ -z "$held" ] || set -- --header "If-None-Match: \"$held\""
  curl --disable --config - --silent --show-error --globoff --proto '=http,https' --max-redirs 0 \
    --max-time "$timeout" --max-filesize $max_bytes --user-agent "pinward-agent/$version" "$@" \
    --output "$work.body" --dump-header "$work.head" --write-out '%{http_code}' \
    "$server/v1/pins.$format?machine=$machine${asking:+&cli=$asking}" 2>"$work.error" <<EOF
$secret
EOF
)

find_cli() {
  [ -n "$cli" ] || ! command -v claude >/dev/null || cli=$(bounded claude --version </dev/null 2>/dev/null)
  printf '%s\n' "$cli" | sed -n 's/^\([0-9]\{1,\}\.[0-9]\{1,\}\.[0-9]\{1,\}\).*/\1/p; q'
}

# Reads the headers of the last answer, without what could play tricks on a terminal.
read_head() {
  etag='' content_type='' location='' retry_after=''
  pinward_revision='' pinward_poll_after='' pinward_valid_until='' pinward_stale=''
  names='etag content_type location retry_after pinward_revision pinward_poll_after pinward_valid_until pinward_stale'
  assign "$names" <<EOF
$(awk '{
    gsub(/[^ -~]/, ""); name = tolower($0); sub(/:.*/, "", name); gsub(/-/, "_", name)
    sub(/^[^:]*: */, ""); print name "=" $0
  }' "$work.head")
EOF
  etag=${etag#\"} && etag=${etag%\"} revision=$pinward_revision
}

# Makes the body the new copy if everything about it holds.
accept() {
  [ "${content_type%%;*}" = $type ] ||
    fail "the answer is '$content_type', not $type; does a proxy or a sign-in page answer?" || return
  case $etag in *[!0-9a-f]*) etag='' ;; esac
  [ ${#etag} -eq 64 ] || fail "the answer has no ETag that is a SHA-256" || return
  hash_of "$work.body"
  [ "${hash:-$etag}" = "$etag" ] || fail "the answer was altered on its way: its SHA-256 is not its ETag" || return
  is_whole "$work.body" || fail "the answer is not a whole $format file" || return
  is_number "$revision" || fail "the answer has no Pinward-Revision" || return
  [ "$revision" -ge "$floor" ] ||
    fail "the server offers an older revision, $revision after $floor; if that is meant, remove $state" || return
  [ "$(readlink "$lock")" = $$ ] || fail "another agent took over" || return
  # The floor goes first: an agent killed between the two must not take something older the next time.
  note "floor=$revision" "server=$server" && put "$copy" 644 <"$work.body" && changed=yes
}

# Puts the good copy back also when somebody altered or deleted the file, and also while the server is away.
put_in_place() {
  if cmp -s "$copy" "$applied" || ! is_whole "$copy"; then return 0; fi
  mkdir -p "${applied%/*}" 2>/dev/null
  put "$applied" 644 <"$copy" && changed=yes
}

# Has a fresh agent refresh, away from the pipes that our caller reads to their end, and waits for it so many seconds:
# whichever of the two ends first writes the line that head waits for. (Not every shell lets a signal end a wait, and
# dash keeps a copy of what it redirects without exec.)
refresh_for() {
  {
    exec </dev/null 2>/dev/null
    { sh "$0" --root "$root" --config "$config" --delivery "$delivery" refresh >/dev/null; echo; } &
    { sleep "$1"; echo; } &
  } | head -n 1 >/dev/null
}

# --- files and facts --------------------------------------------------------------------------------------------------

# A symbolic link is made in one step together with the pid in it. The lock of a dead agent, or of one far older than
# any agent lives (its pid may belong to somebody else by now), is broken.
take_lock() {
  tries=0
  until ln -s $$ "$lock" 2>/dev/null; do
    holder=$(readlink "$lock")
    if [ -n "$holder" ] && { ! kill -0 "$holder" 2>/dev/null || [ -n "$(find "$lock" -mmin +5)" ]; }; then
      rm -f "$lock"
      continue
    fi
    tries=$((tries + 1))
    [ $tries -le 10 ] || return
    sleep 0.5 2>/dev/null || sleep 1
  done
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  rm -f "$state_dir/.pins.$format".* "$state_dir/.work.$format".* "${applied%/*}/.${applied##*/}".* # left by the killed
}

clean_up() {
  rm -f "$work".* ${temp:+"$temp"}
  [ "$(readlink "$lock")" != $$ ] || rm -f "$lock"
}

# Writes standard input to a file with a mode, by way of a hidden file beside it, which Claude Code ignores.
put() {
  temp=$(mktemp "${1%/*}/.${1##*/}.XXXXXX" 2>/dev/null) || fail "could not write in ${1%/*}" || return
  problem=$(cat 2>&1 >"$temp") && chmod "$2" "$temp" && { sync "$temp" 2>/dev/null || :; } && mv -f "$temp" "$1" &&
    return
  rm -f "$temp"
  fail "could not write $1: $(printf %s "$problem" | sed 's/.*: //; q')"
}

# Replaces these key=value lines of the state.
note() {
  keys=$(printf '^%s\n' "$@" | sed 's/=.*/=/')
  facts=$(grep -v "$keys" "$state" 2>/dev/null; printf '%s\n' "$@")
  put "$state" 644 <<EOF
$facts
EOF
}

# Sets variables from lines of name=value, if $1 lists their names; leaves the last other name in `unknown`.
assign() {
  unknown=''
  while IFS= read -r line; do
    name=${line%%=*}
    case $name in *[!a-z_]*) unknown=$name && continue ;; '') continue ;; esac
    case " $1 " in *" $name "*) eval "$name=\${line#*=}" ;; *) unknown=$name ;; esac
  done
}

get() { sed -n "s/^$1=//p" "$state" 2>/dev/null; }

# The title or hint of a problem+json answer, cut out for people to read; nothing depends on it.
quote() { tr -cd ' -~' <"$work.body" | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/: \1/p" | cut -c 1-300; }

# Leaves `hash` empty on a machine that has no tool for it.
hash_of() {
  hash=$({ sha256sum || shasum -a 256 || openssl dgst -sha256 -r; } <"$1" 2>/dev/null)
  hash=${hash%% *}
}

# All that can be said of a file without its hash: a cut-off one fails this.
is_whole() {
  [ -s "$1" ] || return
  case $format in
    sh) [ -z "$(tail -c 1 "$1")" ] ;;
    *) [ "$(head -c 1 "$1")$(tail -c 2 "$1")" = '{}' ] ;;
  esac
}

is_applied() { [ -s "$copy" ] && [ -s "$applied" ]; }

is_as_fetched() {
  hash_of "$applied"
  if [ -n "$hash" ]; then [ "$hash" = "$(get etag)" ]; else cmp -s "$copy" "$applied"; fi
}

# A clock that went back must not silence the agent.
is_due() {
  left=$(get next_at)
  is_number "$left" || return 0
  left=$((left - $(now)))
  [ $left -le 0 ] || [ $left -gt $max_wait ]
}

is_number() {
  case $1 in '' | *[!0-9]* | 0?* | ??????????????*) return 1 ;; esac
}

# The first if it is a number, else the second; at most a day.
seconds() {
  if ! is_number "$1"; then echo "$2"; elif [ "$1" -gt $max_wait ]; then echo $max_wait; else echo "$1"; fi
}

bounded() { if command -v timeout >/dev/null; then timeout "$timeout" "$@"; else "$@"; fi; }

now() { date +%s; }
utc() { date -u +%Y-%m-%dT%H:%M:%SZ; }
say() { printf 'pinward: %s\n' "$*" >&2; }
fail() { reason=$* && return 1; }
die() {
  code=$1 && shift
  say "$*"
  exit "$code"
}

main "$@"
