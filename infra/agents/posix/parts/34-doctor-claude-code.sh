# --- doctor: Claude Code ----------------------------------------------------------------------------------------------
# Checks whether the installed Claude Code is new enough for the delivery, the policy and each pin.

check_cli() {
  cli=$(find_cli_version)
  if [ -z "$cli" ]; then report_skipped cli 'there is no Claude Code on the PATH' && return; fi
  case $delivery in fragment) minimum=2.1.83 ;; helper) minimum=2.1.136 ;; *) minimum=0.0.0 ;; esac
  for minimum in $minimum "$(print_pin requiredMinimumVersion)"; do
    is_older_version "$cli" "$minimum" || continue
    report_problem cli "$cli, and the pins need $minimum" \
      'This Claude Code is too old for the delivery or for the policy.' 'claude update'
    return
  done
  if [ -n "$offline" ]; then report_skipped cli "$cli; not asked what the pins need (--offline)" && return; fi
  if ! request_cli_problem; then
    report_skipped cli "$cli; could not ask $server what the pins need: $out_reason" && return
  fi
  if [ -n "$out_cli_problem" ]; then
    report_problem cli "$cli is older than a pin needs" "$out_cli_problem" 'claude update'
  else
    report_ok cli "$cli runs every pin"
  fi
}

# in: VERSION OTHER_VERSION
is_older_version() {
  [ -n "$2" ] && [ "$1" != "$2" ] &&
    [ "$(printf '%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}

# Asks the server, which knows what each model needs: an older Claude Code gets another model, with a reason.
# out: out_cli_problem: why this Claude Code does not get a pinned model, or nothing; out_reason
request_cli_problem() {
  [ -z "$config_error" ] || fail "$config_error" || return
  output=$(
    token=$(read_token 2>/dev/null) || { echo 'this user may not read its token' && exit 1; }
    is_token "$token" || { echo 'the token has characters that no bearer token has' && exit 1; }
    http_request "/v1/pins.json?machine=$machine&cli=$cli" "$timeout" $max_bytes \
      --write-out '\nHTTP %{http_code}\n' 2>&1
  )
  case $output in
    *"${newline}HTTP 200") ;;
    *)
      fail "$(printf '%s\n' "$output" | sed 's/^curl: ([0-9]*) //; /^HTTP 000$/d' | tail -n 1 | cut -c 1-200)"
      return ;;
  esac
  answer=$(printf '%s\n' "$output" | sed '$d' | flatten_json -) || fail 'could not read the answer' || return
  index=$(printf '%s\n' "$answer" | sed -n \
    -e 's/^reasons\.\([0-9]*\)\.code=cli_gated$/\1/p' -e 's/^reasons\.\([0-9]*\)\.code=cli_too_old$/\1/p' | head -n 1)
  out_cli_problem=${index:+$(printf '%s\n' "$answer" | sed -n "s/^reasons\.$index\.text=//p")}
}
