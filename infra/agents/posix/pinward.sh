#!/bin/sh
# pinward: the agent that keeps one developer machine on its organisation's Claude Code pins.
#
# It asks a Pinward server for the exact bytes of one file, checks them against their hash, and puts the file in place
# by a rename. It parses no JSON, but for the doctor, who changes nothing. Where keys are pinned, an answer counts only
# with a signature by one of them. Whatever goes wrong, it keeps the last good copy, says why, and lets shells and Claude
# Code start. What it knows lies in the state folder: pins.FORMAT is the last good copy, pins.FORMAT.state the facts about
# it as key=value lines, pins.FORMAT.lock a symbolic link to the pid of the agent at work, pins.KEYID.pem a key that a
# pinned one vouched for.
# It needs a POSIX sh, curl, mktemp, readlink and plain tools; openssl for signatures. For its use run: pinward help
set -u
umask 022
export LC_ALL=C
version=0.1.0
max_bytes=1048576 # Claude Code takes no more from a policyHelper
max_wait=86400    # seconds: no server silences an agent for longer than a day
max_keys=65536    # bytes of keys.txt
longest_stay=280  # seconds: timers start the next one after 290 or 300
clock_skew=300    # seconds by which this machine's clock may be fast before an answer counts as expired
utc_form=+%Y-%m-%dT%H:%M:%SZ
newline='
'

usage() {
  cat <<'EOF'
usage: pinward [--root DIR] [--config FILE] [--delivery WHAT] COMMAND

  login       ask the server now and put its answer in place
  refresh     the same, unless the server asked to be left alone until later
              [--stay] for timers that come each five minutes: while the server wants to be asked sooner than they
              come, stays and asks when it wants
  env         print the pins as shell exports: eval "$(pinward env)"
  helper      answer Claude Code's policyHelper with one JSON object
  status      what is applied, since when, from where, and what went wrong last
  doctor      find what is wrong with this machine, and name the command that mends it; changes nothing
  install     --server URL [--token-file FILE | --token-stdin | --token-command COMMAND] [--machine ID]
              [--organisation ORG --key FILE ... | [--organisation ORG] --trust-on-first-use]
  uninstall   remove what install and login wrote
  help        or --help; --version

  --root DIR        put DIR before every path that the agent or its configuration names
  --config FILE     default: /etc/pinward/agent.conf; a user's own ~/.config/pinward/agent.conf goes first
  --offline         has doctor ask nobody: neither the server nor Google
  --delivery WHAT   fragment (a managed-settings.d file; the default), shell (for env) or helper (for policyHelper)
  --key FILE        take only what is signed with this public key (PEM, or base64 of its DER) or one that it vouches for
  --trust-on-first-use  the same with the keys that the server names while it is installed

The configuration is lines of key = value, read and never run: server, token_file or token_command, delivery,
machine, cli, timeout (seconds), settings_dir, state_dir, organisation (its signature is then needed), keys (a folder).
EOF
}

main() {
  verb='' root='' config='' wanted='' given='' token_from='' install_option='' key_files='' first_use='' offline='' stays=''
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
      --offline) offline=yes ;;
      --stay) stays=yes ;;
      --help | help) usage && exit ;;
      --version) echo "pinward $version" && exit ;;
      -*) die 2 "unknown option $1; see: pinward help" ;;
      *) if [ -z "$verb" ]; then verb=$1; else die 2 "one command at a time, not both $verb and $1"; fi ;;
    esac
    shift
  done
  [ -z "$install_option" ] || [ "$verb" = install ] || die 2 "$install_option belongs to: pinward install"
  [ -z "$offline" ] || [ "$verb" = doctor ] || die 2 '--offline belongs to: pinward doctor'
  [ -z "$stays" ] || [ "$verb" = refresh ] || die 2 '--stay belongs to: pinward refresh'
  case $verb in
    login) configure && login ;;
    refresh) configure && refresh ;;
    env) wanted=shell && configure && print_env ;;
    helper) wanted=helper && configure && print_policy ;;
    status) configure && print_status ;;
    doctor) configure && doctor ;;
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
  leave_at=$(($(now) + longest_stay)) outcome=0 least=1
  while :; do
    if is_due; then
      if update; then
        outcome=0 least=1
      else
        is_applied
        outcome=$? least=20
      fi
      wait # for the report: a service manager ends what its service leaves running
    fi
    { [ -n "$stays" ] && is_moving; } || return $outcome
    if is_due || [ "$left" -lt $least ]; then left=$least; fi
    { [ "$left" -lt $longest_stay ] && [ $(($(now) + left)) -lt $leave_at ]; } || return $outcome
    nap "$left"
    given='' && configure # it may be another one by now, or gone
  done
}

