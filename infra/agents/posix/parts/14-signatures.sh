# --- signatures -------------------------------------------------------------------------------------------------------
# Verifies that a trusted key signed an answer, that the answer has not expired and that it is no replay.

# The statement is composed from the request and the headers, so any difference breaks the signature.
# in:  SHA256 of the pins
# out: out_signer, out_reason
verify_answer() {
  [ -n "$organisation" ] || return 0
  has_openssl || fail "there is no openssl on this machine to check the signature of the answer" || return
  read -r scheme out_signer signature <<EOF
$out_pinward_signature
EOF
  [ -n "$scheme" ] || fail "the answer is not signed" || return
  { [ "$scheme" = v1 ] && is_key_id "$out_signer"; } ||
    fail "the answer has a signature of an unknown kind" || return
  [ "$out_pinward_organisation" = "$organisation" ] ||
    fail "the answer is of the organisation '$out_pinward_organisation', not $organisation" || return
  is_timestamp "$out_pinward_valid_until" || fail "the answer has no Pinward-Valid-Until" || return
  find_key "$out_signer" || find_vouched_key "$out_signer" || return
  printf '%s\n' pinward-statement-v1 "organisation: $organisation" "format: $format" "revision: $out_revision" \
    "sha256: $1" "valid-until: $out_pinward_valid_until" | has_signature "$out_key_file" "$signature" ||
    fail "the signature by $out_signer does not match: the answer was altered, or made for another request" || return
  ! has_expired "$out_pinward_valid_until" ||
    fail "the answer expired at $out_pinward_valid_until, and it is $(utc_now) by this machine's clock" || return
  is_not_replayed
}

is_not_replayed() {
  is_before "$out_pinward_valid_until" "$floor_valid_until" || return 0
  out_revision=''
  fail "the answer is a replay: valid until $out_pinward_valid_until, after one until $floor_valid_until;" \
    "if that is meant, remove $state_file"
}

# Whether the key signed the text on standard input.
# in: KEY_FILE, SIGNATURE in base64
has_signature() {
  printf '%s\n' "$2" | openssl base64 -d -A >"$work.signature" 2>/dev/null
  openssl dgst -sha256 -verify "$1" -signature "$work.signature" >/dev/null 2>&1
}

has_openssl() { command -v openssl >/dev/null; }
