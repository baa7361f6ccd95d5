# --- root -------------------------------------------------------------------------------------------------------------
# Keeps root from running what somebody else may write: programs of the search path, and the configuration's command.

# Root's search path has no folder in which somebody else may write. Root's shells and openssl load nothing that variables
# name.
# out: PATH, user_id
secure_search_path() {
  system_path=/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin # the last is that of NixOS
  callers_path=$PATH PATH=$system_path
  user_id=$(id -u)
  if [ "$user_id" -ne 0 ]; then PATH=$callers_path && return; fi
  unset ENV BASH_ENV OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES PERL5OPT PERL5LIB PYTHONPATH PYTHONHOME \
    PYTHONSTARTUP CLOUDSDK_PYTHON
  trusted_path='' folders=$callers_path:
  while [ -n "$folders" ]; do
    folder=${folders%%:*} folders=${folders#*:}
    case $folder in /*) ;; *) continue ;; esac
    case :$system_path: in *":$folder:"*) ;; *) { [ -d "$folder" ] && is_roots_alone "$folder"; } || continue ;; esac
    trusted_path=${trusted_path:+$trusted_path:}$folder
  done
  PATH=${trusted_path:-$system_path}
}

# Whether nobody but root may change what has this path: it, or a folder above it. In a sticky folder above it nobody
# can replace what is root's.
# in:  PATH of a file or folder; if it isn't there, the folder in which it would be counts
# out: out_writable: the first path that somebody else may write
is_roots_alone() {
  checked_path=$1
  case $checked_path in /*) ;; *) checked_path=$PWD/$checked_path ;; esac
  until [ -e "$checked_path" ] || [ -z "$checked_path" ]; do checked_path=${checked_path%/*}; done
  checked_folder=$checked_path/
  [ -d "$checked_folder" ] || checked_folder=${checked_path%/*}/
  # A link counts with the folders above it and with those of its target.
  physical_path=$(cd -P -- "$checked_folder" && pwd -P) || return
  # In the folder itself a sticky bit is no help: others may add files.
  out_writable=$([ ! -d "$checked_path" ] || find "$checked_path/" -prune \( -perm -0002 -o -perm -0020 ! -group 0 \) 2>/dev/null)
  [ -n "$out_writable" ] || out_writable=$(list_writable "$checked_path")
  [ -n "$out_writable" ] || out_writable=$(list_writable "$physical_path")
  [ -z "$out_writable" ]
}

# Whether nobody but root, and who runs sudo, may change a file that root is about to install, or its folder.
# in:  FILE
# out: out_writable
is_trusted_source() {
  case $1 in */*) source_folder=${1%/*} ;; *) source_folder=. ;; esac
  out_writable=$(list_written_by_others "${SUDO_UID:-0}" "${SUDO_GID:-0}" "$1" "$source_folder")
  [ -z "$out_writable" ]
}

# Prints the first of the path and the folders above it that somebody else than root may write.
# in: PATH, absolute
list_writable() {
  folder_above=$1
  set -- 0 0 /
  while [ -n "$folder_above" ]; do set -- "$@" "$folder_above" && folder_above=${folder_above%/*}; done
  list_written_by_others "$@"
}

# What can't be looked at counts as written by others.
# in: OTHER_OWNER OTHER_GROUP, who may write beside root; PATH ...
list_written_by_others() {
  other_owner=$1 other_group=$2
  shift 2
  {
    find "$@" -prune \( ! -user 0 ! -user "$other_owner" -o ! -type l ! -perm -1000 \( -perm -0002 \
      -o -perm -0020 ! -group 0 ! -group "$other_group" \) \) 2>/dev/null || printf '%s\n' "$1"
  } | head -n 1
}

# Root installs nothing from a folder, nor into one, that somebody else may write.
# in: FOLDER ...
refuse_writable_folders() {
  [ "$user_id" -eq 0 ] || return 0
  is_trusted_source "$0" || die 2 "somebody else than root may write $out_writable;" \
    'copy the agent to a folder of root, and install it from there'
  for folder do
    is_roots_alone "$folder" || die 2 "somebody else than root may write $out_writable, so root installs nothing there;" \
      "let only root write there: $(print_fix "$out_writable")"
  done
}

# Prints the command that leaves a path to root.
# in: PATH
print_fix() {
  quoted_path=$(quote_for_shell "$1")
  printf 'chown root %s && chmod go-w %s' "$quoted_path" "$quoted_path"
}
