# --- reports ----------------------------------------------------------------------------------------------------------
# Reports to the server whether a revision was applied or failed: once for each revision and outcome.

# The caller records the report in the state before it sends the report, since nobody waits for the server's reply.
# in:  OUTCOME, applied or failed; REASON of a failure; out_revision
# out: out_report: the fields of the report in JSON, or nothing
prepare_report() {
  out_report=''
  { is_number "$out_revision" && [ "$(read_state "reported_$1")" != "$out_revision" ]; } || return 0
  [ ! -f "$no_reports_file" ] || has_passed "$(cat "$no_reports_file")" || return 0
  out_report="\"machine\":\"$machine\",\"revision\":$out_revision,\"outcome\":\"$1\""
  [ -z "$cli" ] || out_report="$out_report,\"cli\":\"$cli\""
  [ "$1" = applied ] ||
    out_report="$out_report,\"reason\":\"$(printf %s "$2" | tr -cd ' -~' | cut -c 1-300 | sed 's/["\\]/\\&/g')\""
}

# Sends in the background. A server without reports gets none for a day.
# in: out_report
send_report() {
  [ -n "$out_report" ] || return 0
  {
    exec </dev/null >/dev/null 2>&1
    case $(http_request /v1/reports 2 $max_bytes --header 'Content-Type: application/json' --data "{$out_report}" \
      --output /dev/null --write-out '%{http_code}') in
      404 | 405) echo $(($(now) + max_wait)) >"$no_reports_file" ;;
    esac
  } &
}
