# --- request ----------------------------------------------------------------------------------------------------------
# One poll over HTTP: sends the request with curl and reads the status and the headers of the answer.

# Polls for the pins and accepts the answer if all of it is right.
# in:  held_sha256: the SHA-256 of the copy, or nothing
# out: out_revision, out_etag, out_signer, the headers of the answer; out_reason after a failure
request_pins() {
  out_retry_after='' out_revision='' out_signer='' token=''
  find_cli_version
  token=$(read_token) || fail "could not get a token from ${token_command:-$token_file}" || return
  is_token "$token" || fail "the token has characters that no bearer token has" || return
  download_pins || return
  floor_revision=0 floor_valid_until=''
  if [ "$(read_state server)" = "$origin" ]; then
    floor_revision=$(read_state floor) floor_valid_until=$(read_state valid_until)
  fi
  if ! is_revision "${floor_revision:-0}" $((max_revisions * 100)); then
    warn "no server has come to revision $floor_revision, which $state_file holds: it is forgotten"
    floor_revision=0
  fi
  case $out_http_status in
    200) accept_pins ;;
    304) accept_not_modified ;;
    3*) out_revision='' &&
      fail "HTTP $out_http_status to $out_location: redirects are not followed; correct server in $config" ;;
    *) out_revision='' && fail "$(explain_status "$out_http_status" <"$work.body")" ;;
  esac
}

# out: out_http_status, the headers, the body in $work.body
download_pins() {
  # A redirection that fails says in each shell something else, and may end the shell.
  write_error=$(touch "$work.body" "$work.head" "$work.error" 2>&1) ||
    fail "could not write in $state_dir: ${write_error##*: }" || return
  set -- --output "$work.body" --dump-header "$work.head" --write-out '%{http_code}'
  [ -z "$held_sha256" ] || set -- "$@" --header "If-None-Match: \"$held_sha256\""
  out_http_status=$(
    http_request "/v1/pins.$format?machine=$machine${cli:+&cli=$cli}" "$timeout" $max_bytes "$@" 2>"$work.error"
  ) && curl_code=0 || curl_code=$?
  [ "$(wc -c <"$work.body")" -le $max_bytes ] || fail "the answer is over $max_bytes bytes" || return
  case $curl_code in
    0) read_headers ;;
    23) fail "could not write in $state_dir; is the disk full?" ;;
    *) fail "$(explain_curl "$curl_code" <"$work.error")" ;;
  esac
}

read_token() {
  if [ -n "$token_command" ]; then
    run_with_timeout sh -c "$token_command" </dev/null
  elif [ -n "$token_file" ]; then
    run_with_timeout head -c 65536 "$token_file"
  fi
}

# The token and the proxy, which may hold a password, reach curl by standard input, so no process list shows them. Of
# the caller's variables curl gets PATH alone: the configuration decides about proxies and certificates. ulimit stops an
# endless answer: a curl before 8.4 ignores --max-filesize there and would fill the disk.
# in: PATH of the server, MAX_SECONDS, MAX_BYTES of the answer, further arguments for curl; token
http_request() (
  trap '' XFSZ
  ulimit -f 2100 2>/dev/null
  header=${token:+"header = \"Authorization: Bearer $token\""} url=$server$1 max_seconds=$2 max_answer=$3
  shift 3
  # Before the here-document: shells differ in what quotes within an expansion mean there.
  proxy_line=${proxy:+"proxy = \"$proxy\""} unproxied_line=${unproxied:+"noproxy = \"$unproxied\""}
  authority_line=${ca_file:+"cacert = \"$ca_file\""}
  env -i PATH="$PATH" curl --disable --config - --silent --show-error --globoff --proto '=http,https' --max-redirs 0 \
    --max-time "$max_seconds" --max-filesize "$max_answer" --user-agent "pinward-agent/$version" "$@" "$url" <<EOF
$header
$proxy_line
$unproxied_line
$authority_line
EOF
)

# Whether a token may go there: by TLS, or within this machine.
# in: ADDRESS
is_safe_address() {
  case $1 in
    https://?*) ;;
    *@*) return 1 ;;
    http://localhost | http://localhost[:/]* | http://127.0.0.1 | http://127.0.0.1[:/]*) ;;
    'http://[::1]' | 'http://[::1]'[:/]*) ;;
    *) return 1 ;;
  esac
}

