# --- request ----------------------------------------------------------------------------------------------------------
# One poll over HTTP: sends the request with curl and reads the status and the headers of the answer.

# Polls for the pins and accepts the answer if all of it is right.
# in:  held_sha256: the SHA-256 of the copy, or nothing
# out: out_revision, out_etag, out_signer, the headers of the answer; out_reason after a failure
request_pins() {
  out_retry_after='' out_revision='' out_signer='' cli=$(find_cli_version) token=''
  token=$(read_token) || fail "could not get a token from ${token_command:-$token_file}" || return
  is_token "$token" || fail "the token has characters that no bearer token has" || return
  download_pins || return
  floor_revision=0 floor_valid_until=''
  if [ "$(read_state server)" = "$origin" ]; then
    floor_revision=$(read_state floor) floor_valid_until=$(read_state valid_until)
  fi
  is_number "$floor_revision" || floor_revision=0
  case $out_http_status in
    200) accept_pins ;;
    304) accept_not_modified ;;
    3*) out_revision='' &&
      fail "HTTP $out_http_status to $out_location: redirects are not followed; correct server in $config" ;;
    *) out_revision='' && fail "HTTP $out_http_status$(read_problem title)$(read_problem hint)" ;;
  esac
}

# out: out_http_status, the headers, the body in $work.body
download_pins() {
  : >"$work.body" && : >"$work.head"
  set -- --output "$work.body" --dump-header "$work.head" --write-out '%{http_code}'
  [ -z "$held_sha256" ] || set -- "$@" --header "If-None-Match: \"$held_sha256\""
  out_http_status=$(
    http_request "/v1/pins.$format?machine=$machine${cli:+&cli=$cli}" "$timeout" $max_bytes "$@" 2>"$work.error"
  ) && curl_code=0 || curl_code=$?
  [ "$(wc -c <"$work.body")" -le $max_bytes ] || fail "the answer is over $max_bytes bytes" || return
  case $curl_code in
    0) read_headers ;;
    23) fail "could not write in $state_dir; is the disk full?" ;;
    *) fail "$(sed 's/^curl: ([0-9]*) //; q' "$work.error" | grep . || echo "curl failed, $curl_code")" ;;
  esac
}

read_token() {
  if [ -n "$token_command" ]; then
    run_with_timeout sh -c "$token_command" </dev/null
  elif [ -n "$token_file" ]; then
    cat "$token_file"
  fi
}

# Prints the version of Claude Code, such as 2.1.331, or nothing.
find_cli_version() {
  [ -n "$cli" ] || ! command -v claude >/dev/null ||
    cli=$(run_with_timeout claude --version </dev/null 2>/dev/null)
  printf '%s\n' "$cli" | sed -n 's/^\([0-9]\{1,\}\.[0-9]\{1,\}\.[0-9]\{1,\}\).*/\1/p; q'
}

# The token reaches curl by standard input, so no process list shows it. ulimit stops an endless answer: a curl before
# 8.4 ignores --max-filesize there and would fill the disk.
# in: PATH of the server, MAX_SECONDS, MAX_BYTES of the answer, further arguments for curl; token
http_request() (
  trap '' XFSZ
  ulimit -f 2100 2>/dev/null
  header=${token:+"header = \"Authorization: Bearer $token\""} url=$server$1 max_seconds=$2 max_answer=$3
  shift 3
  curl --disable --config - --silent --show-error --globoff --proto '=http,https' --max-redirs 0 \
    --max-time "$max_seconds" --max-filesize "$max_answer" --user-agent "pinward-agent/$version" "$@" "$url" <<EOF
$header
EOF
)

# Drops all but printable ASCII, so that no header controls a terminal.
# out: a variable for each header, such as out_pinward_revision; '' for a header that is missing
read_headers() {
  out_etag='' out_content_type='' out_location='' out_retry_after=''
  out_pinward_revision='' out_pinward_poll_after='' out_pinward_valid_until='' out_pinward_stale=''
  out_pinward_organisation='' out_pinward_signature=''
  header_names='etag content_type location retry_after pinward_revision pinward_poll_after pinward_valid_until'
  set_variables out_ "$header_names pinward_stale pinward_organisation pinward_signature" <<EOF
$(awk '{
    gsub(/[^ -~]/, ""); name = tolower($0); sub(/:.*/, "", name); gsub(/-/, "_", name)
    sub(/^[^:]*: */, ""); print name "=" $0
  }' "$work.head")
EOF
  out_etag=${out_etag#\"} && out_etag=${out_etag%\"} out_revision=$out_pinward_revision
}

# Prints a field of a problem+json answer for people. Nothing depends on the text.
# in: NAME, title or hint
read_problem() {
  tr -cd ' -~' <"$work.body" | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/: \1/p" | cut -c 1-300
}
