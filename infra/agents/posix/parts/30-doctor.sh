# --- doctor -----------------------------------------------------------------------------------------------------------
# The command that finds out why a developer does not get the pins on this machine. It asks who knows: the server about
# the agent, Claude Code about its settings, Vertex AI for one token of each pinned model. It changes nothing.

doctor() {
  timeout=5 advice='' findings='' problems=0
  set_commands
  for check in config pins age signatures server cli; do
    "check_$check"
    report $check "$out_finding"
  done
  check_client
  check_editors
  check_credentials
  check_models
  if [ -n "$json" ]; then
    printf '{"problems":%s,"findings":[%s]}\n' $problems "${findings#,}"
  elif [ $problems -gt 0 ]; then
    printf '\n%s problem%s\n%s' $problems "$([ $problems -eq 1 ] || echo s)" "$advice"
  fi
  [ $problems -eq 0 ]
}

# out: the commands in the texts: agent, ordinary_agent, ordinary, install
set_commands() {
  ordinary_agent="pinward${root:+ --root $(quote_for_shell "$root")}"
  ordinary_agent="$ordinary_agent${config_option:+ --config $(quote_for_shell "$config")}" agent=$ordinary_agent
  if [ "$(id -u)" -ne 0 ] && [ "$config" != "$user_config" ]; then agent="sudo $agent"; fi
  ordinary="sudo -u ${SUDO_USER:-DEVELOPER} $ordinary_agent doctor"
  token_option="--token-file $(quote_for_shell "${token_file:-FILE}")"
  [ -z "$token_command" ] || token_option="--token-command $(quote_for_shell "$token_command")"
  install="sudo $ordinary_agent install --server ${server:-https://SERVER} --machine $machine --delivery $delivery"
  install="$install $token_option"
}

# Prints a finding, and keeps the advice for the end. The same advice is given once.
# in:  CHECK FINDING [KIND_OF_CREDENTIALS] [SUBJECT]; the variables in the texts
# out: problems, advice; findings, for --json
report() {
  explain_finding "$2" "${3:-}"
  out_text=${4:+"$4: "}$out_text
  if [ -n "$json" ]; then
    findings="$findings,{\"verdict\":\"$out_verdict\",\"check\":\"$1\",\"text\":$(quote_for_json "$out_text")"
    findings="$findings${out_fix:+,\"meaning\":$(quote_for_json "$out_meaning"),\"fix\":$(quote_for_json "$out_fix")}}"
  else
    printf '%-8s %-12s %s\n' "$out_verdict" "$1" "$(to_printable "$out_text")"
  fi
  [ "$out_verdict" = problem ] || return 0
  problems=$((problems + 1)) fix="$(to_printable "$out_meaning")$newline  $(to_printable "$out_fix")"
  case $advice in *": $fix$newline"*) ;; *) advice="$advice$newline$1: $fix$newline" ;; esac
}
