# --- files ------------------------------------------------------------------------------------------------------------
# Writes files in one step, hashes them, and tells a complete file from a truncated one.

# Writes standard input to a hidden file beside the target, which Claude Code ignores, and renames that file.
# in:  FILE MODE
# out: temporary_file, for clean_up; out_reason
write_file() {
  temporary_file=$(mktemp "${1%/*}/.${1##*/}.XXXXXX" 2>/dev/null) || fail "could not write in ${1%/*}" || return
  write_error=$(cat 2>&1 >"$temporary_file") && chmod "$2" "$temporary_file" &&
    { sync "$temporary_file" 2>/dev/null || :; } && mv -f "$temporary_file" "$1" && return
  rm -f "$temporary_file"
  fail "could not write $1: $(printf %s "$write_error" | sed 's/.*: //; q')"
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
  [ -s "$1" ] || return
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