# No login waits for the lock meanwhile. Shells hear a signal while they wait for a child, not while they run one.
nap() {
  clean_up
  napping=''
  trap 'kill $napping 2>/dev/null; exit $outcome' HUP INT TERM
  sleep "$1" >/dev/null 2>&1 &
  napping=$!
  wait $napping
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
  if ask && put_in_place && plan_report applied && set_pace &&
    note "revision=$revision" "floor=$revision" "etag=$etag" "server=$origin" \
    "checked_at=$(utc)" "next_at=$(($(now) + pace))" "moving_until=$(($(now) + moving))" "signed_by=$signer" \
    "valid_until=$pinward_valid_until" "stale=$pinward_stale" last_error= ${changed:+"applied_at=$(utc)"} \
    ${report:+"reported_applied=$revision"}; then
    [ -f "$reserve" ] || dd if=/dev/zero of="$reserve" bs=16384 count=1 2>/dev/null
    send_report
    return 0
  fi
  trouble=$reason
  say "$trouble"
  put_in_place
  rm -f "$work".* "$reserve" # makes room to say why, even on a full disk
  pause=0
  if [ -n "$held" ]; then is_moving && pause=20 || pause=60; fi
  plan_report failed
  note "last_error=$(utc) $trouble" "next_at=$(($(now) + $(seconds "$retry_after" "$pause")))" \
    ${report:+"reported_failed=$revision"} && send_report
  warn_of_age
  return 1
}

# A server that wants to be asked before a timer comes again is moving something. One that was heard so is taken to go on
# for ten minutes when it isn't heard any more.
set_pace() {
  pace=$(seconds "$pinward_poll_after" 300)
  [ "$pace" -lt 300 ] && moving=600 || moving=0
}

ask() {
  retry_after='' revision='' signer='' cli=$(find_cli) token=''
  token=$(read_token) || fail "could not get a token from ${token_command:-$token_file}" || return
  is_token "$token" || fail "the token has characters that no bearer token has" || return
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
  identify "$(printf '%s\n' "$listed" | sed -n "s/^key $id //p" | head -n 1)" && [ "$key_id" = "$id" ] &&
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

# Finds the `report` of what came of a revision: once for each outcome, and none for a day to a server that takes none. It
# is noted before it is sent, since nobody waits to hear whether it was taken.
plan_report() {
  report=''
  { is_number "$revision" && [ "$(get "reported_$1")" != "$revision" ]; } || return 0
  [ ! -f "$no_reports" ] || has_come "$(cat "$no_reports")" || return 0
  report="\"machine\":\"$machine\",\"revision\":$revision,\"outcome\":\"$1\""
  [ -z "$cli" ] || report="$report,\"cli\":\"$cli\""
  [ "$1" = applied ] ||
    report="$report,\"reason\":\"$(printf %s "$trouble" | tr -cd ' -~' | cut -c 1-300 | sed 's/["\\]/\\&/g')\""
}

send_report() {
  [ -n "$report" ] || return 0
  {
    exec </dev/null >/dev/null 2>&1
    case $(call_server /v1/reports 2 $max_bytes --header 'Content-Type: application/json' --data "{$report}" \
      --output /dev/null --write-out '%{http_code}') in
      404 | 405) echo $(($(now) + max_wait)) >"$no_reports" ;;
    esac
  } &
}

# --- doctor -----------------------------------------------------------------------------------------------------------

# Looks at all that decides which models a developer gets here, and asks Vertex itself for one token of each pinned one.
# It changes nothing and makes no file. PINWARD_VERTEX_URL is for tests, and leads nowhere but to this very machine, since
# an access token goes there.
doctor() {
  vertex=${PINWARD_VERTEX_URL:-}
  [ -z "$vertex" ] || { [ "${vertex%:*}" = http://127.0.0.1 ] && is_number "${vertex##*:}"; } ||
    die 2 'PINWARD_VERTEX_URL is http://127.0.0.1:PORT or nothing'
  timeout=5 pins='' models='' advice='' problems=0
  claude_home=$root${CLAUDE_CONFIG_DIR:-${HOME:-}/.claude}
  case $(uname -s) in Darwin) browse=open ;; *) browse=xdg-open ;; esac
  if [ "$(id -u)" -eq 0 ] || [ "$config" = "$users" ]; then agent=pinward; else agent='sudo pinward'; fi
  check_config
  check_pins
  check_age
  check_signatures
  check_rank
  check_shell
  check_user_settings
  check_cli
  check_credentials
  check_models
  [ $problems -gt 0 ] || return 0
  printf '\n%s\n%s' "$problems $([ $problems -eq 1 ] && echo problem || echo problems)" "$advice"
  return 1
}

