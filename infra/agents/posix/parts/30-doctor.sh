# --- doctor -----------------------------------------------------------------------------------------------------------
# The command that checks all settings that decide which models a developer gets on this machine. The doctor asks
# Vertex AI for one token of each pinned model. The doctor changes nothing and makes no file.

# PINWARD_VERTEX_URL is for tests. It may only name this machine, since the doctor sends an access token there.
doctor() {
  vertex_url=${PINWARD_VERTEX_URL:-}
  [ -z "$vertex_url" ] || { [ "${vertex_url%:*}" = http://127.0.0.1 ] && is_number "${vertex_url##*:}"; } ||
    die 2 'PINWARD_VERTEX_URL is http://127.0.0.1:PORT or nothing'
  timeout=5 out_pins='' out_models='' advice='' problems=0
  claude_home=$root${CLAUDE_CONFIG_DIR:-${HOME:-}/.claude}
  case $(uname -s) in Darwin) open_command=open ;; *) open_command=xdg-open ;; esac
  if [ "$(id -u)" -eq 0 ] || [ "$config" = "$user_config" ]; then agent=pinward; else agent='sudo pinward'; fi
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

# in: CHECK TEXT
report_ok() { print_finding ok "$1" "$2"; }

# in: CHECK REASON
report_skipped() { print_finding skipped "$1" "$2"; }

# Prints the problem and keeps the advice for the end. The same advice is given once.
# in:  CHECK PROBLEM MEANING FIX_COMMAND
# out: problems, advice
report_problem() {
  print_finding problem "$1" "$2"
  problems=$((problems + 1))
  fix="$(to_printable "$3")$newline  $(to_printable "$4")"
  case $advice in *": $fix$newline"*) ;; *) advice="$advice$newline$1: $fix$newline" ;; esac
}

# in: VERDICT CHECK TEXT
print_finding() { printf '%-8s %-12s %s\n' "$1" "$2" "$(to_printable "$3")"; }

# Prints the text as one line of printable ASCII, so that no text controls a terminal.
# in: TEXT
to_printable() {
  case $1 in
    *[!\ -~]*) printf %s "$1" | tr '\n' ' ' | tr -s ' ' | tr -cd ' -~' | sed 's/ $//' ;;
    *) printf %s "$1" ;;
  esac
}

# Prints the text as one word for a shell, in single quotes if it needs them.
# in: TEXT
quote_for_shell() {
  case $1 in
    *[!A-Za-z0-9_./:@=~-]*) printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf %s "$1" ;;
  esac
}

# Prints the command that opens a file in an editor.
# in: FILE
edit_command() {
  if [ -w "$1" ]; then
    printf '%s %s' "${EDITOR:-vi}" "$(quote_for_shell "$1")"
  else
    printf 'sudo vi %s' "$(quote_for_shell "$1")"
  fi
}

# Prints the command that installs this configuration again, with more options.
# in: OPTION ...
install_command() {
  printf 'sudo pinward install --server %s --machine %s --delivery %s' \
    "${server:-https://SERVER}" "$machine" "$delivery"
  if [ -n "$token_command" ]; then
    printf ' --token-command %s' "$(quote_for_shell "$token_command")"
  else
    printf ' --token-file %s' "$(quote_for_shell "${token_file:-FILE}")"
  fi
  [ $# -eq 0 ] || printf ' %s' "$@"
}
