#!/bin/sh
# pinward: the agent that keeps one developer machine on its organisation's Claude Code pins.
#
# It asks a Pinward server for the exact bytes of one file, checks them against their hash, and puts the file in place
# by a rename. It parses no JSON. Where keys are pinned, an answer counts only with a signature by one of them. Whatever
# goes wrong, it keeps the last good copy, says why, and lets shells and Claude Code start. What it knows lies in the
# state folder: pins.FORMAT is the last good copy, pins.FORMAT.state the facts about it as key=value lines,
# pins.FORMAT.lock a symbolic link to the pid of the agent at work, pins.KEYID.pem a key that a pinned one vouched for.
# It needs a POSIX sh, curl, mktemp, readlink and plain tools; openssl for signatures. For its use run: pinward help
set -u
umask 022
export LC_ALL=C
version=0.1.0
max_bytes=1048576 # Claude Code takes no more from a policyHelper
max_wait=86400    # seconds: no server silences an agent for longer than a day
max_keys=65536    # bytes of keys.txt
clock_skew=300    # seconds by which this machine's clock may be fast before an answer counts as expired
utc_form=+%Y-%m-%dT%H:%M:%SZ
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
              [--organisation ORG --key FILE ... | [--organisation ORG] --trust-on-first-use]
  uninstall   remove what install and login wrote
  help        or --help; --version

  --root DIR        put DIR before every path that the agent or its configuration names
  --config FILE     default: /etc/pinward/agent.conf; a user's own ~/.config/pinward/agent.conf goes first
  --delivery WHAT   fragment (a managed-settings.d file; the default), shell (for env) or helper (for policyHelper)
  --key FILE        take only what is signed with this public key (PEM, or base64 of its DER) or one that it vouches for
  --trust-on-first-use  the same with the keys that the server names while it is installed

The configuration is lines of key = value, read and never run: server, token_file or token_command, delivery,
machine, cli, timeout (seconds), settings_dir, state_dir, organisation (its signature is then needed), keys (a folder).
EOF
}

main() {
  verb='' root='' config='' wanted='' given='' token_from='' install_option='' key_files='' first_use=''
  while [ $# -gt 0 ]; do
    case $1 in
      --root | --config | --delivery | --server | --machine | --token-command | --token-file | --organisation | --key)
        [ $# -ge 2 ] || die 2 "$1 needs a value" ;;
    esac
    case $1 in --server | --machine | --token-* | --organisation | --key | --trust-*) install_option=$1 ;; esac
    case $1 in
      --root) root=${2%/} && shift ;;
      --config) config=$2 && shift ;;
      --delivery) wanted=$2 && shift ;;
      --server) given="${given}server=$2$newline" && shift ;;
      --machine) given="${given}machine=$2$newline" && shift ;;
      --token-command) given="${given}token_command=$2$newline" && shift ;;
      --token-file) token_from=$2 && shift ;;
      --token-stdin) token_from=- ;;
      --organisation) given="${given}organisation=$2$newline" && shift ;;
      --key) key_files=$key_files$2$newline && shift ;;
      --trust-on-first-use) first_use=yes ;;
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
  is_due || return 0
  update || is_applied
  outcome=$?
  wait # for the report: a service manager ends what its service leaves running
  return $outcome
}

# A shell waits at most three seconds for newer pins, and only when they are due, whatever hangs.
print_env() {
  if is_due; then refresh_for 3; fi
  [ -z "$trouble" ] || say "$trouble"
  warn_of_age
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
  warn_of_age
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
  [ -z "$until" ] || fact 'valid until' "$until$(is_past "$until" && echo ', which has passed')"
  fact signatures "$(describe_trust)"
  [ -z "$(get stale)" ] || fact stale "$(get stale)"
  fact 'last error' "$(get last_error | grep . || echo none)"
  [ -z "$trouble" ] || say "$trouble"
  is_applied
}