finding() { printf '%-8s %-12s %s\n' "$1" "$2" "$(printable "$3")"; }
fine() { finding ok "$1" "$2"; }
skip() { finding skipped "$1" "$2"; }

# What is wrong, what it means, and the one command that mends it. The same advice is given once.
problem() {
  finding problem "$1" "$2"
  problems=$((problems + 1))
  told="$(printable "$3")$newline  $(printable "$4")"
  case $advice in *": $told$newline"*) ;; *) advice="$advice$newline$1: $told$newline" ;; esac
}

# One line, without what could play tricks on a terminal.
printable() {
  case $1 in
    *[!\ -~]*) printf %s "$1" | tr '\n' ' ' | tr -s ' ' | tr -cd ' -~' | sed 's/ $//' ;;
    *) printf %s "$1" ;;
  esac
}

# In single quotes, for a shell, where it needs any.
quoted() {
  case $1 in *[!A-Za-z0-9_./:@=~-]*) printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")" ;; *) printf %s "$1" ;; esac
}

edit() {
  if [ -w "$1" ]; then printf '%s %s' "${EDITOR:-vi}" "$(quoted "$1")"; else printf 'sudo vi %s' "$(quoted "$1")"; fi
}

# The command that installs this configuration anew, with more options.
reinstall() {
  printf 'sudo pinward install --server %s --machine %s --delivery %s' "${server:-https://SERVER}" "$machine" "$delivery"
  if [ -n "$token_command" ]; then
    printf ' --token-command %s' "$(quoted "$token_command")"
  else
    printf ' --token-file %s' "$(quoted "${token_file:-FILE}")"
  fi
  [ $# -eq 0 ] || printf ' %s' "$@"
}

check_config() {
  if [ -n "$trouble" ]; then
    problem config "$trouble" 'The agent fetches nothing with this configuration.' "$(reinstall)"
  else
    fine config "$config: $server"
  fi
}

check_pins() {
  if ! is_applied; then
    problem pins 'nothing is applied' \
      "Claude Code runs without pins. Last error: $(get last_error | grep . || echo none)" "$agent login"
  elif ! read_pins; then
    pins='' models=''
    problem pins "could not read $applied" \
      'It is not as Pinward writes it. Since 2.1.259 Claude Code does not start on a managed file that it cannot read.' \
      "$agent login"
  elif ! is_as_fetched; then
    problem pins "altered since it was fetched: $applied" 'What is in force is not what the server said.' "$agent login"
  else
    fine pins "revision $(get revision), as fetched: $applied"
  fi
}

# Sets `pins` to what is applied, as lines such as env.NAME=VALUE, and `models` to lines of family, model and location. The
# region variable of a model has its family in its name, and only those of pinned models are written.
read_pins() {
  case $delivery in
    shell) pins=$(sed -n "s/^export \([A-Z][A-Z0-9_]*\)='\(.*\)'\$/env.\1=\2/p" "$copy") ;;
    *) pins=$(flatten "$applied") && pins=$(printf '%s\n' "$pins" | sed 's/^managedSettings\.//') ;;
  esac || return
  models=$(printf '%s\n' "$pins" | awk -F = '
    /^env\.CLOUD_ML_REGION=/ { location = $2 }
    /^env\.VERTEX_REGION_CLAUDE_/ { regions[$1] = $2 }
    /^env\.ANTHROPIC_DEFAULT_[A-Z]+_MODEL=./ {
      gsub(/^env\.ANTHROPIC_DEFAULT_|_MODEL$/, "", $1); sub(/\[1m\]$/, "", $2)
      families[++count] = $1; models[count] = $2
    }
    END {
      for (i = 1; i <= count; i++) {
        where = location
        for (name in regions) if (index(name, families[i])) where = regions[name]
        print tolower(families[i]), models[i], where
      }
    }')
  [ -n "$models" ]
}

pinned() {
  rest=$newline$pins$newline
  case $rest in *"$newline$1="*) rest=${rest#*"$newline$1="} && printf %s "${rest%%"$newline"*}" ;; esac
}

is_pinned() { case $newline$pins in *"$newline$1="*) ;; *) return 1 ;; esac; }

