# --- update -----------------------------------------------------------------------------------------------------------
# One update: polls the server, applies the answer, records the outcome in the state and reports the outcome.

# After a failure everything good stays in place, and the state holds the reason.
# out: out_unanswered: yes if the server gave no answer that is right
update_pins() {
  out_unanswered=''
  make_state_folder || { warn "$out_reason" && return 1; }
  if ! acquire_lock; then
    # Another agent polls for this one.
    if [ -z "$out_reason" ] && is_applied; then return; fi
    warn "${out_reason:-another agent is still running}"
    return 1
  fi
  out_changed='' out_etag='' held_sha256=''
  origin=$server${organisation:+ $organisation} # the facts in the state hold for this origin only
  if is_complete "$copy"; then compute_sha256 "$copy" && held_sha256=${out_sha256:-$(read_state etag)}; fi
  if { request_pins || ! out_unanswered=yes; } && apply_pins && prepare_report applied && record_success; then
    # record_failure removes this file to have room for the reason when the disk is full.
    [ -f "$disk_reserve" ] || { rm -rf "$disk_reserve"; dd if=/dev/zero of="$disk_reserve" bs=16384 count=1; } 2>/dev/null
    send_report
    return 0
  fi
  record_failure "$out_reason"
  warn_if_expired
  return 1
}

# What may be in the place of the folder stays, since it is not the agent's. An empty file is nothing.
# out: out_reason
make_state_folder() {
  [ ! -f "$state_dir" ] || [ -L "$state_dir" ] || [ -s "$state_dir" ] || rm -f "$state_dir"
  write_error=$(mkdir -p "$state_dir" 2>&1) && [ -w "$state_dir" ] && return
  if [ -d "$state_dir" ]; then
    write_error=$(touch "$work.error" 2>&1)
    fail "could not write in $state_dir: ${write_error##*: }"
  elif [ -L "$state_dir" ]; then fail "$state_dir is a link to $(readlink "$state_dir"), which is not a folder"
  elif [ -e "$state_dir" ]; then fail "$state_dir is not a folder; move it away"
  else fail "could not make $state_dir: ${write_error##*: }"
  fi
}

# Writes the copy to the file that Claude Code reads, also when somebody altered or deleted that file, and puts back what
# makes Claude Code read it.
# out: out_changed: yes if the file was written; out_reason
apply_pins() {
  [ -z "$installed_helper" ] || { install_helper && open_folder "$settings_dir"; } || return
  is_genuine || return 0
  mkdir -p "${applied_file%/*}" 2>/dev/null
  is_in_place "$applied_file" 644 <"$copy" || { write_file "$applied_file" 644 <"$copy" && out_changed=yes; } || return
  open_folder "${applied_file%/*}"
}

# Lets Claude Code of other users read what root applies.
# in:  FOLDER
# out: out_reason
open_folder() {
  if [ "$user_id" -ne 0 ] || [ -n "$(find "$1/" -prune -perm -0555 2>/dev/null)" ]; then return; fi
  chmod_error=$(chmod a+rx "$1" 2>&1) || fail "other users may not read $1: ${chmod_error##*: }"
}

record_success() {
  read_poll_interval
  write_state "revision=$out_revision" "floor=$out_revision" "etag=$out_etag" "server=$origin" \
    "checked_at=$(utc_now)" "next_at=$(($(now) + out_poll_seconds))" "wait=$out_poll_seconds" \
    "moving_until=$(($(now) + out_rollout_seconds))" \
    "signed_by=$out_signer" "valid_until=$out_pinward_valid_until" "stale=$out_pinward_stale" last_error= "cli=$(to_printable "$cli_found")" \
    "agent=$out_pinward_agent" \
    ${out_changed:+"applied_at=$(utc_now)"}
}

# A poll interval below 5 minutes means that a rollout is active. Assume it lasts 10 more minutes if the server can't be
# reached.
# out: out_poll_seconds, out_rollout_seconds
read_poll_interval() {
  out_poll_seconds=$(seconds_or "$out_pinward_poll_after" 300)
  [ "$out_poll_seconds" -lt 300 ] && out_rollout_seconds=$rollout_wait || out_rollout_seconds=0
}

# in: REASON
record_failure() {
  failure=$1
  warn "$failure"
  apply_pins
  rm -rf "$work".* "$disk_reserve"
  retry_seconds=0
  if [ -n "$held_sha256" ]; then is_rollout_active && retry_seconds=20 || retry_seconds=60; fi
  retry_seconds=$(seconds_or "$out_retry_after" "$retry_seconds")
  prepare_report failed "$failure"
  write_state "last_error=$(utc_now) $failure" "next_at=$(($(now) + retry_seconds))" "wait=$retry_seconds" &&
    send_report
}
