#!/bin/sh
# pinward: the agent for one developer machine. It keeps Claude Code on the pins of its organisation.
#
# The agent polls a Pinward server for one file, checks the SHA-256 of the bytes and renames the file into place. With
# pinned keys it accepts only answers that one of these keys signed. After a failure the last good copy stays in force,
# the agent prints the reason, and shells and Claude Code still start. Only status and doctor parse JSON.
#
# Files in the state folder, where FORMAT is settings.json, sh or helper.json:
#   pins.FORMAT        the last good copy
#   pins.FORMAT.state  facts about the copy, as lines of key=value
#   pins.FORMAT.lock   a symbolic link to the pid of the running agent
#   pins.FORMAT.reported  the last report that the server took: outcome and revision
#   pins.KEYID.pem     a key that a pinned key vouched for
#
# Contents:
#   command line, login and refresh, env and helper, status, install and uninstall     the commands
#   configuration, update, request, answer, signatures, keys, reports, versions        one update, from poll to report
#   state, files, lock, time, programs and messages, JSON, root                        what all of them use
#   applied pins, Claude Code, Vertex AI                                               what is asked about this machine
#   doctor, doctor: client, doctor: Vertex AI, doctor: tables                          the command that finds problems
#
# Settings and paths are global variables, which load_configuration sets. A function that computes values for its caller
# sets variables named out_*. Its comment names what the function reads (in:) and sets (out:).
#
# Needs a POSIX sh, curl, mktemp, readlink and plain tools; openssl for signatures. This file is built from parts/: edit
# those, then run build.ts.
set -u
umask 022
export LC_ALL=C
# A name that the caller exports stays exported when the agent assigns it. All children would get the value, such as the
# token. No variable of the agent has the name of a proxy's, which gcloud and a token_command may need.
# The caller's PATH is not trusted yet.
# shellcheck disable=SC2013 # each name is a word
for name in $(PATH=/usr/bin:/bin:/run/current-system/sw/bin awk 'BEGIN { for (name in ENVIRON)
  if (name ~ /^[a-z][a-z0-9_]*$/ && name !~ /^(http|https|ftp|all|no)_proxy$/) print name }'); do
  unset "$name"
done
version=0.1.0
max_bytes=1048576 # Claude Code accepts no more from a policyHelper
max_wait=86400    # seconds: no server silences an agent for longer than a day
max_keys=65536    # bytes of keys.txt
max_revisions=1000000 # between two answers
rollout_wait=600 # seconds: how long a rollout is assumed to last when the server is away
max_stay=280      # seconds: timers start the next refresh after 290 or 300
clock_skew=300    # seconds: tolerance for a clock that is fast
utc_form=+%Y-%m-%dT%H:%M:%SZ
newline='
'
