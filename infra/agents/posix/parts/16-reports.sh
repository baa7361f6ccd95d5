# --- reports ----------------------------------------------------------------------------------------------------------
# Reports to the server whether a revision was applied or failed, when that is not what the last report said. A report that
# the server did not take is sent again after the next poll.

# in:  OUTCOME, applied or failed; REASON of a failure; out_revision
# out: out_report: the fields of the report in JSON, or nothing; out_outcome
prepare_report() {
  out_report=''
  { is_number "$out_revision" && [ "$(print_file "$reported_file")" != "$1 $out_revision" ]; } || return 0
  [ ! -f "$no_reports_file" ] || has_passed "$(print_file "$no_reports_file")" $max_wait || return 0
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
      404 | 405) note "$no_reports_file" $(($(now) + max_wait)) ;;
      2?? | 400 | 413 | 415 | 422) note "$reported_file" "$out_outcome $out_revision" ;;
    esac
  } &
}

# Writes without a temporary file, which the next agent, who has the lock by now, would remove.
# in: FILE TEXT
note() { { [ -f "$1" ] || rm -rf "$1"; } && printf '%s\n' "$2" >"$1"; }
