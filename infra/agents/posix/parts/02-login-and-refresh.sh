# --- login and refresh ------------------------------------------------------------------------------------------------
# The commands that poll the server and apply its answer: login at once, refresh when the poll interval is over.

login() {
  if update_pins; then
    echo "revision $(read_state revision) is applied: $applied_file$users_note"
  elif is_applied; then
    warn "revision $(read_state revision) stays in place: $applied_file$users_note"
  else
    set_commands
    [ -z "$out_unanswered" ] || users_note="; check server and token in $config, then run: $agent login"
    die 1 "nothing is applied$users_note"
  fi
}

# With --stay, polls until the rollout ends or the timer is about to start the next refresh.
refresh() {
  stay_until=$(($(now) + max_stay)) exit_code=0 min_pause=1
  while :; do
    if is_due; then refresh_once; fi
    { [ -n "$stay" ] && is_rollout_active; } || return $exit_code
    if is_due || [ "$out_seconds_left" -lt $min_pause ]; then pause=$min_pause; else pause=$out_seconds_left; fi
    { [ "$pause" -lt $max_stay ] && [ $(($(now) + pause)) -lt $stay_until ]; } || return $exit_code
    sleep_without_lock "$pause"
    config_lines='' && load_configuration # somebody may have changed or removed the configuration
  done
}

# out: exit_code of refresh; min_pause: seconds before the next poll
refresh_once() {
  if update_pins; then
    exit_code=0 min_pause=1
  else
    is_applied
    exit_code=$? min_pause=20
  fi
  wait # for the report: a service manager kills what a service leaves running
}

# Sleeps without the lock, so that no login waits. The sleep is a child: a shell handles signals while it waits for a
# child, not while it runs one.
# in: SECONDS
sleep_without_lock() {
  clean_up
  sleep_pid=''
  trap 'kill $sleep_pid 2>/dev/null; exit $exit_code' HUP INT TERM
  sleep "$1" >/dev/null 2>&1 &
  sleep_pid=$!
  wait $sleep_pid
}