# Prints a JSON file as lines of path=value, strings as they are written; fails on what is no JSON.
flatten() {
  awk '
    function put(value, path, i) {
      for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") at[i]
      print path "=" value
      want = "next"
    }
    function open(kind) { kinds[++depth] = kind; at[depth] = 0; want = kind == "{" ? "key" : "value"; empty = 1 }
    function ends(kind) {
      if (kind == "}") return kinds[depth] == "{" && (want == "next" || empty && want == "key")
      return kind == "]" && kinds[depth] == "[" && (want == "next" || empty && want == "value")
    }
    function take(token, kind) {
      kind = substr(token, 1, 1)
      if (kind == "\"" && want == "key") { at[depth] = substr(token, 2, length(token) - 2); want = "colon" }
      else if (kind == ":" && want == "colon") want = "value"
      else if (kind == "," && want == "next" && depth) {
        if (kinds[depth] == "[") { at[depth]++; want = "value" } else want = "key"
      } else if (ends(kind)) { depth--; want = "next" }
      else if (want != "value" || index("]}:,", kind)) return 0
      else if (kind == "{" || kind == "[") { open(kind); return 1 }
      else if (kind == "\"") put(substr(token, 2, length(token) - 2))
      else put(token)
      empty = 0
      return 1
    }
    BEGIN { want = "value" }
    {
      sub(/\r$/, "")
      for (rest = $0; ; rest = substr(rest, length(token) + 1)) {
        sub(/^[ \t]+/, "", rest)
        if (rest == "") next
        if (!match(rest, /^("([^"\\]|\\.)*"|[][{}:,]|[-+.0-9A-Za-z]+)/)) break
        token = substr(rest, 1, RLENGTH)
        if (!take(token)) break
      }
      bad = 1
      exit
    }
    END { exit (bad || depth || want != "next") }
  ' "$1" 2>/dev/null
}

check_age() {
  if ! is_applied; then skip age 'nothing is applied' && return; fi
  checked=$(get checked_at) until=$(get valid_until)
  if is_past "$until"; then
    stale="valid until $until, which has passed"
  elif ! is_before "$(utc_at $(($(now) - max_wait)))" "$checked"; then
    stale="no word from the server since ${checked:-it was installed}"
  else
    fine age "last word from the server: $checked" && return
  fi
  problem age "$stale" "The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: $(get last_error | grep . || echo none)" "$agent login"
}

check_signatures() {
  if [ -z "$organisation" ]; then
    if [ -z "$offline$trouble" ] && fetch_keys && ! printf '%s\n' "$listed" | grep -q '^key '; then
      skip signatures "$server names no keys to check them by" && return
    fi
    problem signatures 'not checked: no keys pinned' \
      'Whoever manages to answer in place of the server sets the pins of this machine.' "$(reinstall --trust-on-first-use)"
  elif ! has_openssl; then
    problem signatures 'there is no openssl on this machine' 'Without it nothing signed is taken, so pins grow stale.' \
      "$(if command -v apt-get >/dev/null; then echo sudo apt-get install openssl; else echo sudo dnf install openssl; fi)"
  elif [ -z "$(trusted_keys)" ]; then
    problem signatures "no key of $organisation is in $keys" 'No answer can be checked, so none is taken.' \
      "$(reinstall --organisation "$organisation" --trust-on-first-use)"
  elif [ -z "$(get signed_by)" ]; then
    problem signatures 'what is applied came before the keys' 'Nobody has checked who made it.' "$agent login"
  else
    fine signatures "of $organisation, by $(get signed_by)"
  fi
}

# Server-managed settings come before a profile or HKLM, those before files; of files the last in the alphabet wins, and
# a policyHelper replaces them all.
check_rank() {
  before=$problems later=''
  if [ -s "$claude_home/remote-settings.json" ] && flatten "$claude_home/remote-settings.json" | grep -q .; then
    problem rank "server-managed settings: $claude_home/remote-settings.json" \
      'They outrank every file and profile on this machine: of those only env still counts, and no policyHelper.' \
      'claude auth logout'
  fi
  for file in "$root/Library/Managed Preferences/com.anthropic.claudecode.plist" \
    "$root/Library/Managed Preferences/${USER:-$(id -un)}/com.anthropic.claudecode.plist"; do
    { [ "$browse" = open ] && [ -f "$file" ]; } || continue
    { [ "$delivery" = helper ] && grep -qa pinward-helper "$file"; } || grep -qa managedSourcesBehavior "$file" ||
      problem rank "a profile: $file" \
        'It outranks files, of which only env still counts. Whoever runs the MDM can put managedSourcesBehavior there.' \
        'sudo profiles show -type configuration'
  done
  for file in "${settings_dir%.d}.json" "$settings_dir"/*.json; do
    if [ "$file" = "$fragment" ]; then later=yes; elif [ -f "$file" ]; then check_rival; fi
  done
  [ $problems -gt "$before" ] || fine rank 'no other managed source outranks the pins'
}

check_rival() {
  if ! facts=$(flatten "$file"); then
    problem rank "could not read $file" 'Since 2.1.259 Claude Code does not start on a managed file that it cannot read.' \
      "$(edit "$file")"
    return
  fi
  helper=$(printf '%s\n' "$facts" | sed -n 's/^policyHelper\.path=//p')
  if [ -n "$helper" ] && [ "$helper" != /usr/local/bin/pinward-helper ] && [ "$delivery$later" != helper ]; then
    problem rank "$file names another policyHelper: $helper" 'What it prints replaces every other managed source.' \
      "$(edit "$file")"
  fi
  [ "$delivery" != helper ] && [ -n "$pins" ] && [ "$delivery$later" != fragment ] || return 0
  weigh_all
  [ -z "$clashes" ] ||
    problem rank "$file: ${clashes#, }" 'This file is read after the pins and replaces them.' "$(edit "$file")"
}

# Finds `clashes` between the lines of `facts` and the pins, their names in `clashing`, and whether any of them `beats` the
# pins in Claude Code.
weigh_all() {
  clashes='' clashing='' beats=''
  while IFS= read -r fact; do
    [ -z "$fact" ] || weigh "${fact%%=*}" "${fact#*=}"
  done <<EOF
$(printf '%s\n' "$facts" | grep -e '^model=' -e '^env\.ANTHROPIC_[A-Z_]*=' -e '^env\.CLAUDE_CODE_[A-Z_]*=' \
  -e '^env\.CLOUD_ML_REGION=' -e '^env\.VERTEX_REGION_[A-Z0-9_]*=')
EOF
}

weigh() {
  if is_pinned "$1"; then
    [ "$2" != "$(pinned "$1")" ] || return 0
    [ "$delivery" != shell ] || beats=yes
  else
    case $1 in
      model | env.ANTHROPIC_MODEL | env.ANTHROPIC_DEFAULT_MODEL | env.CLAUDE_CODE_SUBAGENT_MODEL)
        ! is_pinned_model "$2" || return 0 ;;
      env.ANTHROPIC_VERTEX_BASE_URL | env.CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST | env.CLAUDE_CODE_USE_*)
        case $2 in '' | 0 | false | no | off) return ;; esac ;;
      *) return 0 ;;
    esac
    beats=yes
  fi
  clashes="$clashes, ${1#env.}=$2" clashing="$clashing ${1#env.}"
}

is_pinned_model() {
  case $1 in '' | default | best | inherit | opusplan | "opusplan[1m]") return ;; esac
  case "$newline$models$newline" in *"$newline${1%"[1m]"} "* | *" ${1%"[1m]"} "*) ;; *) return 1 ;; esac
}

explain_clash() {
  if [ -n "$beats" ]; then
    echo "This beats the pins.${1:+ $1}"
  else
    echo "Claude Code follows the pins all the same, but other programs and Claude Code before 2.0.47 do not.${1:+ $1}"
  fi
}

check_shell() {
  if [ -z "$pins" ]; then skip shell 'there are no pins to compare with' && return; fi
  facts='' missing=''
  for key in $(printf '%s\n' "$pins" | sed -n 's/^\(env\.[A-Z][A-Z0-9_]*\)=.*/\1/p') env.ANTHROPIC_MODEL \
    env.ANTHROPIC_DEFAULT_MODEL env.CLAUDE_CODE_SUBAGENT_MODEL env.ANTHROPIC_VERTEX_BASE_URL \
    env.CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST env.CLAUDE_CODE_USE_BEDROCK env.CLAUDE_CODE_USE_FOUNDRY \
    env.CLAUDE_CODE_USE_MANTLE env.CLAUDE_CODE_USE_ANTHROPIC_AWS env.CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD; do
    name=${key#env.}
    value='' is_set=''
    eval "value=\${$name-} is_set=\${$name+yes}"
    if [ -n "$is_set" ]; then
      facts="$facts$key=$(printable "$value")$newline"
    elif is_pinned "$key" && [ -n "$(pinned "$key")" ]; then
      missing="$missing $name"
    fi
  done
  [ "$delivery" = shell ] || missing=''
  facts=$(printf %s "$facts" | sort -u)
  weigh_all
  if [ -z "$clashes$missing" ]; then fine shell 'no variable of this shell fights a pin' && return; fi
  mend=${clashing:+"unset$clashing"}
  [ "$delivery" != shell ] || mend="${mend:+$mend; }eval \"\$(pinward env)\""
  [ -z "$missing" ] || missing=", not set:$missing" beats=yes
  clashes=$clashes$missing
  problem shell "${clashes#, }" "$(explain_clash "$(find_profiles)")" "$mend"
}

find_profiles() {
  profiles=''
  for file in .profile .bash_profile .bashrc .zshenv .zprofile .zshrc .config/fish/config.fish; do
    for name in $clashing; do
      ! grep -q "$name" "$root${HOME:-}/$file" 2>/dev/null || { profiles="$profiles ~/$file" && break; }
    done
  done
  echo "${profiles:+"New shells get it from$profiles."}"
}

check_user_settings() {
  if [ -z "$pins" ]; then skip settings 'there are no pins to compare with' && return; fi
  before=$problems unread='' previous=''
  for file in "$claude_home/settings.json" "$root$(pwd)/.claude/settings.json" "$root$(pwd)/.claude/settings.local.json"; do
    { [ -f "$file" ] && [ "$file" != "$previous" ]; } || continue
    previous=$file
    if ! facts=$(flatten "$file"); then unread="$unread, could not read $file" && continue; fi
    weigh_all
    [ -z "$clashes" ] ||
      problem settings "$file: ${clashes#, }" "$(explain_clash 'Remove it from that file.')" "$(edit "$file")"
  done
  if [ -n "$unread" ]; then
    skip settings "${unread#, }"
  elif [ $problems -eq "$before" ]; then
    fine settings "no setting of this user or project fights a pin"
  fi
}

# The server knows what each model needs: it serves an older CLI something else, and says so in its reasons.
check_cli() {
  cli=$(find_cli)
  if [ -z "$cli" ]; then skip cli 'there is no Claude Code on the PATH' && return; fi
  case $delivery in fragment) least=2.1.83 ;; helper) least=2.1.136 ;; *) least=0.0.0 ;; esac
  for needed in "$least" "$(pinned requiredMinimumVersion)"; do
    is_older "$cli" "$needed" || continue
    problem cli "$cli, and the pins need $needed" \
      'This Claude Code is too old for the way its pins are delivered, or for the policy.' 'claude update'
    return
  done
  if [ -n "$offline" ]; then skip cli "$cli; not asked what the pins need (--offline)" && return; fi
  if ! ask_about_cli; then skip cli "$cli; could not ask $server what the pins need: $reason" && return; fi
  if [ -n "$old" ]; then
    problem cli "$cli is older than a pin needs" "$old" 'claude update'
  else
    fine cli "$cli runs every pin"
  fi
}

