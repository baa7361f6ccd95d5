# --- keys -------------------------------------------------------------------------------------------------------------
# Finds the keys that this machine trusts: pinned keys, and keys that a trusted key vouches for in the server's list.

# in:  ID
# out: out_key_file
find_key() {
  for out_key_file in "$keys/$1.pem" "$state_dir/pins.$1.pem"; do
    if [ -f "$out_key_file" ] && [ -s "$out_key_file" ]; then return; fi
  done
  return 1
}

# Looks for a chain of vouchers from a trusted key to an unknown key, and keeps the keys of the chain.
# in:  ID
# out: out_key_file, out_reason
find_vouched_key() {
  untrusted="the answer is signed with the key $1, which is not trusted here"
  may_request_key "$1" || fail "$untrusted; the server is asked about a key once an hour" || return
  fetch_keys || fail "$untrusted; $out_reason" || return
  out_voucher_error='there is no voucher for it'
  while accept_vouchers "$1"; do
    ! find_key "$1" || return 0
  done
  fail "$untrusted: $out_voucher_error"
}

# The state keeps ID:TIME for each unknown key: no request about that key before TIME.
# in: ID
may_request_key() {
  waiting=''
  for entry in $(read_state keys_asked); do
    has_passed "${entry#*:}" 3600 || waiting="$waiting $entry"
  done
  case "$waiting " in *" $1:"*) return 1 ;; esac
  write_state "keys_asked=$waiting $1:$(($(now) + 3600))"
}

# Sends no token: the list is public.
# out: out_key_list: the server's keys and vouchers; out_http_status; out_reason
fetch_keys() {
  sent_token=${token:-} token=''
  request_text /v1/keys.txt $max_keys && fetched=yes || fetched=''
  token=$sent_token out_key_list=$out_text
  [ -n "$fetched" ] || fail "could not fetch $server/v1/keys.txt: $out_reason"
}

# Keeps every key of the list for which a trusted key vouches; fails when there is none. Reads 16 vouchers at most.
# in:  ID of the key that is needed
# out: out_voucher_error: what is wrong with the voucher for that key
accept_vouchers() {
  is_any_accepted=''
  while read -r _ id by voucher_id voucher_until voucher_signature; do
    { [ "$by" = by ] && is_key_id "$id" && is_key_id "$voucher_id" && ! find_key "$id"; } || continue
    if accept_voucher; then
      is_any_accepted=yes
    elif [ "$id" = "$1" ]; then
      out_voucher_error=$out_reason
    fi
  done <<EOF
$(printf '%s\n' "$out_key_list" | sed -n '/^voucher /p' | head -n 16)
EOF
  [ -n "$is_any_accepted" ]
}

# in:  the fields of one voucher line: id, voucher_id, voucher_until, voucher_signature
# out: out_reason
accept_voucher() {
  find_key "$voucher_id" || fail "its voucher is by $voucher_id, which is not trusted either" || return
  { is_timestamp "$voucher_until" && ! has_expired "$voucher_until"; } ||
    fail "its voucher expired at $voucher_until" || return
  parse_public_key "$(printf '%s\n' "$out_key_list" | sed -n "s/^key $id //p" | head -n 1)" &&
    [ "$out_key_id" = "$id" ] &&
    printf '%s\n' pinward-key-v1 "organisation: $organisation" "key: $id" "sha256: $out_key_sha256" \
      "valid-until: $voucher_until" | has_signature "$out_key_file" "$voucher_signature" ||
    fail "the signature of its voucher by $voucher_id is wrong" || return
  write_key "$state_dir/pins."
}

# in:  BASE64 of the DER of one public key
# out: out_key_id, out_key_sha256, out_key_pem
parse_public_key() {
  out_key_pem=$(printf '%s\n' "$1" | openssl base64 -d -A | openssl pkey -pubin -inform DER -pubout 2>/dev/null) &&
    [ "$(printf '%s\n' "$out_key_pem" | sed '/^-----/d' | tr -d '\n')" = "$1" ] &&
    out_key_sha256=$(printf '%s\n' "$1" | openssl base64 -d -A | openssl dgst -sha256 -r) || return
  out_key_sha256=${out_key_sha256%% *}
  out_key_id=$(printf %.16s "$out_key_sha256")
}

# in: PREFIX of the file's path; out_key_id, out_key_pem
write_key() {
  write_file "$1$out_key_id.pem" 644 <<EOF
$out_key_pem
EOF
}

is_key_id() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ ${#1} -eq 16 ]
}