# Asks the server for a text.
# in:  PATH of the server, MAX_BYTES, further arguments for curl; token
# out: what read_text sets
request_text() {
  path=$1 max_text=$2 out_text='' out_http_status=401 # what a server says to such a token
  is_token "${token:-}" || fail 'the token has characters that no bearer token has' || return
  shift 2
  read_text "$({
    http_request "$path" "$timeout" "$max_text" --write-out '\nHTTP %{http_code}\n' "$@" 2>&1 || printf '\nHTTP 000\n'
  } | head -c "$max_text")"
}

# Drops all but printable ASCII, so that no answer controls a terminal.
# in:  what curl printed, with a last line such as HTTP 200; max_text
# out: out_text; out_http_status, 000 without a whole answer; out_reason
read_text() {
  out_text=$(printf '%s\n' "$1" | tr -cd ' -~\n')
  out_http_status=$(printf '%s\n' "$out_text" | sed -n 's/^HTTP \([0-9][0-9][0-9]\)$/\1/p' | tail -n 1)
  out_text=$(printf '%s\n' "$out_text" | sed '/^HTTP [0-9][0-9][0-9]$/d')
  case $out_http_status in
    200) ;;
    '') fail "the answer is cut off, or over $max_text bytes" ;;
    000) fail "$(printf '%s\n' "$out_text" | explain_curl 0)" ;;
    *) fail "$(printf '%s\n' "$out_text" | explain_status "$out_http_status")" ;;
  esac
}

# Prints why curl failed, and the setting that may help.
# in: EXIT_CODE; what curl printed, on standard input
explain_curl() {
  curl_error=$(grep '^curl: ' | head -n 1 | tr -cd ' -~' | cut -c 1-300)
  case $curl_error in
    '') command -v curl >/dev/null && curl_error="curl failed, $1" || curl_error='there is no curl on this machine' ;;
    *'(35)'* | *'(58)'* | *'(60)'* | *'(77)'*)
      curl_error="$curl_error; if a private authority signed it, name that authority by ca_file in $config" ;;
    *'(5)'* | *'(6)'* | *'(7)'* | *'(28)'*)
      [ -n "$proxy" ] || [ -z "${https_proxy:-}${HTTPS_PROXY:-}${all_proxy:-}${ALL_PROXY:-}" ] ||
        curl_error="$curl_error; the proxy of this shell is not used: name it by proxy in $config" ;;
  esac
  printf '%s\n' "$curl_error" | sed 's/^curl: ([0-9]*) //'
}

# Prints an HTTP status, with the title and the hint of a problem+json answer for people. Nothing depends on the text.
# in: STATUS; the body, on standard input
explain_status() {
  body=$(tr -cd ' -~')
  printf 'HTTP %s%s%s\n' "$1" "$(read_problem title)" "$(read_problem hint)"
}

# Drops all but printable ASCII, so that no header controls a terminal.
# out: a variable for each header, such as out_pinward_revision; '' for a header that is missing
read_headers() {
  out_etag='' out_content_type='' out_location='' out_retry_after=''
  out_pinward_revision='' out_pinward_poll_after='' out_pinward_valid_until='' out_pinward_stale='' out_pinward_agent=''
  out_pinward_organisation='' out_pinward_signature=''
  header_names='etag content_type location retry_after pinward_revision pinward_poll_after pinward_valid_until'
  set_variables out_ "$header_names pinward_stale pinward_agent pinward_organisation pinward_signature" <<EOF
$(awk '{
    gsub(/[^ -~]/, ""); name = tolower($0); sub(/:.*/, "", name); gsub(/-/, "_", name)
    sub(/^[^:]*: */, ""); print name "=" $0
  }' "$work.head")
EOF
  out_etag=${out_etag#\"} && out_etag=${out_etag%\"} out_revision=$out_pinward_revision
}

# in: NAME, title or hint; body
read_problem() {
  printf '%s\n' "$body" | sed -n -e 's/\\"/'\''/g' -e "s/.*\"$1\" *: *\"\([^\"]*\)\".*/: \1/p" | cut -c 1-300
}
