# --- doctor -----------------------------------------------------------------------------------------------------------
# The command that finds out why a developer does not get the pins on this machine. It asks who knows: the server about
# the agent, Claude Code about its settings, Vertex AI for one token of each pinned model. It changes nothing.

doctor() {
  timeout=5 advice='' findings='' problems=0 answer='' superuser=root
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

check_config() {
  edit=$(edit_command "$config")
  if [ -z "$config_error" ]; then out_finding=config_read
  elif [ -e "$config" ]; then out_finding=config_wrong
  else out_finding=config_missing
  fi
}

# Asks the server as the agent does. A user who may not read the token asks without it, for the keys.
# out: answer: the pins with their reasons, as lines of path=value
check_server() {
  out_reason='the answer is no JSON; does a proxy or a sign-in page answer?'
  find_cli_version
  if [ -n "$config_error" ]; then out_finding=server_unknown && return
  elif [ -n "$offline" ]; then out_finding=server_offline && return
  elif token=$(read_token 2>/dev/null); then path="/v1/pins.json?machine=$machine${cli:+&cli=$cli}"
  elif [ -n "$token_command" ] || [ ! -e "$token_file" ] || [ -r "$token_file" ]; then out_finding=token_not_got && return
  else token='' path=/v1/keys.txt
  fi
  request_text "$path" $max_bytes && answer=$(printf '%s\n' "$out_text" | flatten_json -) || answer=''
  case $path:$out_http_status:$answer in
    /v1/keys.txt:200: | /v1/keys.txt:404:) out_finding=token_unreadable ;;
    *:200:?*) out_finding=server_answers ;;
    *:401: | *:403:) out_finding=token_refused ;;
    *) out_finding=server_failed ;;
  esac
  reason=$out_reason
}

# The server knows what each model needs: an older Claude Code gets another model, with a reason.
# in: cli, answer
check_cli() {
  case $delivery in fragment) minimum=2.1.83 ;; helper) minimum=2.1.136 ;; *) minimum=0.0.0 ;; esac
  gate=$(printf '%s\n' "$answer" | grep -E '^reasons[.][0-9]+[.]code=cli_(gated|too_old)$' | head -n 1)
  reason=$(value_of "$answer" "${gate%code=*}text")
  if [ -z "$cli" ]; then out_finding=cli_missing
  elif is_older_version "$cli" "$minimum"; then out_finding=cli_old
  elif [ -n "$gate" ]; then out_finding=cli_gated
  elif [ -n "$answer" ]; then out_finding=cli_runs
  elif [ -n "$offline" ]; then out_finding=cli_offline
  else out_finding=cli_not_judged
  fi
}
