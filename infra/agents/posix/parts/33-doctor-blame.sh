# --- doctor: blame ----------------------------------------------------------------------------------------------------
# Finds what leads Claude Code away from the pins: asks again without more and more sources of settings and variables,
# until it is right. Managed files can't be left out, so they are named.

# Prints what was left out last: local, project, user, a variable, or shell, which is all variables. Prints managed when
# nothing helps, and nothing when there was no time.
# in: question
find_suspect() {
  judge_answer answer
  [ "$out_finding" = led ] || return
  answer=$(leaves_shell=yes && ask_client '')
  [ -n "$answer" ] || return
  is_right "$answer" || { echo managed && return; }
  sources=user,project,local
  for suspect in local project user $(list_client_variables) shell; do
    case $suspect in
      local | project | user) sources=${sources%"$suspect"} && sources=${sources%,} ;;
      shell) leaves_shell=yes ;;
      *) unset "$suspect" ;;
    esac
    answer=$(ask_client "$sources")
    [ -n "$answer" ] || return
    ! is_right "$answer" || { echo "$suspect" && return; }
  done
}

# in:  SUSPECT
# out: out_finding and its variables
explain_suspect() {
  files='' out_finding=led_by_settings
  case $1 in
    '') out_finding=led_somehow && return ;;
    user) files=$claude_home/settings.json ;;
    project) files=$(find_upwards .claude/settings.json) ;;
    local) files=$(find_upwards .claude/settings.local.json) ;;
    managed) files=$(list_leading_files) && out_finding=led_by_managed ;;
    *)
      [ "$1" = shell ] && names=$(list_client_variables) || names=$1
      out_finding=led_by_shell unset=${names:+unset $names} profiles=$(list_profiles "$names")
      profiles=${profiles:+"New shells get the value from $profiles: remove it there, too."}
      [ "$delivery" != shell ] || unset="${unset:+$unset; }eval \"\$($ordinary_agent env)\""
      return ;;
  esac
  [ -n "$files" ] || out_finding=led_by_pins
  edit=$(edit_command "${files%%"$newline"*}") files=$(printf '%s\n' "$files" | sed '$!s/$/,/')
}

# Prints the profiles of the user's shells that name one of the variables.
# in: NAMES, one a line
list_profiles() {
  cd "$root${HOME:-}" 2>/dev/null && grep -lwF -e "${1:-$newline}" \
    .profile .bash_profile .bashrc .zshenv .zprofile .zshrc .config/fish/config.fish 2>/dev/null | sed '$!s/$/,/; s|^|~/|'
}

# Prints the managed files that may lead Claude Code away or stop it. It stops at what is no object.
list_leading_files() {
  for file in "$claude_home/remote-settings.json" "${settings_dir%.d}.json" "$settings_dir"/*.json \
    "$root/Library/Managed Preferences/com.anthropic.claudecode.plist" \
    "$root/Library/Managed Preferences/${USER:-}/com.anthropic.claudecode.plist"; do
    { [ -s "$file" ] && [ "$file" != "$fragment_file" ]; } || continue
    grep -q '{' "$file" 2>/dev/null && settings=$(flatten_json "$file") &&
      ! printf '%s\n' "$settings" | grep -qE "^([^=]*[.])?($leading_setting)[.=]" || printf '%s\n' "$file"
  done
}

# Prints the names of the variables of this shell that may concern Claude Code, but those that are as the pins say.
list_client_variables() {
  env | grep -E "^$client_variable=" | grep -vxF -e "$pins" | sed 's/=.*//' | sort -u
}

# Asks Claude Code what it would call with the variables that VS Code and its kin give it.
check_editors() {
  user_folder=$root${XDG_CONFIG_HOME:-${HOME:-}/.config}
  for file in "$user_folder"/*/User/settings.json "$user_folder"/*/User/profiles/*/settings.json \
    "$root${HOME:-}/Library/Application Support"/*/User/settings.json \
    "$root${HOME:-}"/.*-server/data/Machine/settings.json "$(find_upwards .vscode/settings.json)"; do
    ! grep -q 'claudeCode\.environmentVariables' "$file" 2>/dev/null || check_editor
  done
}

# in: file
check_editor() {
  edit=$(edit_command "$file")
  settings=$(flatten_json "$file" lenient) || { report editor editor_unreadable && return; }
  given=$(printf '%s\n' "$settings" | sed -n 's/^claudeCode\.environmentVariables\.//p' | sort |
    sed -n '/^[0-9]*\.name=[A-Za-z_][A-Za-z0-9_]*$/{N;s/^[0-9]*\.name=\(.*\)\n[0-9]*\.value=/\1=/p;}')
  [ -n "$given" ] || return 0
  names=$(printf '%s\n' "$given" | sed 's/=.*//')
  [ -n "$client_folder" ] || { report editor editor_not_asked && return; }
  ask_all editor
  for question in $questions; do
    judge_answer editor
    case $out_finding in
      led) cmp -s "$client_folder/answer.$question" "$client_folder/editor.$question" || break ;;
      client_silent) break ;;
    esac
    out_finding=client_agrees
  done
  report editor "editor_${out_finding#client_}"
}
