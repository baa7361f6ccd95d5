#!/bin/sh
# pinward: the agent that keeps one developer machine on its organisation's Claude Code pins.
#
# It asks a Pinward server for the exact bytes of one file, checks them against their hash, and puts the file in place
# by a rename. It parses no JSON. Whatever goes wrong it keeps the last good copy, says why, and lets shells and Claude
# Code start. Everything it knows lies in the state folder: pins.FORMAT is the last good copy, pins.FORMAT.state the
# facts about it as key=value lines, pins.FORMAT.lock a symbolic link to the pid of the agent at work.
# Needs POSIX sh, curl, mktemp and readlink. Run `pinward help` for its use.
set -u
umask 022
export LC_ALL=C
version=0.1.0
self=$0
max_bytes=1048576 # what Claude Code takes from a policyHelper; no pins file comes near
max_wait=86400    # seconds; no server may silence an agent for longer than a day

usage() {
  cat <<'EOF'
usage: pinward [--root DIR] [--config FILE] [--delivery WHAT] COMMAND

  login       ask the server now and put its answer in place
  refresh     the same, unless the server asked to be left alone until later: for timers
  env         print the pins as shell exports: eval "$(pinward env)"
  helper      answer Claude Code's policyHelper with one JSON object
  status      what is applied, since when, from where, and what went wrong last
  install     --server URL [--token-file FILE | --token-stdin | --token-command COMMAND] [--machine ID]
  uninstall   remove everything that install and login wrote on this machine
  help, --help, --version

  --root DIR        put DIR before every path that the agent or its configuration names
  --config FILE     default: /etc/pinward/agent.conf; users may have ~/.config/pinward/agent.conf
  --delivery WHAT   fragment (a managed-settings.d file; the default), shell (for env) or helper (for policyHelper)

The configuration has lines of key = value: server, token_file or token_command, delivery, machine, cli, timeout
(seconds), settings_dir, state_dir. It is read, never run.
EOF
}

main() {
  verb='' root='' config='' delivery_wanted='' settings='' token_source='' installing=''
  while [ $# -gt 0 ]; do
    case $1 in
      --root | --config | --delivery | --server | --machine | --token-command | --token-file)
        [ $# -ge 2 ] || die 2 "$1 needs a value" ;;
    esac
    case $1 in
      --root) root=${2%/} && shift ;;
      --config) config=$2 && shift ;;
      --delivery) delivery_wanted=$2 && shift ;;
      --server) installing=$1 settings="${settings}server=$2$newline" && shift ;;
      --machine) installing=$1 settings="${settings}machine=$2$newline" && shift ;;
      --token-command) installing=$1 settings="${settings}token_command=$2$newline" && shift ;;
      --token-file) installing=$1 token_source=$2 && shift ;;
      --token-stdin) installing=$1 token_source=- ;;
      --help | help) usage && exit ;;
      --version) echo "pinward $version" && exit ;;
      -*) die 2 "unknown option $1; see: pinward help" ;;
      *) [ -z "$verb" ] && verb=$1 || die 2 "one command at a time, not both $verb and $1" ;;
    esac
    shift
  done
  [ -z "$installing" ] || [ "$verb" = install ] || die 2 "$installing belongs to: pinward install"
  case $verb in
    login) configure fragment && check_config && login ;;
    refresh) configure fragment && check_config && if is_due; then update; fi ;;
    env) delivery_wanted=shell && configure && check_config && print_env ;;
    helper) delivery_wanted=helper && configure && check_config && print_policy ;;
    status) configure && print_status ;;
    install) install_agent ;;
    uninstall) configure && uninstall_agent ;;
    '') usage >&2 && exit 2 ;;
    *) die 2 "unknown command $verb; see: pinward help" ;;
  esac
}
newline='
'
