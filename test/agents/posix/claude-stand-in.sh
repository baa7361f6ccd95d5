#!/bin/sh
# A stand-in for Claude Code: prints the log of a request to the patient's pins, as the doctor's question makes it do. A
# settings file that counts leads it to another address by the key "calls". With the doctor's server it runs that program in
# its environment. A test replaces VERSION.
[ "$*" != --version ] || { echo 'VERSION (Claude Code)' && exit; }
[ -z "${STAND_IN_HANGS-}" ] || exec sleep 60
sources=user,project,local model='' location=eu
for word; do
  case $word in --setting-sources=*) sources=${word#*=} ;; sonnet | haiku) model=$word location=global ;; esac
done
case $model in
  sonnet) model=claude-sonnet-4-6 ;;
  haiku) model=claude-haiku-4-5@20251001 ;;
  *) case $* in *'--model opus'*) model=claude-opus-4-8 ;; *) model=${ANTHROPIC_MODEL:-claude-opus-4-8} ;; esac ;;
esac
case $location in eu) host=aiplatform.eu.rep.googleapis.com ;; *) host=aiplatform.googleapis.com ;; esac
base=$(sed -n 's/.*"ANTHROPIC_VERTEX_BASE_URL": *"\([^"]*\)".*/\1/p' "${0%/bin/claude}"/etc/claude-code/managed-settings.d/* 2>/dev/null)
base=${base:-https://$host/v1}
url=${base%/}/projects/acme-claude/locations/$location/publishers/anthropic/models/$model:streamRawPredict
[ -z "${CLAUDE_CODE_USE_BEDROCK-}" ] || url=https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke
look() {
  found=$(sed -n 's/.*"calls": *"\([^"]*\)".*/\1/p' "$1" 2>/dev/null)
  url=${found:-$url}
}
case ,$sources, in *,user,*) look "$CLAUDE_CONFIG_DIR/settings.json" ;; esac
case ,$sources, in *,project,*) look .claude/settings.json ;; esac
case ,$sources, in *,local,*) look .claude/settings.local.json ;; esac
root=${0%/bin/claude}
for file in "$root/etc/claude-code/managed-settings.json" "$root"/etc/claude-code/managed-settings.d/*; do
  look "$file"
  case $(cat "$file" 2>/dev/null) in
    null) echo "$file: could not be parsed as a JSON object. X-Token: sk-ant-0123456789abcdefghij" && exit 1 ;;
  esac
done
# The doctor's server, with what the settings say of the first variable.
tell_variables() {
  for source in project user managed; do
    case $source in
      project) file=.claude/settings.json ;;
      user) file=$CLAUDE_CONFIG_DIR/settings.json ;;
      managed) file=$root/etc/claude-code/managed-settings.d/50-pinward.json ;;
    esac
    case ,$sources,managed, in *,$source,*) ;; *) continue ;; esac
    found=$(sed -n 's/.*"GOOGLE_APPLICATION_CREDENTIALS": *"\([^"]*\)".*/\1/p' "$file" 2>/dev/null)
    [ -z "$found" ] || export GOOGLE_APPLICATION_CREDENTIALS="$found"
  done
  eval "$(printf '%s\n' "$1" | sed -n 's/.*"args":\["-c","\(.*\)","\([^"]*\)"\].*/script='"'\1'"' told='"'\2'"'/p' | sed 's/\\"/"/g')"
  sh -c "$script" "$told"
}
while [ $# -gt 0 ]; do
  [ "$1" != --mcp-config ] || tell_variables "$(cat "$2" 2>/dev/null || printf '%s\n' "$2")"
  shift
done
printf '[log_1] sending request {\n  method: "POST",\n  url: "%s",\n  headers: { "x-secret": "hush-hush" },\n' "$url"
