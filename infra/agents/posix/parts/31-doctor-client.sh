# --- doctor: client ---------------------------------------------------------------------------------------------------
# Asks Claude Code for each pinned family, and without --model. Where it would call another address than the pins say,
# finds what leads it away. Editors have variables of their own.

# out: client_folder, for the answers, or nothing when Claude Code was not asked; questions
check_client() {
  client_folder='' given='' leaves_shell='' agreeing='' out_finding=''
  users_home=$root${CLAUDE_CONFIG_DIR:-${HOME:-}/.claude}
  if [ "$(id -u)" -eq 0 ]; then out_finding=asked_by_root
  elif [ -z "$models" ]; then out_finding=asked_without_pins
  elif ! command -v claude >/dev/null; then out_finding=client_missing
  elif cli=$(print_program_version "$(command -v claude)") && [ -z "$cli" ]; then out_finding=client_unversioned
  elif is_older_version "$cli" "$asked_from"; then out_finding=client_old
  elif ! empty_variables; then out_finding=folder_unreadable
  elif ! client_folder=$(mktemp -d "${TMPDIR:-/tmp}/pinward.XXXXXX" 2>/dev/null); then out_finding=folder_missing
  fi
  [ -z "$out_finding" ] || { report client $out_finding && return; }
  trap 'rm -rf "$client_folder"' EXIT
  trap 'exit 1' HUP INT TERM
  ask_until=$(($(now) + 30))
  questions="$(printf '%s\n' "$models" | sed -n '/^default/!s/ .*//p' | tr '\n' ' ')default"
  ask_for_credentials "$client_folder/told" & ask_all shell
  for question in $questions; do
    judge_answer shell
    case $out_finding in
      client_agrees) agreeing="$agreeing $question" && continue ;;
      led) explain_suspect ;;
    esac
    report client $out_finding
  done
  [ "$agreeing" != " $questions" ] || report client client_agrees
}

# Asks all questions at once. Writes a file for each: the answer, and what leads it away from the pins.
# in: SET, for the names of the files; questions
ask_all() {
  for question in $questions; do find_suspect >"$client_folder/$1.$question" & done
  wait
}

# Prints the answer and, if it is wrong, the first source without which it is right, and without those before it. Managed
# files can't be left out.
# in: question; given
find_suspect() {
  answer=$(ask_without 0)
  printf '%s\n' "$answer"
  { [ -n "$answer" ] && ! is_right "$answer" && [ -z "$given" ]; } || return
  # shellcheck disable=SC2046 # a word for each variable
  set -- local project user $(list_variables "$leading_variable") shell
  answer=$(ask_without $# "$@") wrong=0 right=$#
  is_right "$answer" || { [ -z "$answer" ] || echo managed && return; }
  while [ $((right - wrong)) -gt 1 ]; do
    middle=$(((right + wrong) / 2)) && answer=$(ask_without $middle "$@")
    [ -n "$answer" ] || return
    if is_right "$answer"; then right=$middle; else wrong=$middle; fi
  done
  shift $((right - 1)) && echo "$1"
}

# in:  SET; question
# out: answer; suspect, which was left out last, or nothing when there was no time to find it; out_finding
judge_answer() {
  answer='' suspect=''
  { read -r answer && read -r suspect; } <"$client_folder/$1.$question"
  if [ -z "$answer" ]; then out_finding=client_silent
  elif is_right "$answer"; then out_finding=client_agrees
  else out_finding=led
  fi
}

# Without --model any pin is right.
# in: ANSWER; question
is_right() {
  case "$newline$models$newline" in
    *"$newline$question ${1#would call }$newline"*) ;;
    *" ${1#would call }$newline"*) [ "$question" = default ] ;;
    *) return 1 ;;
  esac
}

# in:  suspect
# out: out_finding and its variables
explain_suspect() {
  files='' out_finding=led_by_settings
  case $suspect in
    '') out_finding=led_somehow && return ;;
    user) files=$claude_home/settings.json ;;
    project) files=$(list_folder_settings | grep '/settings\.json$' | head -n 1) ;;
    local) files=$(list_folder_settings | grep '/settings\.local\.json$' | head -n 1) ;;
    managed) files=$(list_leading_files) && out_finding=led_by_managed ;;
    *)
      [ "$suspect" = shell ] && names=$(list_variables "$leading_variable") || names=$suspect
      out_finding=led_by_shell unset=${names:+unset $names} profiles=$(list_profiles "$names")
      profiles=${profiles:+"New shells get the value from $profiles: remove it there, too."}
      [ "$delivery" != shell ] || unset="${unset:+$unset; }eval \"\$($users_agent env)\""
      case $names:$delivery in :shell) out_finding=led_by_missing_pins ;; :*) out_finding=led_by_no_variable ;; esac
      return ;;
  esac
  case $suspect:$files in managed:) out_finding=led_by_pins ;; *:) files=$(find_upwards .claude) ;; esac
  edit=$(edit_command "$files") files=$(printf '%s\n' "$files" | sed '$!s/$/,/')
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

# Prints the profiles of the user's shells that name one of the variables.
# in: NAMES, one a line
list_profiles() {
  cd "$root${HOME:-}" 2>/dev/null && grep -lwF -e "${1:-$newline}" \
    .profile .bash_profile .bashrc .zshenv .zprofile .zshrc .config/fish/config.fish 2>/dev/null | sed '$!s/$/,/; s|^|~/|'
}

# Asks Claude Code with the variables that VS Code and its kin give it.
check_editors() {
  user_folder=$root${XDG_CONFIG_HOME:-${HOME:-}/.config}
  for file in "$user_folder"/*/User/settings.json "$user_folder"/*/User/profiles/*/settings.json \
    "$root${HOME:-}/Library/Application Support"/*/User/settings.json \
    "$root${HOME:-}"/.*-server*/data/Machine/settings.json "$root${HOME:-}"/.local/share/*/User/settings.json \
    "$root${HOME:-}"/.var/app/*/config/*/User/settings.json *.code-workspace "$(find_upwards .vscode/settings.json)"; do
    print_file "$file" | grep -q 'claudeCode\.environmentVariables' || continue
    edit=$(edit_command "$file")
    settings=$(flatten_json "$file" lenient) || { report editor editor_unreadable && continue; }
    given=$(printf '%s\n' "$settings" | print_editor_variables)
    names=$(printf '%s\n' "$given" | grep -vE "^$leading_variable=" | sed 's/=.*//')
    [ -z "$names" ] || report editor editor_idle
    given=$(printf '%s\n' "$given" | grep -E "^$leading_variable=") || continue
    names=$(printf '%s\n' "$given" | sed 's/=.*//') out_finding=not_asked
    [ -z "$client_folder" ] || ask_with_editor
    report editor "editor_${out_finding#client_}"
  done
}

# in:  given
# out: question, answer; out_finding: what is other than in the shell, client_silent, or not_asked
ask_with_editor() {
  empty_variables || { out_finding=not_asked && return; }
  ask_all editor
  for question in $questions; do
    judge_answer editor
    case $out_finding in
      led) [ "$answer" = "$(head -n 1 "$client_folder/shell.$question")" ] || return 0 ;;
      client_silent) return ;;
    esac
    out_finding=client_agrees
  done
}
