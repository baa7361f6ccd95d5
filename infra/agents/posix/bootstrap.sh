#!/bin/sh
# Installs the agent of a Pinward service, which hands this script out with its address and keys filled in. Nothing in it is secret.
#
#   curl -fsS @server@/install.sh | sudo sh -s -- --token-stdin
#
# Downloads the agent from the same service, and runs it if its SHA-256 is the one below. For all options: --help
#
# The shell runs nothing before it has read the last brace, so a download that was cut off does nothing.
{
set -eu
umask 022
server='@server@'
agent_version='@version@'
agent_sha256='@sha256@'
organisation='@organisation@'
# Each public key that signs the answers: its id, and its DER in base64.
public_keys='@keys@'

main() {
  secure_search_path
  read_options "$@"
  check_sha256
  if [ -n "$asks_token" ]; then read_token; fi
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  trap 'exit 130' HUP INT TERM
  download_agent
  if [ -z "$keeps_configuration" ]; then
    if [ -z "$names_keys" ]; then add_keys; fi
    options="--server $server $options"
  fi
  eval "set -- $options"
  code=0
  if [ -z "$asks_token" ]; then sh "$agent" "$@" </dev/null || code=$?; else
    # By standard input, so no list of processes shows the token.
    sh "$agent" "$@" --token-stdin <<END || code=$?
$token
END
  fi
  exit "$code"
}

# Root runs nothing from a folder of the caller: see parts/26-root.sh.
secure_search_path() {
  callers_path=$PATH PATH=/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin
  if [ "$(id -u)" -eq 0 ]; then unset TMPDIR; else PATH=$callers_path; fi
}

# Where the configuration stays, proxies and certificates are for the download alone.
# out: options: the words for the agent, quoted; expected_sha256, asks_token, keeps_configuration, names_keys; proxy,
#      unproxied, ca_file of the download
read_options() {
  options='' expected_sha256=$agent_sha256 asks_token='' keeps_configuration='' names_keys='' proxy='' unproxied='' ca_file=''
  network=''
  while [ $# -gt 0 ]; do
    case $1 in
      --sha256 | --proxy | --no-proxy | --ca-file) [ $# -ge 2 ] || refuse "$1 needs a value" ;;
    esac
    case $1 in
      --help | -h) print_help && exit ;;
      --sha256) expected_sha256=$(printf %s "$2" | tr A-F a-f) && shift 2 && continue ;;
      --token-stdin) asks_token=yes && shift && continue ;;
      --proxy | --no-proxy | --ca-file)
        case $1 in --proxy) proxy=$2 ;; --no-proxy) unproxied=$2 ;; *) ca_file=$2 ;; esac
        network="$network $1 $(quote "$2")" && shift 2 && continue ;;
      --remove | --update) keeps_configuration=yes ;;
      --organisation | --key | --trust-on-first-use) names_keys=yes ;;
    esac
    options="$options $(quote "$1")"
    shift
  done
  [ -n "$keeps_configuration" ] || options="$options$network"
}

# A service that was taken over hands out a script that does not check: see SECURITY.md.
check_sha256() {
  [ "$expected_sha256" = "$agent_sha256" ] ||
    refuse "the agent of this service has the SHA-256 $agent_sha256, not $expected_sha256; nothing was installed"
}

# Standard input has the token, unless it has this script, or is a terminal: then a person types the token.
# out: token
read_token() {
  case $- in
    *s*) ask_for_token ;;
    *) if [ -t 0 ]; then ask_for_token; else token=$(cat); fi ;;
  esac
  [ -n "$token" ] || refuse 'the token is empty; nothing was installed'
}

ask_for_token() {
  (exec </dev/tty) 2>/dev/null ||
    refuse 'there is no terminal to ask for the token, and standard input is taken: give --token-file FILE'
  terminal=$(stty -g </dev/tty)
  trap 'stty "$terminal" </dev/tty' EXIT
  trap 'exit 130' HUP INT TERM
  stty -echo </dev/tty
  printf 'Token for this machine (not shown): ' >/dev/tty
  IFS= read -r token </dev/tty || token=''
  stty "$terminal" </dev/tty
  trap - EXIT
  echo >/dev/tty
}

# The options alone decide about proxies and certificates, as the agent's configuration does.
# in:  folder
# out: agent: the file
download_agent() {
  agent=$folder/pinward-agent.sh
  env -i PATH="$PATH" curl --disable --config - --silent --show-error --fail --globoff --proto '=http,https' \
    --max-redirs 0 --max-time 120 --max-filesize 4194304 --output "$agent" "$server/agents/$agent_sha256.sh" <<END ||
${proxy:+"proxy = \"$proxy\""}
${unproxied:+"noproxy = \"$unproxied\""}
${ca_file:+"cacert = \"$ca_file\""}
END
    refuse "could not download the agent from $server; nothing was installed"
  found_sha256=$(print_sha256 "$agent")
  [ "$found_sha256" = "$agent_sha256" ] ||
    refuse "the download has the SHA-256 $found_sha256, not $agent_sha256; nothing was installed"
}

# in: FILE
print_sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# in:  organisation, public_keys, folder
# out: options, with the keys to pin
add_keys() {
  [ -n "$organisation" ] || return 0
  options="--organisation $organisation $options"
  while read -r id base64; do
    printf '%s\n' "$base64" >"$folder/$id.key"
    options="--key $folder/$id.key $options"
  done <<END
$public_keys
END
}

# Prints the word as the shell reads it back.
# in: WORD
quote() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

refuse() {
  echo "pinward: $*" >&2
  exit 2
}

print_help() {
  cat <<END
Installs agent $agent_version of $server, which polls it every few minutes. As root:

  curl -fsS $server/install.sh | sudo sh -s -- OPTIONS

  --token-stdin      ask for the token of this machine at the terminal; in a file of this script: read it from standard input
  --token-file FILE  read it from this file
  --sha256 HASH      install only an agent with this SHA-256; compare with the release or Terraform's output
  --update           replace the agent alone; configuration, token and keys stay
  --remove           remove everything that was installed
  --root DIR         fill this folder, such as a disk image, and start nothing

and the options of pinward install, such as --delivery, --machine, --proxy and --ca-file. --organisation with --key, or
--trust-on-first-use, replace the keys of this script.
END
}

main "$@"
}
