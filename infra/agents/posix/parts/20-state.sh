# --- state ------------------------------------------------------------------------------------------------------------
# The facts that the agent keeps about its copy, as lines of key=value, and the questions that they answer.

# in: KEY
read_state() { sed -n "s/^$1=//p" "$state_file" 2>/dev/null; }

# Replaces the lines of these keys. The other lines stay.
# in: KEY=VALUE ...
write_state() {
  replaced=$(printf '^%s\n' "$@" | sed 's/=.*/=/')
  lines=$(grep -v "$replaced" "$state_file" 2>/dev/null; printf '%s\n' "$@")
  write_file "$state_file" 644 <<EOF
$lines
EOF
}

is_applied() { [ -s "$copy" ] && [ -s "$applied_file" ]; }

# Whether the copy is one that was accepted, as far as this machine can hash and knows a hash. The state holds the hash
# of the next copy before that copy is written.
is_genuine() {
  is_complete "$copy" || return
  compute_sha256 "$copy"
  accepted=$(sed -n 's/^\(next_\)\{0,1\}etag=//p' "$state_file" 2>/dev/null)${out_etag:+$newline$out_etag}
  [ -n "$out_sha256" ] && [ -n "$accepted" ] || return 0
  printf '%s\n' "$accepted" | grep -qx "$out_sha256"
}

is_unaltered() {
  compute_sha256 "$applied_file"
  if [ -n "$out_sha256" ]; then [ "$out_sha256" = "$(read_state etag)" ]; else cmp -s "$copy" "$applied_file"; fi
}

# out: out_seconds_left until the next poll, when it is not due
is_due() { has_passed "$(read_state next_at)" "$(seconds_or "$(read_state wait)" $max_wait)"; }

is_rollout_active() { ! has_passed "$(read_state moving_until)" $rollout_wait; }

# Sets a variable for each line NAME=VALUE of standard input.
# in:  PREFIX for the names of the variables, the NAMES that are known
# out: the variables; out_unknown_name: the last name that is not known
set_variables() {
  out_unknown_name=''
  while IFS= read -r line; do
    name=${line%%=*}
    case $name in *[!a-z_]*) out_unknown_name=$name && continue ;; '') continue ;; esac
    case " $2 " in *" $name "*) eval "$1$name=\${line#*=}" ;; *) out_unknown_name=$name ;; esac
  done
}
