# --- doctor -----------------------------------------------------------------------------------------------------------
# The command that finds out why a developer does not get the pins on this machine. It asks who knows: the server about
# the agent, Claude Code about its settings, Vertex AI for one token of each pinned model. It changes nothing.

# PINWARD_VERTEX_URL is for tests. It may only name this machine, since the doctor sends an access token there.
doctor() {
  vertex_url=${PINWARD_VERTEX_URL:-}
  [ -z "$vertex_url" ] || { [ "${vertex_url%:*}" = http://127.0.0.1 ] && is_number "${vertex_url##*:}"; } ||
    die 2 'PINWARD_VERTEX_URL is http://127.0.0.1:PORT or nothing'
  timeout=5 out_pins='' out_models='' advice='' findings='' problems=0
  claude_home=$root${CLAUDE_CONFIG_DIR:-${HOME:-}/.claude}
  case $(uname -s) in Darwin) open_command=open ;; *) open_command=xdg-open ;; esac
  agent="pinward${root:+ --root $(quote_for_shell "$root")}${config_option:+ --config $(quote_for_shell "$config")}"
  as_user=$agent
  if [ "$(id -u)" -ne 0 ] && [ "$config" != "$user_config" ]; then agent="sudo $agent"; fi
  check_config
  check_pins
  check_age
  check_signatures
  check_server
  check_cli
  check_client
  check_editors
  check_credentials
  check_models
  if [ -n "$json" ]; then
    printf '{"problems":%s,"findings":[%s]}\n' "$problems" "${findings#,}"
  elif [ $problems -gt 0 ]; then
    printf '\n%s\n%s' "$problems $([ $problems -eq 1 ] && echo problem || echo problems)" "$advice"
  fi
  [ $problems -eq 0 ]
}

# in: CHECK TEXT
report_ok() { print_finding ok "$1" "$2"; }

# in: CHECK REASON
report_skipped() { print_finding skipped "$1" "$2"; }

# Prints the problem and keeps the advice for the end. The same advice is given once.
# in:  CHECK PROBLEM MEANING FIX_COMMAND
# out: problems, advice
report_problem() {
  print_finding problem "$@"
  problems=$((problems + 1))
  fix="$(to_printable "$3")$newline  $(to_printable "$4")"
  case $advice in *": $fix$newline"*) ;; *) advice="$advice$newline$1: $fix$newline" ;; esac
}

# in:  VERDICT CHECK TEXT [MEANING FIX_COMMAND]
# out: findings, for --json
print_finding() {
  if [ -z "$json" ]; then printf '%-8s %-12s %s\n' "$1" "$2" "$(to_printable "$3")" && return; fi
  findings="$findings,{\"verdict\":\"$1\",\"check\":\"$2\",\"text\":$(quote_for_json "$3")"
  findings="$findings${4:+,\"meaning\":$(quote_for_json "$4"),\"fix\":$(quote_for_json "$5")}}"
}

# Prints the command that opens a file in an editor.
# in: FILE
edit_command() {
  if [ -w "$1" ]; then set -- "${EDITOR:-vi}" "$1"; else set -- 'sudo vi' "$1"; fi
  printf '%s %s' "$1" "$(quote_for_shell "$2")"
}

# Prints the command that installs this configuration again, with more options.
# in: OPTION ...
install_command() {
  printf '%s install --server %s --machine %s --delivery %s' "sudo ${agent#sudo }" \
    "${server:-https://SERVER}" "$machine" "$delivery"
  if [ -n "$token_command" ]; then
    printf ' --token-command %s' "$(quote_for_shell "$token_command")"
  else
    printf ' --token-file %s' "$(quote_for_shell "${token_file:-FILE}")"
  fi
  [ $# -eq 0 ] || printf ' %s' "$@"
}
