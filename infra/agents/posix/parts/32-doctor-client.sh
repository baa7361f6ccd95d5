# --- doctor: client ---------------------------------------------------------------------------------------------------
# Asks Claude Code which address it would call for each pinned family, and without --model. The question runs nothing of
# anybody's, writes only to a folder that is removed, and sends its request, which is empty, to a port that refuses it.

# out: client_folder, or nothing when Claude Code was not asked; client_answers, expected_answers, questions
check_client() {
  client_folder='' client_answers='' leaves_shell='' source='' out_finding=''
  superuser=root ordinary="sudo -u ${SUDO_USER:-DEVELOPER} $ordinary_agent doctor"
  if [ "$(id -u)" -eq 0 ]; then
    out_finding=asked_by_root
  elif [ -z "$out_models" ]; then
    out_finding=asked_without_pins
  elif ! command -v claude >/dev/null; then
    out_finding=client_missing
  elif cli=$(print_program_version "$(command -v claude)") && [ -z "$cli" ]; then
    out_finding=client_unversioned
  elif is_older_version "$cli" "$asked_from"; then
    out_finding=client_old
  elif ! client_folder=$(mktemp -d "${TMPDIR:-/tmp}/pinward.XXXXXX" 2>/dev/null); then
    out_finding=folder_missing client_folder=''
  fi
  [ -z "$out_finding" ] || { report client $out_finding && return; }
  trap 'rm -rf "$client_folder"' EXIT
  trap 'exit 1' HUP INT TERM
  claude_home=$root${CLAUDE_CONFIG_DIR:-${HOME:-}/.claude} ask_until=$(($(now) + 30))
  expected_answers=$(printf '%s\n' "$out_models" | sed -e 's/^\([^ ]*\) .* /\1 address /p' -e 's/^[^ ]* /default /')
  questions="$(printf '%s\n' "$out_models" | sed -n '/^default/!s/ .*//p' | tr '\n' ' ')default"
  client_answers=$(ask_all & ask_for_credentials & wait)
  answers=$client_answers agreeing=''
  for question in $questions; do
    find_client_finding
    case $out_finding in
      client_agrees) agreeing="$agreeing $question" && continue ;;
      led) find_blame ;;
    esac
    report client $out_finding
    answers=$client_answers
  done
  [ "$agreeing" != " $questions" ] || report client client_agrees
}

# in:  question, answers
# out: out_finding: client_agrees, client_silent, or led, which is away from the pins; answer, for people
find_client_finding() {
  answer=$(print_answer "$question")
  case $answer in
    '' | slow) out_finding=client_silent && return ;;
    address*/projects/*/locations/*/models/*)
      pattern='^address \(.*\)/projects/\(.*\)/locations/\(.*\)/publishers/.*/models/\(.*\)'
      answer=$(printf '%s\n' "$answer" | sed "s#$pattern#would call \4 in \3 for \2 at \1#") ;;
    address*) answer="would call ${answer#address }" ;;
    *) answer="calls nothing: ${answer#line }" ;;
  esac
  if is_expected "$question"; then out_finding=client_agrees; else out_finding=led; fi
}

# in: NAME of an answer; question, answers
is_expected() {
  case "$newline$expected_answers$newline" in *"$newline$question $(print_answer "$1")$newline"*) ;; *) return 1 ;; esac
}

# in: NAME of an answer; answers
print_answer() { printf '%s\n' "$answers" | sed -n "s/^$1 //p"; }

ask_all() {
  for question in $questions; do ask_client "$question" user,project,local & done
  wait
}

# Has Claude Code tell the variables of its credentials: those by all settings, and those without the settings of this
# folder, which may be a stranger's.
ask_for_credentials() {
  question=default
  for sources in user user,project,local; do
    ask_client credentials $sources --mcp-config "$(print_question_server "$client_folder/$sources")" >/dev/null &
  done
  wait
}

# Prints an answer: its name, a kind and a text. The kinds: address; line, the first that people can read; slow.
# in: NAME, SOURCES of settings that count, WORDS for Claude Code; question, ask_until; leaves_shell: whether the shell
#     has nothing but what the agent gives it
ask_client() (
  answer_name=$1 sources=$2 timeout=$((ask_until - $(now)))
  shift 2
  [ $timeout -le 10 ] || timeout=10
  [ $timeout -gt 0 ] || { echo "$answer_name slow" && exit; }
  own_folder=$(mktemp -d "$client_folder/XXXXXX") || exit
  cp "$claude_home/settings.json" "$own_folder/" 2>/dev/null
  cp -R "$claude_home/agents" "$own_folder/" 2>/dev/null
  variables=$(print_question_variables "$own_folder")
  settings=$(print_question_settings "{$(printf '%s\n' "$variables" | awk '{
    value = $0; sub(/=.*/, ""); sub(/[^=]*=/, "", value); gsub(/["\\]/, "\\\\&", value)
    printf "%s\"%s\":\"%s\"", (NR > 1 ? "," : ""), $0, value
  }')}")
  [ "$question" = default ] || set -- --model "$question" "$@"
  set -- claude -p "$@" "--setting-sources=$sources" --no-session-persistence --strict-mcp-config \
    --settings "$settings" ping
  if [ -n "$leaves_shell" ] && [ "$delivery" = shell ]; then
    variables="$(printf '%s\n' "$out_pins" | sed 's/^env\.//')$newline$variables"
  fi
  while IFS= read -r line; do set -- "$line" "$@"; done <<EOF
$variables
EOF
  [ -z "$leaves_shell" ] || set -- -i "HOME=${HOME:-}" "USER=${USER:-}" "$@"
  { run_with_timeout env "$@" </dev/null 2>&1 || echo "pinward-exit $?"; } 2>/dev/null | read_answer "$answer_name"
)

# Takes the address from the log of a request, or else the first line. Hides passwords, and words that may be secret.
# in: NAME of the answer; what Claude Code printed, on standard input
read_answer() {
  awk -v name="$1" '
    /^pinward-exit / { code = $2; next }
    /^\[log_/ { is_log = 1 }
    is_log && address == "" && sub(/^[ \t]*url: "/, "") { sub(/".*/, ""); address = $0 }
    !is_log && line == "" && /[^ \t\r]/ { line = $0 }
    END {
      sub(/\/\/[^\/]*@/, "//", address); sub(/[?#].*/, "", address); sub(/:[A-Za-z]*[rR]awPredict$/, "", address)
      words = split(substr(line, 1, 300), word, /[ \t\r]+/)
      for (i = 1; i <= words; i++) {
        is_secret = length(word[i]) > 19 && word[i] ~ /[0-9]/ && word[i] ~ /[A-Za-z]/ && word[i] !~ /^(\/|claude-)/
        text = text (i > 1 ? " " : "") (is_secret ? "(hidden)" : word[i])
      }
      if (address != "") print name " address " address
      else if (code == 124 || code == 137 || code == 143) print name " slow"
      else print name " line " (text != "" ? text : "it printed nothing")
    }'
}