is_older() {
  [ -n "$2" ] && [ "$1" != "$2" ] &&
    [ "$(printf '%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}

# Sets `old` to why this CLI does not get a pin as it stands.
ask_about_cli() {
  [ -z "$trouble" ] || fail "$trouble" || return
  heard=$(
    token=$(read_token 2>/dev/null) || { echo 'this user may not read its token' && exit 1; }
    is_token "$token" || { echo 'the token has characters that no bearer token has' && exit 1; }
    call_server "/v1/pins.json?machine=$machine&cli=$cli" "$timeout" $max_bytes --write-out '\nHTTP %{http_code}\n' 2>&1
  )
  case $heard in
    *"${newline}HTTP 200") ;;
    *) fail "$(printf '%s\n' "$heard" | sed 's/^curl: ([0-9]*) //; /^HTTP 000$/d' | tail -n 1 | cut -c 1-200)" || return ;;
  esac
  facts=$(printf '%s\n' "$heard" | sed '$d' | flatten -) || fail 'could not read the answer' || return
  number=$(printf '%s\n' "$facts" |
    sed -n -e 's/^reasons\.\([0-9]*\)\.code=cli_gated$/\1/p' -e 's/^reasons\.\([0-9]*\)\.code=cli_too_old$/\1/p' | head -n 1)
  old=${number:+$(printf '%s\n' "$facts" | sed -n "s/^reasons\.$number\.text=//p")}
}

