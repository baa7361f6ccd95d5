# --- time -------------------------------------------------------------------------------------------------------------
# Reads the clock, compares times, and validates numbers. An epoch is in seconds; a timestamp is 2026-12-02T08:00:00Z.

now() { date +%s; }

utc_now() { date -u $utc_form; }

# in: EPOCH
format_utc() { { date -u -d "@$1" $utc_form || date -u -r "$1" $utc_form || utc_now; } 2>/dev/null; }

# An epoch further ahead than it was set counts as passed: a clock that was fast then must not silence the agent now.
# in:  EPOCH, the SECONDS ahead that it was set at most
# out: out_seconds_left until then
has_passed() {
  is_number "$1" || return 0
  out_seconds_left=$(($1 - $(now)))
  [ $out_seconds_left -le 0 ] || [ $out_seconds_left -gt "$2" ]
}

# Tolerates a clock that is fast by clock_skew.
# in: TIMESTAMP
has_expired() {
  is_before "$1" "$(utc_now)" || return
  limit=$(($(now) - clock_skew))
  is_before "$1" "$(format_utc $limit)"
}

# Compares day and time each, since some shells calculate with 32 bits. The 1 keeps a leading 0 from meaning octal.
# in: two TIMESTAMPs; false if either of them is no timestamp
is_before() {
  { is_timestamp "$1" && is_timestamp "$2"; } || return
  strip_to_digits "$1" && earlier_day=1${out_digits%??????} earlier_time=1${out_digits#????????}
  strip_to_digits "$2" && later_day=1${out_digits%??????} later_time=1${out_digits#????????}
  [ "$earlier_day" -lt "$later_day" ] || { [ "$earlier_day" -eq "$later_day" ] && [ "$earlier_time" -lt "$later_time" ]; }
}

# in:  TEXT
# out: out_digits: the text without all other characters
strip_to_digits() {
  out_digits=$1
  while :; do
    case $out_digits in *[!0-9]*) out_digits=${out_digits%%[!0-9]*}${out_digits#*[!0-9]} ;; *) return ;; esac
  done
}

is_timestamp() {
  case $1 in [0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z) ;; *) return 1 ;; esac
}

# At most 13 digits, which this shell can calculate with: some have 32 bits, so no number above 2147483647.
is_number() {
  case $1 in '' | *[!0-9]* | 0?* | ??????????????*) return 1 ;; esac
  [ ${#1} -lt 10 ] || [ $((65536 * 65536)) -ne 0 ] || { [ ${#1} -eq 10 ] && is_within_32_bits "${1%?????}" "1${1#?????}"; }
}

# in: the first five digits of ten, the LAST five after a 1
is_within_32_bits() { [ "$1" -lt 21474 ] || { [ "$1" -eq 21474 ] && [ "$2" -le 183647 ]; }; }

# A policy changes some times a day, so a revision far above all accepted ones is wrong. Accepted once, it would make
# every right one too old.
# in: REVISION, the highest ACCEPTED one
is_revision() { is_number "$1" && [ "$1" -le $(($2 + max_revisions)) ]; }

# Prints the first if it is a number, else the second; at most a day.
# in: TEXT DEFAULT
seconds_or() {
  if ! is_number "$1"; then echo "$2"; elif [ "$1" -gt $max_wait ]; then echo $max_wait; else echo "$1"; fi
}
