# --- JSON -------------------------------------------------------------------------------------------------------------
# Reads JSON files as lines of path=value, such as env.ANTHROPIC_MODEL=claude-opus-4-8.

# Prints a JSON file as lines of path=value. In strings, escaped control characters become blanks, and others than ASCII
# are left out. Fails if the file is no JSON. The JSON of editors has comments, and commas at the end.
# in: FILE, or - for standard input; lenient, for that of editors
flatten_json() {
  awk -v lenient="${2:-}" '
    function print_value(value, path, i) {
      for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") at[i]
      print path "=" value
      expected = "next"
    }
    function unescape(text, plain, sign, code) {
      while (match(text, /\\(u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]|.)/)) {
        sign = substr(text, RSTART + 1, RLENGTH - 1)
        code = index(hex, tolower(substr(sign, 4, 1))) * 16 + index(hex, tolower(substr(sign, 5))) - 17
        if (sign ~ /^[bfnrt]$/ || sign ~ /^u00[01]/) sign = " "
        else if (length(sign) > 1) sign = sign ~ /^u00[2-7]/ ? sprintf("%c", code) : ""
        plain = plain substr(text, 1, RSTART - 1) sign
        text = substr(text, RSTART + RLENGTH)
      }
      return plain text
    }
    function open(kind) { kinds[++depth] = kind; at[depth] = 0; expected = kind == "{" ? "key" : "value"; is_empty = 1 }
    function closes(kind) {
      if (kind == "}") return kinds[depth] == "{" && (expected == "next" || (is_empty || lenient) && expected == "key")
      return kind == "]" && kinds[depth] == "[" && (expected == "next" || (is_empty || lenient) && expected == "value")
    }
    function take(token, kind) {
      kind = substr(token, 1, 1)
      if (kind == "\"" && expected == "key") {
        at[depth] = unescape(substr(token, 2, length(token) - 2)); expected = "colon"; is_empty = 0
        return at[depth] !~ /=/ && token !~ /\\([bfnrt]|u00[01])/ # such a key can pass for another
      }
      if (kind == ":" && expected == "colon") expected = "value"
      else if (kind == "," && expected == "next" && depth) {
        if (kinds[depth] == "[") { at[depth]++; expected = "value" } else expected = "key"
      } else if (closes(kind)) { depth--; expected = "next"; if (is_empty && depth) print_value("") }
      else if (expected != "value" || index("]}:,", kind)) return 0
      else if (kind == "{" || kind == "[") { open(kind); return 1 }
      else if (kind == "\"") print_value(unescape(substr(token, 2, length(token) - 2)))
      else print_value(token)
      is_empty = 0
      return 1
    }
    BEGIN { expected = "value"; hex = "0123456789abcdef" }
    {
      sub(/\r$/, "")
      if (NR == 1) sub(/^\357\273\277/, "")
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

# Prints the first value of a path in lines of path=value, or nothing.
# in: LINES, PATTERN of the path
value_of() { printf '%s\n' "$1" | sed -n "s/^$2=//p" | head -n 1; }
