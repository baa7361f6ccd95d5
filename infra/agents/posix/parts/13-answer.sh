# --- answer -----------------------------------------------------------------------------------------------------------
# Decides whether an answer of the server is accepted: 200 with new pins, or 304 for the pins that this machine holds.

# Makes the body the new copy if type, hash, form, revision and signature are right.
# in:  the headers, $work.body; floor_revision, floor_valid_until: the newest answer that was accepted
# out: out_changed, out_reason
accept_pins() {
  [ "${out_content_type%%;*}" = $media_type ] ||
    fail "the answer is '$out_content_type', not $media_type; does a proxy or a sign-in page answer?" || return
  case $out_etag in *[!0-9a-f]*) out_etag='' ;; esac
  [ ${#out_etag} -eq 64 ] || fail "the answer has no ETag that is a SHA-256" || return
  compute_sha256 "$work.body"
  [ "${out_sha256:-$out_etag}" = "$out_etag" ] ||
    fail "the answer was altered on its way: its SHA-256 is not its ETag" || return
  is_complete "$work.body" || fail "the answer is not a whole $format file" || return
  has_revision || return
  { verify_answer "$out_sha256" && is_not_older; } || return
  [ "$(readlink "$lock")" = $$ ] || fail "another agent took over" || return
  # The state goes first: an agent that is killed in between must not accept an older revision the next time.
  write_state "floor=$out_revision" "server=$origin" "valid_until=$out_pinward_valid_until" \
    "next_etag=$out_etag" &&
    write_file "$copy" 644 <"$work.body" && out_changed=yes
}

# Accepts that the held pins are still current, and their new end of validity.
# out: out_etag, out_revision, out_reason
accept_not_modified() {
  out_etag=$held_sha256
  [ -n "$held_sha256" ] || fail "the server answered 304 to a machine that holds nothing" || return
  verify_answer "$held_sha256" || return
  [ -n "$out_revision" ] || out_revision=$floor_revision
  has_revision && is_not_older
}

has_revision() {
  [ -n "$out_revision" ] || fail "the answer has no Pinward-Revision" || return
  is_revision "$out_revision" "$floor_revision" && return
  offered=$out_revision out_revision=''
  fail "the answer has the revision '$(printf %s "$offered" | cut -c 1-40)', and the last one was $floor_revision"
}

# No failure of the older revision is reported: another instance of the server may lag behind.
is_not_older() {
  [ "$out_revision" -ge "$floor_revision" ] && return
  offered=$out_revision out_revision=''
  fail "the server offers an older revision, $offered after $floor_revision; if that is meant, remove $state_file"
}
