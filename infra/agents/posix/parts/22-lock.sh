# --- lock -------------------------------------------------------------------------------------------------------------
# Lets one agent at a time work in the state folder. The lock is a symbolic link, which one step creates with the pid.

# out: out_reason; nothing when another agent holds the lock
acquire_lock() {
  tries=0 out_reason='' lock_error=''
  until [ ! -e "$lock" ] && lock_error=$(ln -s $$ "$lock" 2>&1); do
    tries=$((tries + 1))
    [ $tries -le 10 ] || return
    if is_lock_stale; then
      rm -rf "$lock" 2>/dev/null || fail "could not remove $lock, which is no lock of a running agent" || return
      continue
    fi
    [ $tries -lt 3 ] || [ -L "$lock" ] || fail "could not make $lock: ${lock_error##*: }" || return
    sleep 0.5 2>/dev/null || sleep 1
  done
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  # Files of agents that were killed.
  rm -rf "$state_dir/.pins.$format".* "$state_dir/.work.$format".* "${applied_file%/*}/.${applied_file##*/}".*
}

# The lock of a dead agent, what is no lock, and a lock that is older than any agent, or from a clock that was fast:
# another process may have that pid by now.
is_lock_stale() {
  [ -e "$lock" ] || [ -L "$lock" ] || return
  holder=$(readlink "$lock")
  case $holder in '' | *[!0-9]* | 0* | "$$") return 0 ;; esac
  ! kill -0 "$holder" 2>/dev/null || [ -n "$(find "$lock" \( -mmin +5 -o -mmin -0 \) 2>/dev/null)" ]
}

# Removes the work files and releases the lock.
clean_up() {
  rm -f "$work".* ${temporary_file:+"$temporary_file"}
  [ "$(readlink "$lock")" != $$ ] || rm -f "$lock"
}
