# --- doctor: pins and JSON --------------------------------------------------------------------------------------------
# Reads the applied pins and other JSON files as lines of path=value, such as env.ANTHROPIC_MODEL=claude-opus-4-8.

# A region variable has the family of its model in its name, and only the variables of pinned models are written.
# out: out_pins: lines of path=value; out_models: lines of family, model and location
read_pins() {
  case $delivery in
    shell) out_pins=$(sed -n "s/^export \([A-Z][A-Z0-9_]*\)='\(.*\)'\$/env.\1=\2/p" "$copy") ;;
    *)
      out_pins=$(flatten_json "$applied_file") &&
        out_pins=$(printf '%s\n' "$out_pins" | sed 's/^managedSettings\.//') ;;
  esac || return
  out_models=$(printf '%s\n' "$out_pins" | awk -F = '
    /^env\.CLOUD_ML_REGION=/ { location = $2 }
    /^env\.VERTEX_REGION_CLAUDE_/ { regions[$1] = $2 }
    /^env\.ANTHROPIC_DEFAULT_[A-Z]+_MODEL=./ {
      gsub(/^env\.ANTHROPIC_DEFAULT_|_MODEL$/, "", $1); sub(/\[1m\]$/, "", $2)
      families[++count] = $1; models[count] = $2
    }
    END {
      for (i = 1; i <= count; i++) {
        model_location = location
        for (name in regions) if (index(name, families[i])) model_location = regions[name]
        print tolower(families[i]), models[i], model_location
      }
    }')
  [ -n "$out_models" ]
}

# in: PATH of a setting
has_pin() { case $newline$out_pins in *"$newline$1="*) ;; *) return 1 ;; esac; }

# in: PATH of a setting
print_pin() {
  rest=$newline$out_pins$newline
  case $rest in *"$newline$1="*) rest=${rest#*"$newline$1="} && printf %s "${rest%%"$newline"*}" ;; esac
}

# An alias or the name of a family leads to a pinned model, too.
# in: MODEL
is_pinned_model() {
  case $1 in '' | default | best | inherit | opusplan | "opusplan[1m]") return ;; esac
  case "$newline$out_models$newline" in
    *"$newline${1%"[1m]"} "* | *" ${1%"[1m]"} "*) ;;
    *) return 1 ;;
  esac
}

# Prints a JSON file as lines of path=value, with strings as they are written. Fails if the file is no JSON.
# in: FILE, or - for standard input
flatten_json() {
  awk '
    function print_value(value, path, i) {
      for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") at[i]
      print path "=" value
      expected = "next"
    }
    function open(kind) { kinds[++depth] = kind; at[depth] = 0; expected = kind == "{" ? "key" : "value"; is_empty = 1 }
    function closes(kind) {
      if (kind == "}") return kinds[depth] == "{" && (expected == "next" || is_empty && expected == "key")
      return kind == "]" && kinds[depth] == "[" && (expected == "next" || is_empty && expected == "value")
    }
    function take(token, kind) {
      kind = substr(token, 1, 1)
      if (kind == "\"" && expected == "key") { at[depth] = substr(token, 2, length(token) - 2); expected = "colon" }
      else if (kind == ":" && expected == "colon") expected = "value"
      else if (kind == "," && expected == "next" && depth) {
        if (kinds[depth] == "[") { at[depth]++; expected = "value" } else expected = "key"
      } else if (closes(kind)) { depth--; expected = "next" }
      else if (expected != "value" || index("]}:,", kind)) return 0
      else if (kind == "{" || kind == "[") { open(kind); return 1 }
      else if (kind == "\"") print_value(substr(token, 2, length(token) - 2))
      else print_value(token)
      is_empty = 0
      return 1
    }
    BEGIN { expected = "value" }
    {
      sub(/\r$/, "")
      for (rest = $0; ; rest = substr(rest, length(token) + 1)) {
        sub(/^[ \t]+/, "", rest)
        if (rest == "") next
        if (!match(rest, /^("([^"\\]|\\.)*"|[][{}:,]|[-+.0-9A-Za-z]+)/)) break
        token = substr(rest, 1, RLENGTH)
        if (!take(token)) break
      }
      is_invalid = 1
      exit
    }
    END { exit (is_invalid || depth || expected != "next") }
  ' "$1" 2>/dev/null
}
