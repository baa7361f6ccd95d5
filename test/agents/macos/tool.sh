#!/bin/sh
# A program of macOS, by its name: takes what Apple's manual of it documents, hands that to the program of Linux, and refuses
# everything else with a line in /mnt/refused. A form that only newer versions of macOS have is refused, too. /gnu has the
# programs of Linux. This file stands for all programs whose options are listed below.
export PATH=/gnu
tool=${0##*/}
all="$tool $*"

refuse() {
  printf '%s\n' "$all" >>/mnt/refused
  printf '%s: a Mac does not know: %s\n' "$tool" "$all" >&2
  exit 64
}

# Refuses an option that is not listed, and one behind an operand: getopt of BSD takes it for an operand.
# in: OPTIONS in the form of getopts; the words
check_options() {
  known=$1 OPTIND=1
  shift
  while getopts ":$known" option; do case $option in \? | :) refuse ;; esac; done
  shift $((OPTIND - 1))
  for word do case $word in -?*) refuse ;; esac; done
}

# What regular expressions of GNU have beside those of POSIX, and where a script of sed may not end.
check_patterns() {
  for word do
    # shellcheck disable=SC1003 # a backslash
    case $word in *'\+'* | *'\?'* | *'\|'* | *'\w'* | *'\s'* | *'\b'* | *'\t'* | *'\r'*) refuse ;; esac
    [ "$tool" != sed ] || case $word in *[a-zA-Z/]'}'*) refuse ;; :*';'*) refuse ;; esac
  done
}

check_expression() {
  case ${1:-} in -[HLP]) shift ;; esac
  case ${1:-} in '' | -*) refuse ;; esac
  for word do
    case $word in
      -prune | -perm | -user | -group | -type | -name | -path | -mmin | -mtime | -newer | -maxdepth | -mindepth | -print | \
        -print0 | -exec | -o | -a | -empty | -size | -xdev | -delete | -depth | -[0-9]*) ;;
      -* | /[0-7][0-7][0-7]*) refuse ;;
    esac
  done
}

case $tool in
  awk) check_options F:v:f: "$@" && exec original-awk "$@" ;;
  base64) check_options b:Ddhi:o: "$@" ;;
  basename) check_options as: "$@" ;;
  cat) check_options belnstuv "$@" ;;
  chmod | chown) check_options fhvRHLP "$@" ;;
  cmp) check_options bhlsxz "$@" ;;
  cp) check_options HLPRacfilnpv "$@" ;;
  cut) check_options b:c:d:f:nsw "$@" ;;
  date)
    check_options jnRur: "$@"
    case "$*" in *%N* | *%[-_^:0]*) refuse ;; esac
    previous=''
    for word do
      shift
      [ "$previous" != -r ] || case $word in *[!0-9]*) refuse ;; *) word=@$word ;; esac
      previous=$word
      [ "$word" != -r ] || word=-d
      set -- "$@" "$word"
    done ;;
  dd) for word do case $word in bs=*[A-Z]* | iflag=* | oflag=* | status=*) refuse ;; esac; done ;;
  dirname) check_options '' "$@" ;;
  env)
    case ${1:-} in -[iuv0]) ;; -*) refuse ;; esac
    PATH=/usr/bin:/bin:/usr/sbin:/sbin
    exec /gnu/env "$@" ;;
  find) check_expression "$@" ;;
  grep) check_options A:B:C:EFHILRcehilm:nopqsvwxf: "$@" && check_patterns "$@" ;;
  head) case ${1:-} in -[0-9]*) ;; *) check_options c:n: "$@" ;; esac
    case "$*" in *-[cn]\ -* | *-[cn]-*) refuse ;; esac ;;
  id) check_options AFGMPagnpru "$@" ;;
  launchctl)
    case "${1:-} ${2:-}" in
      'bootstrap system') [ -f "$3" ] && [ ! -e /mnt/loaded ] && echo "$3" >/mnt/loaded ;;
      'bootout system/pinward.daemon') rm /mnt/loaded 2>/dev/null || { echo 'Boot-out failed: 3: No such process' >&2 && exit 3; } ;;
      'print system/pinward.daemon') cat /mnt/loaded ;;
      *) refuse ;;
    esac
    exit ;;
  ln) check_options Ffhinsv "$@" ;;
  ls) check_options 1AaCdFGghiklmnopqRrSsTtux "$@" ;;
  mkdir) check_options m:pv "$@" ;;
  mktemp)
    check_options dqt:u "$@"
    for word do case $word in *XXX*[!X]) refuse ;; esac; done ;;
  mv) check_options finv "$@" ;;
  ps) check_options AaCcEefhjlMmrSTvwXxo:p:t:U:u:g:G:O: "$@" ;;
  readlink) check_options n "$@" ;;
  rm) check_options dfiIPRrvWx "$@" ;;
  rmdir) check_options pv "$@" ;;
  sed) check_options Eae:f:lnu "$@" && check_patterns "$@" ;;
  sleep) check_options '' "$@" ;;
  sort) check_options Mbcdfghik:mno:rst:uz "$@" ;;
  stat) check_options FLf:lnqrst:x "$@" ;;
  sync) exit ;; # takes no words, and says nothing of them
  tail) case ${1:-} in -[0-9]*) ;; *) check_options Fb:c:fn:qr "$@" ;; esac ;;
  tee) check_options ai "$@" ;;
  touch) check_options Aacfhmr:t: "$@" ;;
  tr) check_options Ccdsu "$@" ;;
  uname) [ "${1:--s}" != -s ] || { echo Darwin && exit; }
    check_options amnoprsv "$@" ;;
  uniq) check_options cdf:is:u "$@" ;;
  wc) check_options clmw "$@"
    counted=$(wc "$@") || exit
    printf '       %s\n' "$counted" # BSD pads numbers
    exit ;;
  xargs) check_options 0E:I:J:L:n:oP:pR:s:tx "$@" ;;
  *) refuse ;;
esac
exec "$tool" "$@"
