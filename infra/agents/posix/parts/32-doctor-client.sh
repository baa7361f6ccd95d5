# --- doctor: client ---------------------------------------------------------------------------------------------------
# Asks Claude Code which address it would call for each pinned family, and without --model. The question runs nothing of
# anybody's, writes only to a folder that is removed, and sends its request, which is empty, to a port that refuses it.

# out: client_folder, or nothing when Claude Code was not asked; out_answers
check_client() {
  client_folder='' out_answers='' ask_variables=own ask_sources=''
  find_reason_not_to_ask
  if [ -n "$out_reason" ]; then report_skipped client "$out_reason" && return; fi
  trap 'rm -rf "$client_folder"' EXIT
  trap 'exit 1' HUP INT TERM
  list_expected_answers
  ask_until=$(($(now) + 30))
  out_answers=$(ask_all)
  report_answers
}

# A variable may name another version than that of the program, so the program is asked.
# out: out_reason, or client_folder
find_reason_not_to_ask() {
  out_reason=''
  if [ "$(id -u)" -eq 0 ]; then
    out_reason="Claude Code is not asked as root; run: sudo -u ${SUDO_USER:-DEVELOPER} $as_user doctor"
  elif [ -z "$out_models" ]; then
    out_reason='there are no pins to compare with'
  elif ! command -v claude >/dev/null; then
    out_reason='there is no Claude Code on the PATH'
  elif cli=$(print_program_version "$(command -v claude)") && [ -z "$cli" ]; then
    out_reason='claude --version names no version, or is slow'
  elif is_older_version "$cli" 2.1.137; then
    out_reason="Claude Code $cli was never asked, 2.1.137 can be; run: claude update"
  else
    client_folder=$(mktemp -d "${TMPDIR:-/tmp}/pinward.XXXXXX" 2>/dev/null) ||
      out_reason="could not make a folder in ${TMPDIR:-/tmp}"
  fi
}

# out: questions; expected_answers: lines of question, kind and address; every pin is right for the question default
list_expected_answers() {
  base_url=$(print_pin env.ANTHROPIC_VERTEX_BASE_URL) project=$(print_pin env.ANTHROPIC_VERTEX_PROJECT_ID)
  own_model=$(print_pin env.ANTHROPIC_MODEL) questions=default expected_answers=''
  own_model=${own_model:-$(print_pin model)}
  while read -r family model location; do
    case $location in
      global) host=aiplatform.googleapis.com ;;
      us | eu) host=aiplatform.$location.rep.googleapis.com ;;
      *) host=$location-aiplatform.googleapis.com ;;
    esac
    url=${base_url:-https://$host/v1}
    url=${url%/}/projects/$project/locations/$location/publishers/anthropic/models
    questions="$questions $family"
    expected_answers="$expected_answers$family address $url/$model${newline}default address $url/$model$newline"
    case $own_model in
      claude-*) expected_answers="${expected_answers}default address $url/${own_model%"[1m]"}$newline" ;;
    esac
  done <<EOF
$out_models
EOF
}

# in: NAME of an answer, QUESTION; answers: lines of name, kind and text
is_expected() {
  case "$newline$expected_answers" in *"$newline$2 $(print_answer "$1")$newline"*) ;; *) return 1 ;; esac
}

# in: NAME of an answer; answers
print_answer() { printf '%s\n' "$answers" | sed -n "s/^$1 //p"; }

# Prints an answer for each question: its name, a kind and a text. The kinds: address; line, the first that people can
# read; slow.
ask_all() {
  for question in $questions; do ask_client "$question" "$question" & done
  wait
}

