# --- doctor: blame ----------------------------------------------------------------------------------------------------
# Finds the source that leads Claude Code away from the pins: asks again without one source at a time. Managed files
# can't be left out, so they are read.

# Tries first what was to blame for the question before.
# in:  question; source: user, project, local, shell, all, managed, or nothing
# out: source; out_source, out_meaning, out_fix
find_blame() {
  case $source in '' | managed) ;; *) is_right_without "$source" && blame_$source && return ;; esac
  if is_right_without all; then
    answers=$(for source in user project local shell; do ask_without $source & done; wait)
    for source in user project local shell; do
      if is_expected $source "$question"; then blame_$source && return; fi
    done
    source=all && blame_all
  elif [ "$(print_answer all)" = slow ]; then
    source='' out_source='a source that there was no time to find' out_meaning='' out_fix="$as_user doctor"
  else
    source=managed && blame_managed
  fi
}

# in:  SOURCE; question
# out: answers
is_right_without() {
  answers=$(ask_without "$1")
  is_expected "$1" "$question"
}

# in: SOURCE; question
ask_without() (
  case $1 in
    user) ask_sources=project,local ;;
    project) ask_sources=user,local ;;
    local) ask_sources=user,project ;;
    shell) ask_variables=pins ;;
    all) ask_variables=pins ask_sources=none ;;
  esac
  ask_client "$1" "$question"
)

blame_user() { blame_files "$claude_home/settings.json"; }

blame_project() { blame_files "$(find_upwards .claude/settings.json)"; }

blame_local() { blame_files "$(find_upwards .claude/settings.local.json)"; }

# Several sources lead away, each of them alone.
blame_all() {
  blame_files "$claude_home/settings.json" "$(find_upwards .claude/settings.json)" \
    "$(find_upwards .claude/settings.local.json)"
  names=$(list_client_variables)
  out_source="$out_source${names:+, or variables of this shell:$names}"
}

# in: FILE ...
blame_files() {
  out_source='' out_fix=''
  for file; do
    [ -f "$file" ] || continue
    out_source="$out_source${out_source:+, }$file" out_fix=${out_fix:-$(edit_command "$file")}
  done
  out_source=${out_source:-$1} out_fix=${out_fix:-$(edit_command "$1")}
  out_meaning='This overrides the pins. Remove the setting from that file.'
}

# Prints the path of the file in this folder, or else in the next parent that has it.
# in: NAME
find_upwards() {
  folder=$(pwd)
  while [ ! -f "$folder/$1" ] && [ -n "$folder" ]; do folder=${folder%/*}; done
  printf '%s/%s\n' "$folder" "$1"
}

# Prints the names of the variables that may concern Claude Code, each after a blank.
list_client_variables() {
  env | grep -E '^(ANTHROPIC|CLAUDE|CLOUD_ML|VERTEX|GOOGLE|GCLOUD|AWS)[A-Z0-9_]*=' | sed 's/=.*//; s/^/ /' | sort -u |
    tr -d '\n'
}

blame_shell() {
  names='' candidates=$(list_client_variables)
  for name in $candidates; do
    answers=$(unset "$name" && ask_client shell "$question")
    ! is_expected shell "$question" || names="$names $name"
  done
  names=${names:-$candidates}
  profiles=$(cd "$root${HOME:-}" 2>/dev/null && for name in $names; do
    grep -l "$name" .profile .bash_profile .bashrc .zshenv .zprofile .zshrc .config/fish/config.fish 2>/dev/null
  done | sort -u | sed 's#^# ~/#' | tr -d '\n')
  out_source="variables of this shell:$names" out_fix=${names:+"unset$names"}
  [ "$delivery" != shell ] || out_fix="${out_fix:+$out_fix; }eval \"\$($as_user env)\""
  out_meaning="This overrides the pins.${profiles:+ New shells get the value from$profiles.}"
}

blame_managed() {
  out_source=$(list_managed_sources) out_fix=''
  while IFS= read -r file; do [ -z "$file" ] || out_fix=${out_fix:-$(edit_command "$file")}; done <<EOF
$out_source
EOF
  out_meaning='This outranks the pins or keeps Claude Code from starting. Its administrator has to change it.'
  [ -n "$out_source" ] && return
  out_source="the pins, or this Claude Code, $cli" out_fix='claude update'
  out_meaning='No source of settings beside the pins explains it. A newer Claude Code may know their models.'
}

# Prints the managed files beside the pins that name a model, a provider, a version or a helper, or that are no object.
list_managed_sources() {
  for file in "$claude_home/remote-settings.json" "${settings_dir%.d}.json" "$settings_dir"/*.json \
    "$root/Library/Managed Preferences/com.anthropic.claudecode.plist" \
    "$root/Library/Managed Preferences/${USER:-}/com.anthropic.claudecode.plist"; do
    { [ -s "$file" ] && [ "$file" != "$fragment_file" ]; } || continue
    case $file in *.plist) printf '%s\n' "$file" && continue ;; esac
    if [ "$(tr -d '[:space:]' <"$file" | head -c 1)" = '{' ] && settings=$(flatten_json "$file"); then
      printf '%s\n' "$settings" | grep -q -e '^env\.' -e '[mM]odel' -e '^agent=' -e Providers -e Version \
        -e '^policyHelper' -e '^force' -e '^managedSources' -e '^sandbox' || continue
    fi
    printf '%s\n' "$file"
  done
}
