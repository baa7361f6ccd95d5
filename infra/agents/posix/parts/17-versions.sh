# --- versions ---------------------------------------------------------------------------------------------------------
# Finds the version of Claude Code that counts. It is read from links, file names and package.json: root runs no client.

# A setting counts, else the program on the user's path, else the oldest that is installed: for root, in any home.
# in:  cli: the version that a setting names, or nothing
# out: cli, such as 2.1.331, or nothing; cli_found: the version, where it was found, and the number of others
find_cli_version() {
  cli=$(printf '%s\n' "$cli" | to_version) cli_found=''
  [ -z "$cli" ] || { cli_found="$cli, by a setting" && return; }
  if [ "$(id -u)" -ne 0 ] && cli_program=$(command -v claude); then
    cli=$(print_program_version "$cli_program")
    cli_found=${cli:+"$cli: $cli_program"}
    return
  fi
  installed=$(list_installed_versions | sort -u | sort -t . -k 1,1n -k 2,2n -k 3,3n)
  [ -n "$installed" ] || return 0
  oldest=${installed%%"$newline"*}
  cli=${oldest%% *} cli_found="${oldest%% *}: ${oldest#* }"
  [ "$oldest" = "$installed" ] || cli_found="$cli_found, the oldest of $(printf '%s\n' "$installed" | wc -l | tr -d ' ')"
}

# Prints the version of a program of the user, who may run it where its place does not tell.
# in: PROGRAM
print_program_version() {
  read_program_version "$1" | grep . || run_with_timeout "$1" --version </dev/null 2>/dev/null | to_version
}

# Prints a line for each installed Claude Code: its version, and the path that tells it.
list_installed_versions() {
  list_homes | while IFS= read -r home; do list_versions_in_home "$home"; done
  for package_root in /usr /usr/local /opt/homebrew /home/linuxbrew/.linuxbrew; do
    list_packages "$root$package_root"/lib
    list_casks "$root$package_root"/Caskroom/claude-code/*
  done
}

# Prints the homes of this machine for root, else that of the user.
list_homes() {
  if [ "$(id -u)" -ne 0 ]; then printf '%s\n' "$root${HOME:-/nowhere}" && return; fi
  {
    cut -d : -f 6 "$root/etc/passwd" 2>/dev/null | while IFS= read -r home; do
      case $home in /?*) [ ! -d "$root$home" ] || printf '%s\n' "$root$home" ;; esac
    done
    for home in "$root"/root "$root"/var/root "$root"/home/* "$root"/Users/*; do [ ! -d "$home" ] || printf '%s\n' "$home"; done
  } | sort -u
}

# The native installer keeps some versions, and a link to the one that runs. Node's managers have a folder for each Node.
# in: HOME
list_versions_in_home() {
  native_link=$1/.local/bin/claude
  if [ -L "$native_link" ] && native_version=$(read_program_version "$native_link" | grep .); then
    printf '%s %s\n' "$native_version" "$native_link"
  else
    list_newest_native "$1"
  fi
  list_packages "$1"/.local/lib "$1"/.npm-global/lib "$1"/.npm-packages/lib "$1"/.claude/local "$1"/n/lib \
    "$1"/.nvm/versions/node/*/lib "$1"/.local/share/fnm/node-versions/*/installation/lib \
    "$1"/.fnm/node-versions/*/installation/lib "$1"/.asdf/installs/nodejs/*/lib \
    "$1"/.local/share/mise/installs/node/*/lib "$1"/.volta/tools/image/packages/@anthropic-ai/claude-code/lib \
    "$1"/.bun/install/global "$1"/.config/yarn/global "$1"/.local/share/pnpm/global/* "$1"/Library/pnpm/global/* \
    "$1"/.linuxbrew/lib "$1"/homebrew/lib
  list_casks "$1"/.linuxbrew/Caskroom/claude-code/* "$1"/homebrew/Caskroom/claude-code/*
}

# in: HOME
list_newest_native() {
  newest_native=$(for native_file in "$1"/.local/share/claude/versions/*; do
    [ ! -f "$native_file" ] || printf '%s\n' "${native_file##*/}"
  done | grep -x '[0-9]*\.[0-9]*\.[0-9]*' | sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1)
  [ -z "$newest_native" ] || printf '%s %s\n' "$newest_native" "$1/.local/share/claude/versions/$newest_native"
}

# in: FOLDER ... with node_modules
list_packages() {
  for packages do
    package_file=$packages/node_modules/@anthropic-ai/claude-code/package.json
    package_version=$(read_package_version "$package_file")
    [ -z "$package_version" ] || printf '%s %s\n' "$package_version" "$package_file"
  done
}

# in: FOLDER ... of casks, named by their versions
list_casks() {
  for cask do
    cask_version=$(printf '%s\n' "${cask##*/}" | to_version)
    { [ -z "$cask_version" ] || [ ! -d "$cask" ]; } || printf '%s %s\n' "$cask_version" "$cask"
  done
}

# Prints the version that the place of a program tells. Follows links by their text, so nothing is opened on the way.
# in: PROGRAM
read_program_version() {
  program=$1 links=0
  while [ -L "$program" ] && [ $links -lt 8 ]; do
    link_target=$(readlink "$program") || return
    case $link_target in /*) program=$link_target ;; *) program=${program%/*}/$link_target ;; esac
    links=$((links + 1))
    case $program in
      */claude/versions/*) printf '%s\n' "${program##*/claude/versions/}" | to_version && return ;;
      */Caskroom/claude-code/*) printf '%s\n' "${program##*/Caskroom/claude-code/}" | to_version && return ;;
    esac
  done
  case $program in
    */node_modules/@anthropic-ai/claude-code/*)
      read_package_version "${program%/claude-code/*}/claude-code/package.json" ;;
  esac
}

# A user may put anything there: a file without end, or a pipe that nobody writes to.
# in: FILE
read_package_version() {
  [ -f "$1" ] || return 0
  run_with_timeout head -c 65536 "$1" 2>/dev/null | tr '{' '\n' | tr , '\n' |
    sed -n 's/^[[:space:]]*"version"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' | head -n 1 | to_version
}

# Prints the version at the start of the first line of standard input, such as 2.1.331, or nothing.
to_version() { sed -n 's/^\([0-9]\{1,6\}\.[0-9]\{1,6\}\.[0-9]\{1,6\}\).*/\1/p; q'; }

# in: VERSION OTHER_VERSION
is_older_version() {
  [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)" = "$1" ]
}