# Finds the `access` token by which Claude Code calls Vertex.
check_credentials() {
  access=''
  adc=${CLOUDSDK_CONFIG:-${HOME:-}/.config/gcloud}/application_default_credentials.json
  adc=$root${GOOGLE_APPLICATION_CREDENTIALS:-$adc}
  login='gcloud auth application-default login'
  if [ -n "${GOOGLE_APPLICATION_CREDENTIALS:-}" ] && [ ! -r "$adc" ]; then
    problem credentials "could not read $adc" 'GOOGLE_APPLICATION_CREDENTIALS names it, so no other credentials are tried.' \
      'unset GOOGLE_APPLICATION_CREDENTIALS'
  elif [ -n "$offline" ] && [ -r "$adc" ]; then
    skip credentials "--offline: whether Google takes $adc was not asked"
  elif [ -n "$offline" ] || ! command -v gcloud >/dev/null; then
    if [ -r "$adc" ]; then skip credentials "there is no gcloud here to try $adc with" && return; fi
    problem credentials 'no application default credentials' \
      "Claude Code signs its calls with them, and there is no $adc." "$login"
  else
    ask_gcloud
  fi
}

# gcloud may take some seconds only to start.
ask_gcloud() {
  timeout=10
  heard=$(
    export CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1 CLOUDSDK_SURVEY_DISABLE_PROMPTS=1
    export CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=1
    bounded gcloud auth application-default print-access-token </dev/null 2>&1
  ) && status=0 || status=$?
  timeout=5
  if [ "$status" -eq 0 ]; then
    access=$(printf '%s\n' "$heard" | grep -x '[A-Za-z0-9._~+/=-]\{20,\}' | tail -n 1)
    if [ -n "$access" ]; then fine credentials 'Google took the application default credentials' && return; fi
    skip credentials 'could not read what gcloud printed' && return
  fi
  case $status:$heard in
    124:* | 137:* | 143:*) skip credentials "gcloud did not answer within 10 seconds" ;;
    *'were not found'* | *'not automatically determine'*)
      problem credentials 'no application default credentials' \
        'Claude Code signs its calls with them, and there are none.' "$login" ;;
    *'Failed to resolve'* | *'Max retries'* | *'Unable to find the server'* | *'Failed to establish'*)
      problem credentials 'gcloud could not reach Google' 'The network or the proxy is not what gcloud needs.' \
        'gcloud info --run-diagnostics' ;;
    *) problem credentials 'the application default credentials are expired or refused' \
      "Claude Code can sign no calls. $(printf '%s\n' "$heard" | sed -n 's/^ERROR: //p' | head -n 1 | cut -c 1-200)" "$login" ;;
  esac
}

