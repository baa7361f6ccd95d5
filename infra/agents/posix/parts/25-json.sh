# --- JSON -------------------------------------------------------------------------------------------------------------
# Reads JSON files as lines of path=value, such as env.ANTHROPIC_MODEL=claude-opus-4-8.

# Prints a JSON file as lines of path=value, with strings as they are written. Fails if the file is no JSON. The JSON of
# editors has comments, and commas at the end.
# in: FILE, or - for standard input; lenient, for that of editors
flatten_json() {
  awk -v lenient="${2:-}" '
    function print_value(value, path, i) {
      for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") at[i]
      print path "=" value
      expected = "next"
    }
    function open(kind) { kinds[++depth] = kind; at[depth] = 0; expected = kind == "{" ? "key" : "value"; is_empty = 1 }
    function closes(kind) {
      if (kind == "}") return kinds[depth] == "{" && (expected == "next" || (is_empty || lenient) && expected == "key")
      return kind == "]" && kinds[depth] == "[" && (expected == "next" || (is_empty || lenient) && expected == "value")
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
        if (rest == "" || lenient && rest ~ /^\/\// && !is_comment) next
        if (lenient && (is_comment || rest ~ /^\/\*/)) {
          is_comment = !(end = index(rest, "*/"))
          if (is_comment) next
          token = substr(rest, 1, end + 1)
          continue
        }
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
