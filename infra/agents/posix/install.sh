#!/bin/sh
# Installs or removes, as root, the agent and what starts it: a systemd timer on Linux, a launch daemon on macOS. Needs
# the folders beside its own. `--bundle` makes one script of all the files, for an MDM that runs one script per machine.
#
#   sh install.sh [--root DIR] OPTIONS     where OPTIONS are those of: pinward install
#   sh install.sh [--root DIR] --update
#   sh install.sh [--root DIR] --remove
#   sh install.sh --bundle [OPTIONS]       prints the script; without OPTIONS, one that takes them itself
#
# With --root DIR the script fills that folder, such as a disk image, and starts nothing.
set -eu
umask 022
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
here=$(cd "$here/.." && pwd)
agent_files='posix/install.sh posix/parts/26-root.sh posix/pinward.sh systemd/system/pinward.service systemd/system/pinward.timer launchd/pinward.daemon.plist'

# shellcheck source=SCRIPTDIR/parts/26-root.sh
. "$here/posix/parts/26-root.sh"

main() {
  for word do case $word in -h | --help) print_help && return ;; esac done
  secure_search_path
  if [ "${1:-}" = --bundle ]; then shift && print_bundle "$@" && return; fi
  root='' action=install previous=''
  for word do
    [ "$previous" != --root ] || root=${word%/}
    [ "$word" != --remove ] || action=remove
    previous=$word
  done
  case $(uname -s) in Darwin) system=macos ;; *) system=linux ;; esac
  "$action" "$@"
}

# An installed agent that can't reach its server yet gets its timer, too: the timer polls again.
install() {
  code=0
  sh "$here/posix/pinward.sh" install "$@" || code=$?
  [ -x "$root/usr/local/bin/pinward" ] || exit "$code"
  "start_on_$system"
  exit "$code"
}

remove() {
  "stop_on_$system"
  if [ -n "$root" ]; then sh "$here/posix/pinward.sh" --root "$root" uninstall; else sh "$here/posix/pinward.sh" uninstall; fi
}

start_on_linux() {
  units=$root/etc/systemd/system
  if ! command -v systemctl >/dev/null; then
    echo 'There is no systemd here. Use cron: */5 * * * * root PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/local/bin/pinward refresh --stay'
    return
  fi
  mkdir -p "$units"
  for unit in service timer; do copy_file "$here/systemd/system/pinward.$unit" "$units/pinward.$unit"; done
  if [ -n "$root" ]; then systemctl --root "$root" enable pinward.timer; else
    systemctl daemon-reload
    systemctl enable --now pinward.timer
  fi
}

stop_on_linux() {
  command -v systemctl >/dev/null || return 0
  if [ -n "$root" ]; then systemctl --root "$root" disable pinward.timer || :; else
    systemctl disable --now pinward.timer || :
    systemctl stop pinward.service 2>/dev/null || : # a refresh may run for minutes
  fi
  units=$root/etc/systemd/system
  rm -f "$units/pinward.service" "$units/pinward.timer"
  if [ -n "$root" ]; then remove_empty "$units/timers.target.wants" "$units" "${units%/*}"; else systemctl daemon-reload; fi
}

start_on_macos() {
  daemon=$root/Library/LaunchDaemons/pinward.daemon.plist
  mkdir -p "${daemon%/*}"
  copy_file "$here/launchd/pinward.daemon.plist" "$daemon"
  [ -z "$root" ] || return 0
  launchctl bootout system/pinward.daemon 2>/dev/null || :
  launchctl bootstrap system "$daemon"
}

stop_on_macos() {
  [ -n "$root" ] || launchctl bootout system/pinward.daemon 2>/dev/null || :
  rm -f "$root/Library/LaunchDaemons/pinward.daemon.plist"
  [ -z "$root" ] || remove_empty "$root/Library/LaunchDaemons"
}

# A folder that is to become a machine may have had none of these.
# in: FOLDER ...
remove_empty() { rmdir "$@" 2>/dev/null || :; }

copy_file() {
  if [ "$user_id" -eq 0 ] && { ! is_trusted_source "$1" || ! is_roots_alone "${2%/*}"; }; then
    echo "somebody else than root may write $out_writable, so what starts the agent is not installed" >&2
    exit 2
  fi
  cp "$1" "$2.new" && chmod 644 "$2.new" && mv -f "$2.new" "$2"
}

print_help() {
  cat <<'END'
Install or remove, as root, the agent and what starts it: a systemd timer on Linux, a launch daemon on macOS.

  sh install.sh [--root DIR] OPTIONS     where OPTIONS are those of: pinward install
  sh install.sh [--root DIR] --update    replace both; configuration, token and keys stay
  sh install.sh [--root DIR] --remove    remove both
  sh install.sh --bundle [OPTIONS]       print one script of all the files, for an MDM that runs one script per machine;
                                         without OPTIONS it takes them itself

  --root DIR   fill this folder, such as a disk image, and start nothing
  --help       show this text

The options of pinward install, and those that stand before it:

END
  sh "$here/posix/pinward.sh" --help
}

# in: the options, or none
print_bundle() {
  printf '%s\n' '#!/bin/sh' 'set -eu' 'umask 022'
  cat "$here/posix/parts/26-root.sh"
  # shellcheck disable=SC2016 # the bundle expands these
  printf '%s\n' secure_search_path 'dir=$(mktemp -d)' 'trap '\''rm -rf "$dir"'\'' EXIT'
  for file in $agent_files; do
    # shellcheck disable=SC2016
    printf 'mkdir -p "$dir/%s"\ncat >"$dir/%s" <<'\''END OF THE FILE'\''\n' "$(dirname "$file")" "$file"
    cat "$here/$file"
    echo 'END OF THE FILE'
  done
  # shellcheck disable=SC2016
  printf 'sh "$dir/posix/install.sh"'
  # shellcheck disable=SC2016
  [ $# -gt 0 ] || printf ' "$@"'
  for word do printf " '%s'" "$(printf %s "$word" | sed "s/'/'\\\\''/g")"; done
  echo
}

main "$@"
