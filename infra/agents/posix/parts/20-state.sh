# --- state ------------------------------------------------------------------------------------------------------------
# The facts that the agent keeps about its copy, as lines of key=value, and the questions that they answer.

# in: KEY, or a pattern of keys
read_state() { print_file "$state_file" | sed -n "s/^$1=//p"; }

# Replaces the lines of these keys. The other lines stay.
# in: KEY=VALUE ...
write_state() {
  replaced=$(printf '^%s\n' "$@" | sed 's/=.*/=/')
  lines=$(print_file "$state_file" | grep -v "$replaced"; printf '%s\n' "$@")
  write_file "$state_file" 644 <<EOF
$lines
EOF
}

is_applied() {
  is_plain "$copy" && is_plain "$applied_file" || return
  [ -z "$installed_helper" ] || { [ -x "$root/usr/local/bin/pinward-helper" ] && [ -f "$fragment_file" ]; }
}

# Whether the copy is one that was accepted, as far as this machine can hash. The state holds the hash of the next copy
# before that copy is written.
is_genuine() {
  is_complete "$copy" || return
  compute_sha256 "$copy"
  [ -n "$out_sha256" ] || return 0
  printf '%s\n' "$(read_state '\(next_\)\{0,1\}etag')" "${out_etag:-}" | grep -qx "$out_sha256"
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
