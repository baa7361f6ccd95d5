# --- env and helper ---------------------------------------------------------------------------------------------------
# The commands that a starting shell (env) or Claude Code (helper) runs. They always succeed, within seconds.

# Waits at most three seconds for new pins, and only when a poll is due.
print_env() {
  if should_poll; then login_within 3; fi
  [ -z "$config_error" ] || warn "$config_error"
  warn_if_expired
  print_copy ||
    warn "no pins yet: $(read_state last_error | grep . || echo nothing was fetched)"
  return 0
}

# Claude Code does not start when its helper fails, is slow or prints anything but one object. An object without
# managedSettings applies nothing and leaves other sources in force.
print_policy() {
  if should_poll; then
    is_genuine && max_seconds=0 || max_seconds=3
    login_within "$max_seconds"
  fi
  warn_if_expired
  print_copy || echo '{}'
}

# Somebody altered a copy whose hash is wrong, so nobody may use it. The next poll replaces it.
print_copy() {
  is_genuine && cat "$copy" && return
  ! is_complete "$copy" || warn "not used, since it is not what the server sent: $copy"
  return 1
}

# An altered copy is replaced at once, but once: after a failure the next poll has its time.
should_poll() { is_due || { ! is_genuine && is_complete "$copy" && [ -z "$(read_state last_error)" ]; }; }

# Starts a login in another process and waits for it at most SECONDS. The login must not hold the caller's pipes, which
# the caller reads to their end. Login and sleep each print a line when they end; head ends with the first line. Not
# every shell ends a wait at a signal, and dash keeps a copy of what it redirects without exec.
# in: SECONDS
login_within() {
  {
    exec </dev/null 2>/dev/null
    { sh "$0" --root "$root" --config "$config" --delivery "$delivery" login >/dev/null; echo; } &
    { sleep "$1"; echo; } &
  } | head -n 1 >/dev/null
}

# Expired pins are better than none, so they stay in use, with a warning.
warn_if_expired() {
  valid_until=$(read_state valid_until)
  ! has_expired "$valid_until" ||
    warn "the pins in use were valid until $valid_until; last contact with the server: $(read_state checked_at)"
}
