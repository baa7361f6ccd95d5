# --- Claude Code ------------------------------------------------------------------------------------------------------
# Asks Claude Code which address it would call, and which credentials it has. The question runs nothing of anybody's,
# writes only to a folder that is removed, and sends its request, which is empty, to a port that refuses it.

# Prints what Claude Code would call, or the first line that it prints instead; nothing when it is slow.
# in: SOURCES of settings that count, WORDS for Claude Code; question; given: variables beside those of the shell;
#     leaves_shell: whether the shell has nothing but what the agent gives it; client_folder; claude_home: the folder of
#     the user's settings; ask_until: the end of all questions; emptied: the variables of settings that lead nowhere
ask_client() (
  sources=$1 timeout=$((ask_until - $(now)))
  shift
  # shellcheck disable=SC2030 # of this question alone
  [ "$leaves_shell:$delivery" != yes:shell ] || given=$pins
  [ $timeout -le 10 ] || timeout=10
  [ $timeout -gt 0 ] || exit
  own_folder=$(mktemp -d "$client_folder/XXXXXX") || exit
  ! is_plain "$claude_home/settings.json" || print_file "$claude_home/settings.json" >"$own_folder/settings.json"
  ln -s "$claude_home/agents" "$own_folder/agents"
  # shellcheck disable=SC2046 # a word for each variable
  unset $(list_variables "$client_variable" | grep -vxE "$leading_variable") nothing
  [ "$question" = default ] || set -- --model "$question" "$@"
  set -- claude -p "$@" "--setting-sources=$sources" --no-session-persistence --strict-mcp-config \
    --settings "$(print_question_settings "$own_folder")" ping
  while IFS= read -r variable; do [ -z "$variable" ] || set -- "$variable" "$@"; done <<EOF
$(print_question_variables "$own_folder")${given:+$newline$given}
EOF
  [ -z "$leaves_shell" ] || set -- -i "HOME=${HOME:-}" "USER=${USER:-}" "$@"
  { run_with_timeout env "$@" </dev/null 2>&1 || echo "pinward-exit $?"; } 2>/dev/null | read_answer
)

# Asks without the first sources.
# in: NUMBER of sources that do not count, SOURCE ...; question
ask_without() (
  sources=user,project,local last=$(($# - $1)) && shift
  while [ $# -ge "$last" ]; do
    case $1 in
      local | project | user) sources=${sources%"$1"} && sources=${sources%,} ;;
      shell) leaves_shell=yes ;;
      *) unset "$1" ;;
    esac
    shift
  done
  ask_client "$sources"
)

# Has Claude Code tell the variables of its credentials, without the settings of this folder: they may be a stranger's,
# and would reach the shell that tells.
# in: FILE, for the variables
ask_for_credentials() {
  question=default
  ask_client user --mcp-config "$(print_question_server "$1")" >/dev/null
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

# Prints the names of the variables of this shell that fit a pattern, but those that are as the pins say.
# in: PATTERN
list_variables() { env | grep -E "^$1=" | grep -vxF -e "$pins" | sed 's/=.*//' | sort -u; }

# Prints the files of settings of this folder, of the folders above it, and of the checkout that this worktree is of.
list_folder_settings() {
  folder=$(pwd)
  while :; do
    checkout=$(print_file "$folder/.git" | sed -n 's|^gitdir: \(.*\)/\.git/worktrees/[^/]*$|\1|p')
    case $checkout in '') checkout=$folder ;; /*) ;; *) checkout=$folder/$checkout ;; esac
    for file in "$folder/.claude/settings.local.json" "$folder/.claude/settings.json" \
      "$checkout/.claude/settings.local.json" "$checkout/.claude/settings.json"; do
      if [ -s "$file" ] || { [ -e "$file" ] && [ ! -f "$file" ]; }; then printf '%s\n' "$file"; fi
    done
    [ -n "$folder" ] || return 0
    folder=${folder%/*}
  done
}

# Finds the variables that Claude Code must not get from the settings of user and folder.
# in:  users_home; given, which may name another home, perhaps a stranger's
# out: claude_home; emptied: NAME= for each that they set and that leads nowhere; settings_file: a file of a stranger that
#      can't be read, and then this fails
empty_variables() {
  # shellcheck disable=SC2031 # a question changes its own
  claude_home=$(value_of "$given" CLAUDE_CONFIG_DIR | grep . || printf '%s\n' "$users_home")
  emptied=$(print_variables "$claude_home/settings.json")
  while IFS= read -r settings_file; do
    [ -z "$settings_file" ] || emptied=$emptied$newline$(print_variables "$settings_file") || return
  done <<EOF
$([ "$claude_home" = "$users_home" ] || [ ! -e "$claude_home/settings.json" ] || printf '%s\n' "$claude_home/settings.json")
$(list_folder_settings)
EOF
  emptied=$(printf '%s\n' "$emptied" | sed 's/=.*/=/' | grep -vE "^$leading_variable=" | sort -u)
}

# Prints the variables of settings, as lines of NAME=VALUE. Fails if they are no JSON, no file, or too long.
# in: FILE
print_variables() {
  is_plain "$1" && settings=$(print_file "$1" | flatten_json -) && printf '%s\n' "$settings" | sed -n 's/^env\.//p'
}

# Prints the variables that an editor gives Claude Code, as lines of NAME=VALUE.
# in: the settings of the editor, on standard input, as lines of path=value
print_editor_variables() {
  awk '
    sub(/^(settings\.)?claudeCode\.environmentVariables\./, "") {
      number = $0; sub(/\..*/, "", number); value = $0; sub(/^[^=]*=/, "", value)
      if ($0 ~ /^[0-9]*\.name=[A-Za-z_][A-Za-z0-9_]*$/) names[number] = value
      if ($0 ~ /^[0-9]*\.value=/) values[number] = value
    }
    END { for (number in names) print names[number] "=" values[number] }' | sort
}