fact() { printf '%-12s %s\n' "$1" "$2"; }

describe_trust() {
  if [ -z "$organisation" ]; then
    echo 'not checked: no keys pinned'
  elif ! has_openssl; then
    echo "required of $organisation, but there is no openssl on this machine to check them"
  else
    signer=$(get signed_by | grep . || echo 'none; what is applied came before the keys')
    echo "required of $organisation, last good one by $signer; trusted:$(trusted_keys)"
  fi
}

trusted_keys() {
  for key in "$keys"/*.pem "$state_dir"/pins.*.pem; do
    key=${key##*/} && key=${key#pins.} && key=${key%.pem}
    ! is_key_id "$key" || printf ' %s' "$key"
  done
}

# Old pins are better than none: nobody is kept from starting by them, but whoever looks is told.
warn_of_age() {
  until=$(get valid_until)
  ! is_past "$until" || say "the pins in use were valid until $until; last word from the server: $(get checked_at)"
}

install_agent() {
  [ -f "$0" ] || die 2 "install copies itself, so run it from a file: sh pinward.sh install ..."
  [ -z "$token_from" ] || given="${given}token_file=/etc/pinward/token$newline"
  given="${given}delivery=${wanted:-fragment}$newline"
  configure
  [ -z "$token_from" ] || token=$(cat "$token_from") || die 2 "could not read the token from $token_from"
  choose_keys
  install_files || die 1 "could not write below ${root:-/}; installing needs root"
}

# Finds `pinned`, lines of a key's id and its base64: what this machine will believe.
choose_keys() {
  pinned=''
  [ -n "$organisation$key_files$first_use" ] || return 0
  has_openssl || die 2 'there is no openssl on this machine, which checks signatures'
  case ${key_files:+key}$first_use in
    key) [ -n "$organisation" ] || die 2 '--key needs --organisation' ;;
    yes) ask_for_keys ;;
    *) die 2 '--organisation needs either --key or --trust-on-first-use' ;;
  esac
  while IFS= read -r file; do
    [ -z "$file" ] || pin "$(sed '/^-----/d' "$file" | tr -d '[:space:]')" "$file"
  done <<EOF
$key_files
EOF
}

ask_for_keys() {
  fetch_keys || die 1 "$reason"
  named=$(printf '%s\n' "$listed" | sed -n 's/^organisation //p')
  [ -n "$organisation" ] || given="${given}organisation=$named$newline" organisation=$named
  { [ -n "$named" ] && [ "$organisation" = "$named" ]; } ||
    die 1 "$server/v1/keys.txt is of the organisation '$named', not '$organisation'"
  check_settings
  [ -z "$trouble" ] || die 1 "$trouble"
  while read -r word _ spki _; do
    [ "$word" != key ] || pin "$spki" "$server/v1/keys.txt"
  done <<EOF
$listed
EOF
  [ -n "$pinned" ] || die 1 "$server/v1/keys.txt names no key"
}

pin() {
  identify "$1" || die 2 "there is no single public key in $2"
  pinned=$pinned$key_id' '$1$newline
  echo "trusting key $key_id of $organisation, from $2"
}

install_files() {
  bin=$root/usr/local/bin own=$root/etc/pinward
  set -- "$bin" "$own" "$state_dir" "$settings_dir" ${pinned:+"$keys"}
  made=$(cat "$own/made" 2>/dev/null; for dir do make_dir "$dir"; done)
  put "$own/made" 644 <<EOF || return
$made
EOF
  [ -z "$token_from" ] || put "$own/token" 600 <<EOF || return
$token
EOF
  forget_keys
  while read -r key_id spki; do
    [ -z "$key_id" ] || { identify "$spki" && keep_key "$keys/"; } || return
  done <<EOF
$pinned
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
  forget_keys
  rm -rf "$state_dir"/pins.* "$state_dir"/.pins.* "$state_dir"/.work.* "$reserve"
  made=$(sort -r "$root/etc/pinward/made" 2>/dev/null)
  rm -f "$root/etc/pinward/made"
  echo "$made" | while IFS= read -r dir; do [ -z "$dir" ] || rmdir "$root$dir" 2>/dev/null; done
  return 0
}

