# --- doctor: conflicts ------------------------------------------------------------------------------------------------
# Compares the variables of this shell, and the settings of the user and the project, with the pins.

check_shell() {
  if [ -z "$out_pins" ]; then report_skipped shell 'there are no pins to compare with' && return; fi
  read_variables
  find_conflicts "$out_variables"
  if [ -z "$out_conflicts$out_missing" ]; then
    report_ok shell 'no variable of this shell conflicts with a pin' && return
  fi
  fix=${out_conflicting_names:+"unset$out_conflicting_names"}
  [ "$delivery" != shell ] || fix="${fix:+$fix; }eval \"\$(pinward env)\""
  [ -z "$out_missing" ] || out_missing=", not set:$out_missing" out_overrides_pins=yes
  conflicts=$out_conflicts$out_missing
  report_problem shell "${conflicts#, }" "$(explain_conflict "$(list_profiles)")" "$fix"
}

# out: out_variables: lines of env.NAME=VALUE for the variables of this shell that concern the pins; out_missing: the
#      pinned variables that this shell lacks, where the shell is to deliver them
read_variables() {
  out_variables='' out_missing=''
  for setting in $(printf '%s\n' "$out_pins" | sed -n 's/^\(env\.[A-Z][A-Z0-9_]*\)=.*/\1/p') env.ANTHROPIC_MODEL \
    env.ANTHROPIC_DEFAULT_MODEL env.CLAUDE_CODE_SUBAGENT_MODEL env.ANTHROPIC_VERTEX_BASE_URL \
    env.CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST env.CLAUDE_CODE_USE_BEDROCK env.CLAUDE_CODE_USE_FOUNDRY \
    env.CLAUDE_CODE_USE_MANTLE env.CLAUDE_CODE_USE_ANTHROPIC_AWS env.CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD; do
    name=${setting#env.}
    value='' is_set=''
    eval "value=\${$name-} is_set=\${$name+yes}"
    if [ -n "$is_set" ]; then
      out_variables="$out_variables$setting=$(to_printable "$value")$newline"
    elif has_pin "$setting" && [ -n "$(print_pin "$setting")" ]; then
      out_missing="$out_missing $name"
    fi
  done
  [ "$delivery" = shell ] || out_missing=''
  out_variables=$(printf %s "$out_variables" | sort -u)
}

# Prints which profiles of the user's shells name a conflicting variable.
list_profiles() {
  profiles=''
  for file in .profile .bash_profile .bashrc .zshenv .zprofile .zshrc .config/fish/config.fish; do
    for name in $out_conflicting_names; do
      ! grep -q "$name" "$root${HOME:-}/$file" 2>/dev/null || { profiles="$profiles ~/$file" && break; }
    done
  done
  echo "${profiles:+"New shells get the value from$profiles."}"
}

check_user_settings() {
  if [ -z "$out_pins" ]; then report_skipped settings 'there are no pins to compare with' && return; fi
  problems_before=$problems unreadable='' previous=''
  project_dir=$root$(pwd)/.claude
  for file in "$claude_home/settings.json" "$project_dir/settings.json" "$project_dir/settings.local.json"; do
    { [ -f "$file" ] && [ "$file" != "$previous" ]; } || continue
    previous=$file
    if ! settings=$(flatten_json "$file"); then unreadable="$unreadable, could not read $file" && continue; fi
    find_conflicts "$settings"
    [ -z "$out_conflicts" ] ||
      report_problem settings "$file: ${out_conflicts#, }" \
        "$(explain_conflict 'Remove the setting from that file.')" "$(edit_command "$file")"
  done
  if [ -n "$unreadable" ]; then
    report_skipped settings "${unreadable#, }"
  elif [ $problems -eq "$problems_before" ]; then
    report_ok settings "no setting of this user or project conflicts with a pin"
  fi
}

# in: ADVICE
explain_conflict() {
  if [ -n "$out_overrides_pins" ]; then
    echo "This overrides the pins.${1:+ $1}"
  else
    echo "Claude Code still follows the pins. Other programs, and Claude Code before 2.0.47, do not.${1:+ $1}"
  fi
}

# in:  SETTINGS, lines of path=value
# out: out_conflicts: the settings that differ from the pins; out_conflicting_names; out_overrides_pins: yes if Claude
#      Code follows one of these settings instead of the pin
find_conflicts() {
  out_conflicts='' out_conflicting_names='' out_overrides_pins=''
  while IFS= read -r setting; do
    [ -z "$setting" ] || compare_setting "${setting%%=*}" "${setting#*=}"
  done <<EOF
$(printf '%s\n' "$1" | grep -e '^model=' -e '^env\.ANTHROPIC_[A-Z_]*=' -e '^env\.CLAUDE_CODE_[A-Z_]*=' \
  -e '^env\.CLOUD_ML_REGION=' -e '^env\.VERTEX_REGION_[A-Z0-9_]*=')
EOF
}

# in:  NAME VALUE
# out: one more conflict, if there is one
compare_setting() {
  if has_pin "$1"; then
    [ "$2" != "$(print_pin "$1")" ] || return 0
    [ "$delivery" != shell ] || out_overrides_pins=yes
  else
    case $1 in
      model | env.ANTHROPIC_MODEL | env.ANTHROPIC_DEFAULT_MODEL | env.CLAUDE_CODE_SUBAGENT_MODEL)
        ! is_pinned_model "$2" || return 0 ;;
      env.ANTHROPIC_VERTEX_BASE_URL | env.CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST | env.CLAUDE_CODE_USE_*)
        case $2 in '' | 0 | false | no | off) return ;; esac ;;
      *) return 0 ;;
    esac
    out_overrides_pins=yes
  fi
  out_conflicts="$out_conflicts, ${1#env.}=$2" out_conflicting_names="$out_conflicting_names ${1#env.}"
}
