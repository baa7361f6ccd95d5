# --- doctor: client ---------------------------------------------------------------------------------------------------
# Asks Claude Code which address it would call for each pinned family, and without --model. The question runs nothing of
# anybody's, writes only to a folder that is removed, and sends its request, which is empty, to a port that refuses it.

# out: client_folder, for the answers, or nothing when Claude Code was not asked; questions
check_client() {
  client_folder='' given='' leaves_shell='' agreeing='' superuser=root out_finding=''
  if [ "$(id -u)" -eq 0 ]; then out_finding=asked_by_root
  elif [ -z "$models" ]; then out_finding=asked_without_pins
  elif ! command -v claude >/dev/null; then out_finding=client_missing
  elif cli=$(print_program_version "$(command -v claude)") && [ -z "$cli" ]; then out_finding=client_unversioned
  elif is_older_version "$cli" "$asked_from"; then out_finding=client_old
  elif ! client_folder=$(mktemp -d "${TMPDIR:-/tmp}/pinward.XXXXXX" 2>/dev/null); then out_finding=folder_missing
  fi
  [ -z "$out_finding" ] || { report client $out_finding && return; }
  trap 'rm -rf "$client_folder"' EXIT
  trap 'exit 1' HUP INT TERM
  claude_home=$root${CLAUDE_CONFIG_DIR:-${HOME:-}/.claude} ask_until=$(($(now) + 30))
  right_answers=$(printf '%s\n' "$models" | awk -v project="$project" '{
    answer = " would call " $2 " in " $3 " for " project " at " $4; print $1 answer; print "default" answer
  }')
  questions="$(printf '%s\n' "$models" | sed -n '/^default/!s/ .*//p' | tr '\n' ' ')default"
  ask_all answer & ask_for_credentials & wait
  for question in $questions; do find_suspect >"$client_folder/suspect.$question" & done
  wait
  for question in $questions; do
    judge_answer answer
    case $out_finding in
      client_agrees) agreeing="$agreeing $question" && continue ;;
      led) explain_suspect "$(cat "$client_folder/suspect.$question")" ;;
    esac
    report client $out_finding
  done
  [ "$agreeing" != " $questions" ] || report client client_agrees
}

# Asks all questions at once, and writes each answer to a file.
# in: SET, for the names of the files; questions
ask_all() {
  for question in $questions; do ask_client user,project,local >"$client_folder/$1.$question" & done
  wait
}

# in:  SET of answers; question
# out: answer; out_finding: client_agrees, client_silent, or led, which is away from the pins
judge_answer() {
  answer=$(cat "$client_folder/$1.$question")
  if [ -z "$answer" ]; then out_finding=client_silent
  elif is_right "$answer"; then out_finding=client_agrees
  else out_finding=led
  fi
}

# in: ANSWER; question
is_right() { printf '%s\n' "$right_answers" | grep -qxF -e "$question $1"; }

# Has Claude Code tell the variables of its credentials: those by all settings, and those without the settings of this
# folder, which may be a stranger's.
ask_for_credentials() {
  question=default
  for sources in user user,project,local; do
    ask_client $sources --mcp-config "$(print_question_server "$client_folder/$sources")" >/dev/null &
  done
  wait
}

# Prints what Claude Code would call, or the first line that it prints instead; nothing when it is slow.
# in: SOURCES of settings that count, WORDS for Claude Code; question; given: variables beside those of the shell;
#     leaves_shell: whether the shell has nothing but what the agent gives it
ask_client() (
  sources=$1 timeout=$((ask_until - $(now)))
  shift
  [ "$leaves_shell:$delivery" != yes:shell ] || given=$pins
  [ $timeout -le 10 ] || timeout=10
  [ $timeout -gt 0 ] || exit
  own_folder=$(mktemp -d "$client_folder/XXXXXX") || exit
  cp -R -H "$claude_home/settings.json" "$claude_home/agents" "$own_folder/" 2>/dev/null
  [ "$question" = default ] || set -- --model "$question" "$@"
  set -- claude -p "$@" "--setting-sources=$sources" --no-session-persistence --strict-mcp-config \
    --settings "$(print_question_settings "$own_folder")" ping
  while IFS= read -r variable; do set -- "$variable" "$@"; done <<EOF
$(print_question_variables "$own_folder")${given:+$newline$given}
EOF
  [ -z "$leaves_shell" ] || set -- -i "HOME=${HOME:-}" "USER=${USER:-}" "$@"
  { run_with_timeout env "$@" </dev/null 2>&1 || echo "pinward-exit $?"; } 2>/dev/null | read_answer
)

# Takes the address from the log of the first request, or else the first line. Hides passwords, and words that may be
# secret.
read_answer() {
  awk '
    /^pinward-exit (124|137|143)$/ { is_slow = 1 }
    /^\[log_/ { is_log = 1 }
    is_log && answer == "" && sub(/^[ \t]*url: "/, "") {
      sub(/[?#"].*/, ""); sub(/\/\/[^\/]*@/, "//"); sub(/:[A-Za-z]*[rR]awPredict$/, "")
      is_of_vertex = split($0, part, "/projects/|/locations/|/publishers/[^/]*/models/") == 4
      answer = "would call " (is_of_vertex ? part[4] " in " part[3] " for " part[2] " at " part[1] : $0)
    }
    !is_log && line == "" && !/^pinward-exit/ {
      for (i = 1; i <= NF; i++)
        if (length($i) > 19 && $i ~ /[0-9]/ && $i ~ /[A-Za-z]/ && $i !~ /^(\/|claude-)/) $i = "(hidden)"
      line = substr($0, 1, 300)
    }
    END {
      if (answer != "") print answer
      else if (!is_slow) print "calls nothing: " (line != "" ? line : "it printed nothing")
    }'
}