# Keys that install pinned, and those that they vouched for; not what an administrator keeps in a folder of his own.
forget_keys() { rm -f "${config%/*}"/keys/????????????????.pem "$state_dir"/pins.????????????????.pem; }

# mkdir -p that prints what it had to make, so that uninstall can take back exactly that.
make_dir() {
  [ -d "$1/" ] || { make_dir "${1%/*}" && mkdir "$1" && printf '%s\n' "${1#"$root"}"; }
}

# --- configuration ----------------------------------------------------------------------------------------------------

configure() {
  server='' token_file='' token_command='' delivery=fragment machine='' cli=${CLAUDE_CODE_VERSION:-} timeout=10
  settings_dir='' state_dir='' organisation='' keys='' trouble=''
  users=$root${XDG_CONFIG_HOME:-${HOME:-}/.config}/pinward/agent.conf
  if [ -z "$config" ] && [ "$(id -u)" -ne 0 ] && [ -f "$users" ]; then config=$users; fi
  config=${config:-$root/etc/pinward/agent.conf}
  case $config in */*) ;; *) config=./$config ;; esac
  if [ -z "$given" ] && [ -r "$config" ]; then
    given=$(sed 's/^[[:space:]]*//; s/[[:space:]]*$//; s/[[:space:]]*=[[:space:]]*/=/; /^#/d' "$config")
  fi
  [ -n "$given" ] || trouble="there is no configuration in $config; write one with: pinward install"
  assign 'server token_file token_command delivery machine cli timeout settings_dir state_dir organisation keys' <<EOF
$given
EOF
  [ -z "$unknown" ] || trouble="unknown key in $config: $unknown"
  server=${server%/} token_file=${token_file:+$root$token_file} keys=${keys:+$root$keys}
  keys=${keys:-${config%/*}/keys}
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
  no_reports=$state_dir/pins.no_reports
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
  case $organisation in *[!A-Za-z0-9._-]*) trouble="organisation has other characters than letters, digits and . _ -" ;; esac
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
  changed='' held='' origin=$server${organisation:+ $organisation} # what the facts about an answer hold for
  if is_whole "$copy"; then hash_of "$copy" && held=${hash:-$(get etag)}; fi
  if ask && put_in_place && note "revision=$revision" "floor=$revision" "etag=$etag" "server=$origin" \
    "checked_at=$(utc)" "next_at=$(($(now) + $(seconds "$pinward_poll_after" 300)))" "signed_by=$signer" \
    "valid_until=$pinward_valid_until" "stale=$pinward_stale" last_error= ${changed:+"applied_at=$(utc)"}; then
    [ -f "$reserve" ] || dd if=/dev/zero of="$reserve" bs=16384 count=1 2>/dev/null
    report applied
    return 0
  fi
  trouble=$reason
  say "$trouble"
  put_in_place
  rm -f "$work".* "$reserve" # makes room to say why, even on a full disk
  [ -n "$held" ] && pause=60 || pause=0
  note "last_error=$(utc) $trouble" "next_at=$(($(now) + $(seconds "$retry_after" "$pause")))"
  warn_of_age
  report failed
  return 1
}

ask() {
  retry_after='' revision='' signer='' cli=$(find_cli) token=''
  token=$(read_token) || fail "could not get a token from ${token_command:-$token_file}" || return
  case $token in *[!A-Za-z0-9._~+/=-]*) fail "the token has characters that no bearer token has" || return ;; esac
  : >"$work.body" && : >"$work.head"
  set -- --output "$work.body" --dump-header "$work.head" --write-out '%{http_code}'
  [ -z "$held" ] || set -- "$@" --header "If-None-Match: \"$held\""
  code=$(call_server "/v1/pins.$format?machine=$machine${cli:+&cli=$cli}" "$timeout" $max_bytes "$@" 2>"$work.error") &&
    curl_code=0 || curl_code=$?
  [ "$(wc -c <"$work.body")" -le $max_bytes ] || fail "the answer is over $max_bytes bytes" || return
  case $curl_code in
    0) read_head ;;
    23) fail "could not write in $state_dir; is the disk full?" || return ;;
    *) fail "$(sed 's/^curl: ([0-9]*) //; q' "$work.error" | grep . || echo "curl failed, $curl_code")" || return ;;
  esac
  floor=0 freshest=''
  if [ "$(get server)" = "$origin" ]; then floor=$(get floor) freshest=$(get valid_until); fi
  is_number "$floor" || floor=0
  case $code in
    200) accept ;;
    304) keep ;;
    3*) revision='' && fail "HTTP $code to $location: redirects are not followed; correct server in $config" ;;
    *) revision='' && fail "HTTP $code$(quote title)$(quote hint)" ;;
  esac
}

read_token() {
  if [ -n "$token_command" ]; then
    bounded sh -c "$token_command" </dev/null
  elif [ -n "$token_file" ]; then
    cat "$token_file"
  fi
}

# Asks for a path with so much patience (seconds), for an answer of so many bytes at most; more arguments are curl's. The
# token reaches curl by its standard input, so that no process list shows it. ulimit stops an endless answer, which a curl
# before 8.4 would write to the last block of the disk.
call_server() (
  trap '' XFSZ
  ulimit -f 2100 2>/dev/null
  secret=${token:+"header = \"Authorization: Bearer $token\""} url=$server$1 patience=$2 most=$3
  shift 3
  curl --disable --config - --silent --show-error --globoff --proto '=http,https' --max-redirs 0 \
    --max-time "$patience" --max-filesize "$most" --user-agent "pinward-agent/$version" "$@" "$url" <<EOF
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
  pinward_organisation='' pinward_signature=''
  names='etag content_type location retry_after pinward_revision pinward_poll_after pinward_valid_until pinward_stale'
  assign "$names pinward_organisation pinward_signature" <<EOF
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
  { verify "$hash" && is_no_older; } || return
  [ "$(readlink "$lock")" = $$ ] || fail "another agent took over" || return
  # The floor goes first: an agent killed between the two must not take something older the next time.
  note "floor=$revision" "server=$origin" "valid_until=$pinward_valid_until" &&
    put "$copy" 644 <"$work.body" && changed=yes
}

# What we hold is still right, and until when.
keep() {
  etag=$held
  [ -n "$held" ] || fail "the server answered 304 to a machine that holds nothing" || return
  verify "$held" || return
  is_number "$revision" || revision=$floor
  is_no_older
}

# Something older is no failure to report of that revision: another instance of the server may lag behind.
is_no_older() {
  [ "$revision" -ge "$floor" ] && return
  offered=$revision revision=''
  fail "the server offers an older revision, $offered after $floor; if that is meant, remove $state"
}

# Puts the good copy back also when somebody altered or deleted the file, and also while the server is away.
put_in_place() {
  if cmp -s "$copy" "$applied" || ! is_whole "$copy"; then return 0; fi
  mkdir -p "${applied%/*}" 2>/dev/null
  put "$applied" 644 <"$copy" && changed=yes
}

# Has a fresh agent log in, away from the pipes that our caller reads to their end, and waits for it so many seconds:
# whichever of the two ends first writes the line that head waits for. (Not every shell lets a signal end a wait, and
# dash keeps a copy of what it redirects without exec.)
refresh_for() {
  {
    exec </dev/null 2>/dev/null
    { sh "$0" --root "$root" --config "$config" --delivery "$delivery" login >/dev/null; echo; } &
    { sleep "$1"; echo; } &
  } | head -n 1 >/dev/null
}

# --- trust ------------------------------------------------------------------------------------------------------------

# With keys pinned, an answer with this hash counts only when it is signed and nothing newer was seen. Its statement is
# made up anew from what we asked for and what the answer claims, so that anything that differs breaks the signature.
verify() {
  [ -n "$organisation" ] || return 0
  has_openssl || fail "there is no openssl on this machine to check the signature of the answer" || return
  read -r scheme signer signature <<EOF
$pinward_signature
EOF
  [ -n "$scheme" ] || fail "the answer is not signed" || return
  { [ "$scheme" = v1 ] && is_key_id "$signer"; } || fail "the answer has a signature of an unknown kind" || return
  [ "$pinward_organisation" = "$organisation" ] ||
    fail "the answer is of the organisation '$pinward_organisation', not $organisation" || return
  is_time "$pinward_valid_until" || fail "the answer has no Pinward-Valid-Until" || return
  find_key "$signer" || learn_key "$signer" || return
  printf '%s\n' pinward-statement-v1 "organisation: $organisation" "format: $format" "revision: $revision" \
    "sha256: $1" "valid-until: $pinward_valid_until" | is_signed "$key" "$signature" ||
    fail "the signature by $signer is not of this answer: something in it is altered, or it answers another question" ||
    return
  ! is_past "$pinward_valid_until" ||
    fail "the answer expired at $pinward_valid_until, and it is $(utc) by this machine's clock" || return
  is_no_replay
}

is_no_replay() {
  is_before "$pinward_valid_until" "$freshest" || return 0
  revision=''
  fail "the answer is a replay: valid until $pinward_valid_until, after one until $freshest; if that is meant, remove $state"
}

# Whether standard input is signed so, in base64, with the key in this file.
is_signed() {
  printf '%s\n' "$2" | openssl base64 -d -A >"$work.signature" 2>/dev/null
  openssl dgst -sha256 -verify "$1" -signature "$work.signature" >/dev/null 2>&1
}

find_key() {
  for key in "$keys/$1.pem" "$state_dir/pins.$1.pem"; do [ ! -s "$key" ] || return 0; done
  return 1
}

# A key that is new to us may have been vouched for by one that we trust, or by one that such a key vouched for.
learn_key() {
  unknown="the answer is signed with the key $1, which is not trusted here"
  may_ask_for "$1" || fail "$unknown; the server is asked about a key once an hour" || return
  fetch_keys || fail "$unknown; $reason" || return
  doubt='there is no voucher for it'
  while adopt_keys "$1"; do
    ! find_key "$1" || return 0
  done
  fail "$unknown: $doubt"
}

# Remembers of each key id until when not to ask again.
may_ask_for() {
  others=''
  for entry in $(get keys_asked); do
    has_come "${entry#*:}" || others="$others $entry"
  done
  case "$others " in *" $1:"*) return 1 ;; esac
  note "keys_asked=$others $1:$(($(now) + 3600))"
}

# Sets `listed` to the server's keys and vouchers, without what could play tricks on a terminal.
fetch_keys() {
  listed=$(token=''; call_server /v1/keys.txt "$timeout" $max_keys --write-out '\nHTTP %{http_code}\n' 2>&1 |
    head -c $max_keys | tr -cd ' -~\n')
  case $listed in *"${newline}HTTP 200") return ;; esac
  fail "could not fetch $server/v1/keys.txt: $(printf '%s\n' "$listed" | tail -n 1 | cut -c 1-200)"
}

# Takes over each key for which a trusted one vouches in `listed`, and fails when there is none. Leaves in `doubt` what is
# wrong with the voucher for $1. More than 16 vouchers are not looked at.
adopt_keys() {
  adopted=''
  while read -r _ id by voucher until proof; do
    { [ "$by" = by ] && is_key_id "$id" && is_key_id "$voucher" && ! find_key "$id"; } || continue
    if is_vouched_for; then
      adopted=yes
    elif [ "$id" = "$1" ]; then
      doubt=$reason
    fi
  done <<EOF
$(printf '%s\n' "$listed" | sed -n '/^voucher /p' | head -n 16)
EOF
  [ -n "$adopted" ]
}

is_vouched_for() {
  find_key "$voucher" || fail "its voucher is by $voucher, which is not trusted either" || return
  { is_time "$until" && ! is_past "$until"; } || fail "its voucher expired at $until" || return
  identify "$(printf '%s\n' "$listed" | sed -n "s/^key $id //p" | head -n 1)" &&
    printf '%s\n' pinward-key-v1 "organisation: $organisation" "key: $id" "sha256: $key_hash" "valid-until: $until" |
    is_signed "$key" "$proof" || fail "its voucher by $voucher is not signed so" || return
  keep_key "$state_dir/pins."
}

# Sets `key_id`, `key_hash` and `pem` of one public key in base64.
identify() {
  pem=$(printf '%s\n' "$1" | openssl base64 -d -A | openssl pkey -pubin -inform DER -pubout 2>/dev/null) &&
    [ "$(printf '%s\n' "$pem" | sed '/^-----/d' | tr -d '\n')" = "$1" ] &&
    key_hash=$(printf '%s\n' "$1" | openssl base64 -d -A | openssl dgst -sha256 -r) || return
  key_hash=${key_hash%% *}
  key_id=$(printf %.16s "$key_hash")
}

keep_key() {
  put "$1$key_id.pem" 644 <<EOF
$pem
EOF
}

has_openssl() { command -v openssl >/dev/null; }

is_key_id() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ ${#1} -eq 16 ]
}

# --- reports ----------------------------------------------------------------------------------------------------------

# Tells the server what came of a revision: once for each outcome, from the background, and whether or not it listens. One
# that knows no reports is left alone for a day.
report() {
  { is_number "$revision" && [ "$(get "reported_$1")" != "$revision" ]; } || return 0
  has_come "$(cat "$no_reports" 2>/dev/null)" && note "reported_$1=$revision" || return 0
  told="\"machine\":\"$machine\",\"revision\":$revision,\"outcome\":\"$1\""
  [ -z "$cli" ] || told="$told,\"cli\":\"$cli\""
  [ "$1" = applied ] ||
    told="$told,\"reason\":\"$(printf %s "$trouble" | tr -cd ' -~' | cut -c 1-300 | sed 's/["\\]/\\&/g')\""
  {
    exec </dev/null >/dev/null 2>&1
    case $(call_server /v1/reports 2 $max_bytes --header 'Content-Type: application/json' --data "{$told}" \
      --output /dev/null --write-out '%{http_code}') in
      404 | 405) echo $(($(now) + max_wait)) >"$no_reports" ;;
    esac
  } &
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
  noted=$(printf '^%s\n' "$@" | sed 's/=.*/=/')
  facts=$(grep -v "$noted" "$state" 2>/dev/null; printf '%s\n' "$@")
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

is_due() { has_come "$(get next_at)"; }

# A clock that went back must not silence the agent.
has_come() {
  is_number "$1" || return 0
  left=$(($1 - $(now)))
  [ $left -le 0 ] || [ $left -gt $max_wait ]
}

is_past() {
  limit=$(($(now) - clock_skew))
  is_before "$1" "$({ date -u -d @$limit $utc_form || date -u -r $limit $utc_form || utc; } 2>/dev/null)"
}

is_before() { [ -n "$1" ] && awk 'BEGIN { exit !(ARGV[1] "" < ARGV[2] "") }' "$1" "$2"; }

is_time() {
  case $1 in [0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z) ;; *) return 1 ;; esac
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
utc() { date -u $utc_form; }
say() { printf 'pinward: %s\n' "$*" >&2; }
fail() { reason=$* && return 1; }
die() {
  code=$1 && shift
  say "$*"
  exit "$code"
}

main "$@"