check_models() {
  project=$(pinned env.ANTHROPIC_VERTEX_PROJECT_ID)
  quota=${GOOGLE_CLOUD_QUOTA_PROJECT:-$(flatten "$adc" | sed -n 's/^quota_project_id=//p')}
  while read -r family model location; do
    [ -n "$family" ] || continue
    at="$model in $location"
    case ${project:-?}${location:-?}$quota$model in
      *[!a-z0-9@:.-]*) skip "$family" "could not read the pin: $at, project $project $quota" && continue ;;
    esac
    if [ -n "$offline" ]; then
      skip "$family" "--offline: $at was not asked"
    elif [ -z "$access" ]; then
      skip "$family" "$at was not asked: there is no access token"
    else
      ask_vertex && judge
    fi
  done <<EOF
$models
EOF
}

# Finds the `code` and `body` of Vertex's answer.
ask_vertex() {
  case $location in
    global) host=aiplatform.googleapis.com ;;
    us | eu) host=aiplatform.$location.rep.googleapis.com ;;
    *) host=$location-aiplatform.googleapis.com ;;
  esac
  set -- --header 'Content-Type: application/json' --write-out '\nHTTP %{http_code}\n' ${vertex:+--noproxy '*'}
  [ -z "$quota" ] || set -- "$@" --header "x-goog-user-project: $quota"
  heard=$(
    token=$access server=${vertex:-https://$host}
    call_server "/v1/projects/$project/locations/$location/publishers/anthropic/models/$model:rawPredict" "$timeout" $max_bytes \
      --data '{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}' "$@" 2>&1
  ) && curl_code=0 || curl_code=$?
  code=$(printf '%s\n' "$heard" | sed -n 's/^HTTP \([0-9]*\)$/\1/p' | tail -n 1)
  body=$(printf '%s\n' "$heard" | sed '/^HTTP [0-9]*$/d' | tr '\n' ' ' | tr -cd ' -~' | cut -c 1-5000)
  case $curl_code in
    0) return ;;
    28) skip "$family" "$at: $host did not answer within $timeout seconds" ;;
    *) problem "$family" "$at: could not reach $host" "The network or the proxy keeps it away: ${body#*curl: (*) }" \
      "curl --head https://$host/" ;;
  esac
  return 1
}

says() { printf '%s\n' "$body" | grep -qi "$1"; }

# The texts and codes of vertex-verdict.ts; a text counts before its code, since codes alone do not tell.
judge() {
  console=https://console.cloud.google.com
  garden="$browse '$console/vertex-ai/publishers/anthropic/model-garden/${model%@*}?project=$project'"
  case $code in
    200) ! says '"type" *: *"message"' || { fine "$family" "$at answers" && return; } ;;
    400) ! says '"invalid_request_error"' || { fine "$family" "$at answers" && return; } ;;
    404) ! says '<html' || { skip "$family" "could not read the answer of $host: it is a web page" && return; } ;;
  esac
  if says 'is not allowed to use Publisher Model'; then
    problem "$family" "$at: project $project has not enabled it" 'Somebody has to accept its terms in Model Garden.' "$garden"
  elif says 'is not servable in region'; then
    problem "$family" "$at: not served there" \
      'Whoever runs Pinward has to pin another location or model (/v1/availability tells which); then fetch it.' "$agent login"
  elif says 'constraints/vertexai.allowedModels'; then
    problem "$family" "$at: forbidden by an organisation policy" 'An administrator has to allow the model there.' \
      "gcloud org-policies describe vertexai.allowedModels --effective --project $project"
  elif says 'data sharing' || says data_sharing_enabled_provider; then
    problem "$family" "$at: needs data sharing" 'Somebody has to agree to it for this model, or the pin has to move.' "$garden"
  else
    judge_code
  fi
}

