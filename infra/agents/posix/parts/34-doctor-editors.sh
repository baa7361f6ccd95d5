# --- doctor: editors --------------------------------------------------------------------------------------------------
# Reads the variables that VS Code and its kin give to Claude Code, and asks Claude Code what it would call with them.

check_editors() {
  for file in "$root${XDG_CONFIG_HOME:-${HOME:-}/.config}"/*/User/settings.json \
    "$root${XDG_CONFIG_HOME:-${HOME:-}/.config}"/*/User/profiles/*/settings.json \
    "$root${HOME:-}/Library/Application Support"/*/User/settings.json \
    "$root${HOME:-}"/.*-server/data/Machine/settings.json "$(find_upwards .vscode/settings.json)"; do
    ! grep -q 'claudeCode\.environmentVariables' "$file" 2>/dev/null || check_editor "$file"
  done
}

# in: FILE
check_editor() {
  settings=$(flatten_json "$1" lenient) || { report_skipped editor "could not read $1" && return; }
  variables=$(printf '%s\n' "$settings" | sed -n 's/^claudeCode\.environmentVariables\.//p' | awk '
    { index_of = $0; sub(/\..*/, "", index_of); text = $0; sub(/[^=]*=/, "", text) }
    /^[0-9]+\.name=[A-Za-z_][A-Za-z0-9_]*$/ { names[index_of] = text; order[++count] = index_of }
    /^[0-9]+\.value=/ { values[index_of] = text }
    END { for (i = 1; i <= count; i++) print names[order[i]] "=" values[order[i]] }')
  names=$(printf '%s\n' "$variables" | sed 's/=.*//' | tr '\n' ' ')
  [ -n "$variables" ] || return 0
  if [ -z "$client_folder" ]; then
    report_skipped editor "$1 sets ${names% }; Claude Code was not asked what follows" && return
  fi
  answers=$(
    while IFS= read -r variable; do export "${variable?}"; done <<EOF
$variables
EOF
    ask_all
  )
  for question in $questions; do
    case $(print_answer "$question") in
      '' | slow) report_skipped editor "$1 sets ${names% }; Claude Code did not answer in time" && return ;;
      "$(answers=$out_answers && print_answer "$question")") continue ;;
    esac
    is_expected "$question" "$question" && continue
    report_problem editor "$1 sets ${names% }; $question: $(describe_answer)" \
      'This overrides the pins in the editor. Remove it from claudeCode.environmentVariables.' "$(edit_command "$1")"
    return
  done
  report_ok editor "$1 sets ${names% }; Claude Code calls the same with them"
}
