# --- lock -------------------------------------------------------------------------------------------------------------
# Lets one agent at a time work in the state folder. The lock is a symbolic link, which one step creates with the pid.

# Breaks the lock of a dead agent, and a lock that is older than any agent: another process may have that pid by now.
acquire_lock() {
  tries=0
  until ln -s $$ "$lock" 2>/dev/null; do
    holder=$(readlink "$lock")
    if [ -n "$holder" ] && { ! kill -0 "$holder" 2>/dev/null || [ -n "$(find "$lock" -mmin +5)" ]; }; then
      rm -f "$lock"
      continue
    fi
    tries=$((tries + 1))
    [ $tries -le 10 ] || return
    sleep 0.5 2>/dev/null || sleep 1
  done
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  # Files of agents that were killed.
  rm -f "$state_dir/.pins.$format".* "$state_dir/.work.$format".* "${applied_file%/*}/.${applied_file##*/}".*
}

# Removes the work files and releases the lock.
clean_up() {
  rm -f "$work".* ${temporary_file:+"$temporary_file"}
  [ "$(readlink "$lock")" != $$ ] || rm -f "$lock"
}
