# --- doctor: answers --------------------------------------------------------------------------------------------------
# Reads an answer of Vertex AI, and finds its row among the known answers.

# in:  OUTPUT of curl, with a last line such as HTTP 200
# out: out_http_status; out_body, as one line of printable ASCII
read_vertex_output() {
  out_http_status=$(printf '%s\n' "$1" | sed -n 's/^HTTP \([0-9]*\)$/\1/p' | tail -n 1)
  out_body=$(printf '%s\n' "$1" | sed '/^HTTP [0-9]*$/d' | tr '\n' ' ' | tr -cd ' -~' | cut -c 1-60000)
}

# An answer that is not in Google's form has the code that gRPC gives its status:
# https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
# in:  out_http_status, out_body
# out: out_code, out_error_reason, out_text; denial: the id by which VPC Service Controls log a denial
read_vertex_answer() {
  vertex_answer=$(printf '%s\n' "$out_body" | flatten_json -) || vertex_answer=''
  vertex_answer=$(printf '%s\n' "$vertex_answer" | sed -e 's/^0\.error\./error./' -e "s/\\\\u0027/'/g" \
    -e 's/\\u0022/"/g' -e 's/\\u0026/\&/g' -e 's/\\u003[cC]/</g' -e 's/\\u003[eE]/>/g' -e 's/\\u[0-9a-fA-F]\{4\}//g' \
    -e 's/\\[nrt]/ /g' -e 's|\\\(["/\\]\)|\1|g')
  out_code=$(answer_field 'error\.status') out_text=$(answer_field 'error\.message')
  out_error_reason=$(answer_field 'error\.details\.[0-9]*\.reason')
  denial=$(answer_field 'error\.details\.[0-9]*\.metadata\.uid')
  denial=${denial:-$(printf '%s\n' "$out_text" | sed -n 's/.*UniqueIdentifier: *\([A-Za-z0-9_-]*\).*/\1/p')}
  [ -z "$out_code" ] || return 0
  out_text=$out_body
  case $(answer_field type):$out_http_status in
    message:200) out_code=OK ;;
    error:*) out_code=INVALID_ARGUMENT ;;
    *:401) out_code=UNAUTHENTICATED ;;
    *:403) out_code=PERMISSION_DENIED ;;
    *:404 | *:501) out_code=UNIMPLEMENTED ;;
    *:429 | *:5??) out_code=UNAVAILABLE ;;
  esac
}

# in: PATTERN of a path
answer_field() { printf '%s\n' "$vertex_answer" | sed -n "s/^$1=//p" | head -n 1; }

# in:  CODE REASON TEXT; the code LOCAL is of an error of this machine
# out: out_finding, or nothing
find_vertex_answer() {
  out_finding=$(print_vertex_answers | CODE=$1 REASON=$2 TEXT=$3 awk -F ';' '
    function lists(words, word) { return words == "" || word != "" && index(" " words " ", " " word " ") }
    BEGIN {
      text = tolower(ENVIRON["TEXT"]); gsub(/[ \t\r\n\f\v]+/, " ", text); gsub(/[^ -~]/, "", text)
      text = substr(text, 1, 5000)
    }
    lists($2, ENVIRON["CODE"]) && lists($3, ENVIRON["REASON"]) && ($4 == "" || text ~ $4) { print $1; exit }')
}