judge_code() {
  case $code in
    401) problem "$family" "$at: the credentials are refused" 'Google does not take the access token.' "$login" ;;
    404) problem "$family" "$at: 404, not found" \
      "Project $project has not enabled it, or it is not served there: enable it, or have the pin moved." "$garden" ;;
    429) judge_quota ;;
    403) judge_denial ;;
    *) skip "$family" "$at: no verdict, HTTP $code: $(printf %s "$body" | cut -c 1-200)" ;;
  esac
}

judge_quota() {
  if says 'quota exceeded.*per_base_model'; then
    problem "$family" "$at: 429, the quota is 0 or used up" "Project $project needs more of it for $location." \
      "$browse '$console/iam-admin/quotas?project=$project'"
  else
    skip "$family" "$at: 429, Vertex is busy; try again later"
  fi
}

judge_denial() {
  who=$(flatten "$adc" | sed -n 's/^client_email=/serviceAccount:/p')
  if says 'requires a quota project' || { says SERVICE_DISABLED && [ -n "$quota" ] && [ "$quota" != "$project" ]; }; then
    problem "$family" "$at: calls are charged to another project, ${quota:-of gcloud}" 'That one has no Vertex AI API.' \
      "gcloud auth application-default set-quota-project $project"
  elif says BILLING_DISABLED || says 'billing to be enabled'; then
    problem "$family" "$at: project $project has no billing" 'Vertex AI answers only where somebody pays.' \
      "gcloud billing projects link $project --billing-account ACCOUNT"
  elif says SERVICE_DISABLED || says 'has not been used in project'; then
    problem "$family" "$at: the Vertex AI API is disabled" "Project $project has to have it." \
      "gcloud services enable aiplatform.googleapis.com --project $project"
  else
    problem "$family" "$at: no permission aiplatform.endpoints.predict" "Somebody who may has to grant it on project $project." \
      "gcloud projects add-iam-policy-binding $project --member ${who:-user:YOUR@ADDRESS} --role roles/aiplatform.user"
  fi
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

is_moving() { ! has_come "$(get moving_until)"; }

# A clock that went back must not silence the agent. Of what has not come, `left` is the seconds until then.
has_come() {
  is_number "$1" || return 0
  left=$(($1 - $(now)))
  [ $left -le 0 ] || [ $left -gt $max_wait ]
}

# By this machine's clock, less what it may be fast.
is_past() {
  is_before "$1" "$(utc)" || return
  limit=$(($(now) - clock_skew))
  is_before "$1" "$(utc_at $limit)"
}

# Of two times; what is no time is before nothing.
is_before() {
  { is_time "$1" && is_time "$2"; } || return
  digits "$1" && earlier=$number
  digits "$2" && [ "$earlier" -lt "$number" ]
}

digits() {
  number=$1
  while :; do
    case $number in *[!0-9]*) number=${number%%[!0-9]*}${number#*[!0-9]} ;; *) return ;; esac
  done
}

is_time() {
  case $1 in [0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z) ;; *) return 1 ;; esac
}

is_token() {
  case $1 in *[!A-Za-z0-9._~+/=-]*) return 1 ;; esac
}

is_number() {
  case $1 in '' | *[!0-9]* | 0?* | ??????????????*) return 1 ;; esac
}

# The first if it is a number, else the second; at most a day.
seconds() {
  if ! is_number "$1"; then echo "$2"; elif [ "$1" -gt $max_wait ]; then echo $max_wait; else echo "$1"; fi
}

# macOS has no timeout, but perl.
bounded() {
  if command -v timeout >/dev/null; then
    timeout "$timeout" "$@"
  elif command -v perl >/dev/null; then
    # shellcheck disable=SC2016 # perl expands these, not we
    perl -e '$for = shift; if (!($pid = fork)) { setpgrp; exec @ARGV or exit 127 }
      $SIG{ALRM} = sub { kill -15, $pid; exit 124 }; alarm $for; waitpid $pid, 0; exit($? & 127 ? 143 : $? >> 8)' "$timeout" "$@"
  else
    "$@"
  fi
}

now() { date +%s; }
utc() { date -u $utc_form; }
utc_at() { { date -u -d "@$1" $utc_form || date -u -r "$1" $utc_form || utc; } 2>/dev/null; }
say() { printf 'pinward: %s\n' "$*" >&2; }
fail() { reason=$* && return 1; }
die() {
  code=$1 && shift
  say "$*"
  exit "$code"
}

main "$@"
