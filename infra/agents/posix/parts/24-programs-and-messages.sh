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
