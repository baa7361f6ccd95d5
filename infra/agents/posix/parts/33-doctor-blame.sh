# --- doctor: blame ----------------------------------------------------------------------------------------------------
# Finds the source that leads Claude Code away from the pins: asks again without one source at a time. Managed files
# can't be left out, so they are named.

# Tries first what was to blame for the question before.
# in:  question; source: user, project, local, shell, all, managed, or nothing
# out: source; out_finding and its variables
find_blame() {
  if [ -z "$source" ] || ! is_right_without "$source"; then
    if is_right_without all; then
      answers=$(for source in user project local shell; do ask_without $source & done; wait)
      for source in user project local shell all; do ! is_expected $source || break; done
    else
      [ "$(print_answer all)" = slow ] && source='' || source=managed
    fi
  fi
  case $source in
    '') out_finding=led_somehow && return ;;
    shell) blame_shell && return ;;
    user) set -- "$claude_home/settings.json" ;;
    project) set -- "$(find_upwards .claude/settings.json)" ;;
    local) set -- "$(find_upwards .claude/settings.local.json)" ;;
    all) set -- "$claude_home/settings.json" "$(find_upwards .claude/settings.json)" \
      "$(find_upwards .claude/settings.local.json)" ;;
    managed) set -- "$claude_home/remote-settings.json" "${settings_dir%.d}.json" "$settings_dir"/*.json \
      "$root/Library/Managed Preferences/com.anthropic.claudecode.plist" \
      "$root/Library/Managed Preferences/${USER:-}/com.anthropic.claudecode.plist" ;;
  esac
  blame_files "$@"
}

# in:  SOURCE; question
# out: answers
is_right_without() {
  answers=$(ask_without "$1")
  is_expected "$1"
}

# in: SOURCE; question
ask_without() (
  case $1 in
    user) sources=project,local ;;
    project) sources=user,local ;;
    local) sources=user,project ;;
    all) sources='' leaves_shell=yes ;;
    *) sources=user,project,local ;;
  esac
  [ "$1" != shell ] || leaves_shell=yes
  ask_client "$1" "$sources"
)

# A managed file that has none of these words leads nowhere; one without a brace is no object, which stops Claude Code.
# in:  FILE ...; source
# out: out_finding, edit; source_names
blame_files() {
  out_finding=led_by_settings source_names='' edit=''
  [ "$source" != managed ] || out_finding=led_by_managed
  for file; do
    { [ -s "$file" ] && [ "$file" != "$fragment_file" ]; } || continue
    [ $out_finding = led_by_settings ] || ! grep -q '{' "$file" 2>/dev/null ||
      grep -qE 'env|[mM]odel|agent|Providers|Version|policyHelper|force|managedSources|sandbox' "$file" || continue
    source_names="$source_names${source_names:+, }$file" edit=${edit:-$(edit_command "$file")}
  done
  [ "$source" != all ] ||
    source_names="$source_names${source_names:+, or }variables of this shell:$(list_client_variables)"
  [ -n "$source_names" ] || out_finding=led_by_pins
}

blame_shell() {
  out_finding=led_by_shell names='' candidates=$(list_client_variables)
  for name in $candidates; do
    answers=$(unset "$name" && ask_client shell user,project,local)
    ! is_expected shell || names="$names $name"
  done
  names=${names:-$candidates}
  profiles=$(cd "$root${HOME:-}" 2>/dev/null && for name in $names; do
    grep -l "$name" .profile .bash_profile .bashrc .zshenv .zprofile .zshrc .config/fish/config.fish 2>/dev/null
  done | sort -u | sed 's#^# ~/#' | tr -d '\n')
  profiles=${profiles:+"New shells get the value from$profiles."} unset=${names:+"unset$names"} names=${names# }
  [ "$delivery" != shell ] || unset="${unset:+$unset; }eval \"\$($ordinary_agent env)\""
}

# Prints the names of the variables that may concern Claude Code, each after a blank.
list_client_variables() {
  env | grep -E '^(ANTHROPIC|CLAUDE|CLOUD_ML|VERTEX|GOOGLE|GCLOUD|AWS)[A-Z0-9_]*=' | sed 's/=.*//; s/^/ /' | sort -u |
    tr -d '\n'
}

# Prints the path of the file in this folder, or else in the next parent that has it.
# in: NAME
find_upwards() {
  folder=$(pwd)
  while [ ! -f "$folder/$1" ] && [ -n "$folder" ]; do folder=${folder%/*}; done
  printf '%s/%s\n' "$folder" "$1"
}

# Prints the command that opens a file in an editor.
# in: FILE
edit_command() {
  if [ -w "$1" ]; then set -- "${EDITOR:-vi}" "$1"; else set -- 'sudo vi' "$1"; fi
  printf '%s %s' "$1" "$(quote_for_shell "$2")"
}

# Asks Claude Code what it would call with the variables that VS Code and its kin give it.
check_editors() {
  for file in "$root${XDG_CONFIG_HOME:-${HOME:-}/.config}"/*/User/settings.json \
    "$root${XDG_CONFIG_HOME:-${HOME:-}/.config}"/*/User/profiles/*/settings.json \
    "$root${HOME:-}/Library/Application Support"/*/User/settings.json \
    "$root${HOME:-}"/.*-server/data/Machine/settings.json "$(find_upwards .vscode/settings.json)"; do
    ! grep -q 'claudeCode\.environmentVariables' "$file" 2>/dev/null || check_editor
  done
}

# in: file
check_editor() {
  settings=$(flatten_json "$file" lenient) || { report editor editor_unreadable && return; }
  variables=$(printf '%s\n' "$settings" | sed -n 's/^claudeCode\.environmentVariables\.//p' | awk '
    { index_of = $0; sub(/\..*/, "", index_of); text = $0; sub(/[^=]*=/, "", text) }
    /^[0-9]+\.name=[A-Za-z_][A-Za-z0-9_]*$/ { names[index_of] = text; order[++count] = index_of }
    /^[0-9]+\.value=/ { values[index_of] = text }
    END { for (i = 1; i <= count; i++) print names[order[i]] "=" values[order[i]] }')
  [ -n "$variables" ] || return 0
  names=$(printf '%s\n' "$variables" | sed 's/=.*//' | tr '\n' ' ') && names=${names% } edit=$(edit_command "$file")
  [ -n "$client_folder" ] || { report editor editor_not_asked && return; }
  editor_answers=$(
    while IFS= read -r variable; do export "${variable?}"; done <<EOF
$variables
EOF
    ask_all
  )
  for question in $questions; do
    answers=$client_answers && before=$(print_answer "$question")
    answers=$editor_answers && find_client_finding
    case $out_finding:$(print_answer "$question") in
      client_agrees:* | *:"$before") out_finding=editor_agrees && continue ;;
      client_silent:*) out_finding=editor_silent ;;
      *) out_finding=editor_leads ;;
    esac
    break
  done
  report editor $out_finding
}
