# --- reports ----------------------------------------------------------------------------------------------------------
# Reports to the server whether a revision was applied or failed: once for each revision and outcome. A report that the
# server did not take is sent again after the next poll.

# in:  OUTCOME, applied or failed; REASON of a failure; out_revision
# out: out_report: the fields of the report in JSON, or nothing; out_outcome
prepare_report() {
  out_report=''
  { is_number "$out_revision" && [ "$(cat "$reported_file$1" 2>/dev/null)" != "$out_revision" ]; } || return 0
  [ ! -f "$no_reports_file" ] || has_passed "$(cat "$no_reports_file")" $max_wait || return 0
  out_outcome=$1
  out_report="\"machine\":\"$machine\",\"revision\":$out_revision,\"outcome\":\"$1\""
  [ -z "$cli" ] || out_report="$out_report,\"cli\":\"$cli\""
  [ "$1" = applied ] ||
    out_report="$out_report,\"reason\":\"$(printf %s "$2" | tr -cd ' -~' | cut -c 1-300 | sed 's/["\\]/\\&/g')\""
}

# Sends in the background, since nobody waits for the server's reply. A server without reports gets none for a day. What
# the server calls malformed is not sent again.
# in: out_report, out_outcome, out_revision
send_report() {
  [ -n "$out_report" ] || return 0
  {
    exec </dev/null >/dev/null 2>&1
    case $(http_request /v1/reports 2 $max_bytes --header 'Content-Type: application/json' --data "{$out_report}" \
      --output /dev/null --write-out '%{http_code}') in
      404 | 405) echo $(($(now) + max_wait)) >"$no_reports_file" ;;
      2?? | 400 | 413 | 415 | 422) echo "$out_revision" >"$reported_file$out_outcome" ;;
    esac
  } &
}