# The variables and settings undo what shell, user and repository may set, which runs, writes or sends something.
# in: NAME of the answer, QUESTION; ask_until; ask_variables: own, or pins for a shell that has nothing else;
#     ask_sources: the settings that count, none, or nothing for all
ask_client() (
  answer_name=$1 timeout=$((ask_until - $(now)))
  [ $timeout -le 10 ] || timeout=10
  [ $timeout -gt 0 ] || { echo "$answer_name slow" && exit; }
  own_folder=$(mktemp -d "$client_folder/XXXXXX") || exit
  cp "$claude_home/settings.json" "$own_folder/" 2>/dev/null
  cp -R "$claude_home/agents" "$own_folder/" 2>/dev/null
  list_ask_variables "$own_folder" >"$own_folder/variables"
  settings='"disableAllHooks":true,"includeGitInstructions":false'
  for helper in apiKeyHelper awsAuthRefresh awsCredentialExport gcpAuthRefresh otelHeadersHelper proxyAuthHelper; do
    settings="$settings,\"$helper\":\"\""
  done
  settings="{$settings,\"env\":{$(awk '{
    value = $0; sub(/=.*/, ""); sub(/[^=]*=/, "", value); gsub(/["\\]/, "\\\\&", value)
    printf "%s\"%s\":\"%s\"", (NR > 1 ? "," : ""), $0, value
  }' "$own_folder/variables")}}"
  [ "$2" = default ] && model='' || model=$2
  set -- claude -p ${model:+--model "$model"} ${ask_sources:+"--setting-sources=${ask_sources#none}"} \
    --no-session-persistence --strict-mcp-config --settings "$settings" ping
  while IFS= read -r line; do set -- "$line" "$@"; done <"$own_folder/variables"
  if [ "$ask_variables" = pins ]; then
    [ "$delivery" != shell ] || while IFS= read -r line; do set -- "${line#env.}" "$@"; done <<EOF
$out_pins
EOF
    set -- -i "HOME=${HOME:-}" "USER=${USER:-}" "$@"
  fi
  { run_with_timeout env "$@" </dev/null 2>&1 || echo "pinward-exit $?"; } 2>/dev/null | read_answer "$answer_name"
)

# Prints NAME=VALUE lines.
# in: FOLDER, for what Claude Code writes
list_ask_variables() {
  printf '%s\n' "PATH=$PATH" SHELL=/bin/sh LD_PRELOAD= DYLD_INSERT_LIBRARIES= BASH_ENV= ENV= NODE_OPTIONS= \
    BUN_OPTIONS= CLAUDE_CODE_SHELL_PREFIX= CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS=1 GIT_CONFIG_COUNT=2 \
    GIT_CONFIG_KEY_0=core.fsmonitor GIT_CONFIG_VALUE_0=false \
    GIT_CONFIG_KEY_1=log.showSignature GIT_CONFIG_VALUE_1=false \
    CLAUDE_CODE_PLUGIN_CACHE_DIR=/dev/null/none CLAUDE_CODE_MAX_RETRIES=0 ANTHROPIC_LOG=debug \
    'CLAUDE_CODE_EXTRA_BODY={"messages":[],"max_tokens":0}' CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 \
    CLAUDE_CODE_ENABLE_TELEMETRY= DISABLE_AUTOUPDATER=1 ANTHROPIC_API_KEY= ANTHROPIC_AUTH_TOKEN= \
    ANTHROPIC_CUSTOM_HEADERS= NO_PROXY= no_proxy=
  for name in CLAUDE_CONFIG_DIR CLAUDE_CODE_TMPDIR TMPDIR; do echo "$name=$1"; done
  for name in CONFIG CACHE DATA STATE; do echo "XDG_${name}_HOME=$1"; done
  for name in HTTPS_PROXY HTTP_PROXY https_proxy http_proxy; do echo "$name=http://127.0.0.1:9"; done
  for name in VERTEX BEDROCK FOUNDRY MANTLE ANTHROPIC_AWS ANTHROPIC_GOOGLE_CLOUD; do echo "CLAUDE_CODE_SKIP_${name}_AUTH=1"; done
}

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

# in: questions, out_answers
report_answers() {
  agreeing='' source=''
  for question in $questions; do
    answers=$out_answers
    case $(print_answer "$question") in
      '' | slow) report_skipped client "$question: Claude Code did not answer within 10 seconds" && continue ;;
    esac
    if is_expected "$question" "$question"; then agreeing="$agreeing $question" && continue; fi
    text="$question: $(describe_answer)"
    find_blame
    report_problem client "$text; because of: $out_source" "$out_meaning" "$out_fix"
  done
  [ "$agreeing" != " $questions" ] || report_ok client "$cli would call the pins: $questions"
}

# in: question, answers
describe_answer() {
  answer=$(print_answer "$question")
  case $answer in
    address*/projects/*/locations/*/models/*)
      printf '%s\n' "$answer" |
        sed 's#^address \(.*\)/projects/\(.*\)/locations/\(.*\)/publishers/.*/models/#\1 \2 \3 #' | {
          read -r url project location model && echo "would call $model in $location for $project at $url"
        } ;;
    address*) echo "would call ${answer#address }" ;;
    *) echo "calls nothing: ${answer#line }" ;;
  esac
}
