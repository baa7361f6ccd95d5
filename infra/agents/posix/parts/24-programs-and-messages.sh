# --- programs and messages --------------------------------------------------------------------------------------------
# Runs other programs within the timeout, and prints warnings and errors.

# macOS has perl but no timeout.
# in: COMMAND ...; timeout
run_with_timeout() {
  if command -v timeout >/dev/null; then
    timeout "$timeout" "$@"
  elif command -v perl >/dev/null; then
    # shellcheck disable=SC2016 # perl expands these, not the shell
    perl -e '$for = shift; if (!($pid = fork)) { setpgrp; exec @ARGV or exit 127 }
      $SIG{ALRM} = sub { kill -15, $pid; exit 124 }; alarm $for; waitpid $pid, 0; exit($? & 127 ? 143 : $? >> 8)' \
      "$timeout" "$@"
  else
    "$@"
  fi
}

is_token() {
  case $1 in *[!A-Za-z0-9._~+/=-]*) return 1 ;; esac
}

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
