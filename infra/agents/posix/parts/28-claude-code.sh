# --- Claude Code ------------------------------------------------------------------------------------------------------
# Asks Claude Code which address it would call, and which credentials it has. The question runs nothing of anybody's,
# writes only to a folder that is removed, and sends its request, which is empty, to a port that refuses it.

# Prints what Claude Code would call, or the first line that it prints instead; nothing when it is slow.
# in: SOURCES of settings that count, WORDS for Claude Code; question; given: variables beside those of the shell;
#     leaves_shell: whether the shell has nothing but what the agent gives it; client_folder; claude_home: the folder of
#     the user's settings; ask_until: the end of all questions
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

# Has Claude Code tell the variables of its credentials: those by all settings, and those without the settings of this
# folder, which may be a stranger's. Writes two files, named by the sources.
ask_for_credentials() {
  question=default
  for sources in user user,project,local; do
    ask_client $sources --mcp-config "$(print_question_server "$client_folder/$sources")" >/dev/null &
  done
  wait
}

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

# Prints the names of the variables of this shell that may concern Claude Code, but those that are as the pins say.
list_client_variables() {
  env | grep -E "^$client_variable=" | grep -vxF -e "$pins" | sed 's/=.*//' | sort -u
}
