# --- files ------------------------------------------------------------------------------------------------------------
# Reads files, writes them in one step, hashes them, and tells a complete file from a truncated one.

# Prints a file. What else may be in its place, such as a pipe or a device, may never end.
# in: FILE
print_file() { [ ! -f "$1" ] || head -c $max_bytes "$1" 2>/dev/null; }

# Whether there is a file of bounded size with something in it.
# in: FILE
is_plain() { [ -f "$1" ] && [ -s "$1" ] && [ -n "$(find -L "$1" -prune -size -$((max_bytes / 512 + 1)) 2>/dev/null)" ]; }

# Writes standard input to a hidden file beside the target, which Claude Code ignores, and renames that file. A folder in
# the place of the agent's own pins goes first, since the file would be moved into it. Any other folder stays.
# in:  FILE MODE
# out: temporary_file, for clean_up; out_reason
write_file() {
  template="${1%/*}/.${1##*/}.XXXXXX"
  temporary_file=$(mktemp "$template" 2>/dev/null) ||
    fail "could not write in ${1%/*}: $(mktemp "$template" 2>&1 | sed 's/.*: //; q')" || return
  # A substitution for each program: one for all would go on when this shell is killed.
  write_error=$(cat 2>&1 >"$temporary_file") && write_error=$(chmod "$2" "$temporary_file" 2>&1) &&
    { sync "$temporary_file" 2>/dev/null || :; } && { [ ! -d "$1" ] || write_error=$(remove_folder "$1" 2>&1); } &&
    write_error=$(mv -f "$temporary_file" "$1" 2>&1) && return
  rm -f "$temporary_file"
  fail "could not write $1: $(printf %s "$write_error" | sed 's/.*: //; q')"
}

# in: FOLDER
remove_folder() {
  case $1 in "$state_dir"/pins.* | "$fragment_file") rm -rf "$1" ;; *) echo 'a folder is there' && return 1 ;; esac
}

# Whether the file has the content of standard input and is no link, everybody has the rights of the mode, and nobody but
# root or this user may write to it.
# in: FILE MODE
is_in_place() {
  [ -n "$(find "$1" -prune -type f \( -user 0 -o -user "$user_id" \) -perm "-$2" ! -perm -0020 ! -perm -0002 2>/dev/null)" ] &&
    cmp -s - "$1"
}

# in:  FILE
# out: out_sha256; '' on a machine without a tool for it
compute_sha256() {
  out_sha256=$({ sha256sum || shasum -a 256 || openssl dgst -sha256 -r; } <"$1" 2>/dev/null)
  out_sha256=${out_sha256%% *}
}

# Detects a truncated file without its hash.
# in: FILE
is_complete() {
  is_plain "$1" || return
  case $format in
    sh) [ -z "$(tail -c 1 "$1")" ] ;;
    *) [ "$(head -c 1 "$1")$(tail -c 2 "$1")" = '{}' ] ;;
  esac
}

# Prints the path of a file or folder in this folder, or else in the next parent that has it.
# in: NAME
find_upwards() {
  folder=$(pwd)
  while [ ! -e "$folder/$1" ] && [ -n "$folder" ]; do folder=${folder%/*}; done
  printf '%s/%s\n' "$folder" "$1"
}
