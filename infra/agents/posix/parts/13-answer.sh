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
  is_number "$out_revision" || fail "the answer has no Pinward-Revision" || return
  { verify_answer "$out_sha256" && is_next_revision; } || return
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
  is_number "$out_revision" || out_revision=$floor_revision
  is_next_revision
}

# No failure of another revision is reported: another instance of the server may lag behind.
is_next_revision() {
  offered=$out_revision out_revision=''
  [ "$offered" -ge "$floor_revision" ] ||
    fail "the server offers an older revision, $offered after $floor_revision; if that is meant, remove $state_file" ||
    return
  is_revision "$offered" "$floor_revision" ||
    fail "the server offers the revision $offered after $floor_revision; no policy changes so often" || return
  out_revision=$offered
}
