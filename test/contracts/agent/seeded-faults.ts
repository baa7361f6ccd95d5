/** Seeded faults: small edits of pinward.sh, each with the rules of the contract that it breaks. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parameters of the shell

export interface SeededFault {
  readonly title: string;
  /** The replacements in pinward.sh. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  readonly breaks: readonly string[];
}

/** Each breaks the rules that it names. An agent with one of these faults still applies honest answers. */
export const tenFaults: readonly SeededFault[] = [
  fault('checks no hash', ['[ "${out_sha256:-$out_etag}" = "$out_etag" ] ||', ': ||'], 'checks-the-hash'),
  fault(
    'takes an older revision',
    ['  [ "$offered" -ge "$floor_revision" ] ||', '  : ||'],
    'never-goes-back',
    'refuses-replays',
  ),
  fault('follows redirects', ['--max-redirs 0', '--location'], 'follows-no-redirect'),
  fault(
    'writes in place',
    [
      'write_error=$(mv -f "$temporary_file" "$1" 2>&1) &&',
      'cat "$temporary_file" >"$1" && chmod "$2" "$1" && rm -f "$temporary_file" &&',
    ],
    ...['whole-or-old', 'survives-kill'],
  ),
  fault(
    'ignores signatures',
    ['[ -n "$organisation" ] || return 0\n  has_openssl', 'return 0\n  has_openssl'],
    ...[
      'checks-signatures',
      'checks-what-is-signed',
      'refuses-expired',
      'refuses-replays',
      'checks-304',
      'checks-new-keys',
    ],
  ),
  fault('ignores valid-until', ['! has_expired "$out_pinward_valid_until" ||', ': ||'], 'refuses-expired'),
  fault(
    'drops its last good copy when the server fails',
    [
      "*) out_revision='' && fail \"$(explain_status",
      '*) rm -f "$copy" "$applied_file"; out_revision=\'\' && fail "$(explain_status',
    ],
    ...['mends-the-file', 'keeps-when-refused'],
  ),
  fault(
    'sends no If-None-Match',
    ['[ -z "$held_sha256" ] || set -- "$@" --header', ': || set -- "$@" --header'],
    'asks-conditionally',
  ),
  fault(
    'has its token in the address',
    ['$format?machine=$machine', '$format?machine=$machine&token=$token'],
    'token-in-header',
    'token-not-shown',
  ),
  fault(
    'fails with a good copy',
    ['warn "revision $(read_state revision) stays', 'die 1 "revision $(read_state revision) stays'],
    'exits-0',
  ),
];

/** With these faults every rule has a fault that breaks it. Each is checked only against the rules that it names. */
export const moreFaults: readonly SeededFault[] = [
  fault('writes for root alone', ['write_file "$applied_file" 644', 'write_file "$applied_file" 600'], 'exact-bytes'),
  fault('makes its temporary file in sight', ['/.${1##*/}.XXXXXX"', '/XXXXXX.json"'], 'nothing-beside'),
  fault('does nothing for the file while the server is away', ['  apply_pins\n  rm -rf', '  rm -rf'], 'mends-the-file'),
  fault('waits for the lock of the dead', ['! kill -0 "$holder" 2>/dev/null ||', 'false ||'], 'survives-kill'),
  fault('asks although another does', ['lock_error=$(ln -s $$', 'lock_error=$(ln -sf $$'], 'one-at-a-time'),
  fault('takes web pages', ['[ "${out_content_type%%;*}" = $media_type ] ||', ': ||'], 'keeps-when-html'),
  {
    title: 'takes half a file',
    edits: [
      ['is_complete "$work.body" ||', ': ||'],
      ['is_complete "$copy" || return\n  compute_sha256', 'compute_sha256'],
    ],
    breaks: ['keeps-when-cut'],
  },
  {
    title: 'takes four megabytes',
    edits: [
      ['max_bytes=1048576', 'max_bytes=4194304'],
      ['ulimit -f 2100', 'ulimit -f 9000'],
    ],
    breaks: ['keeps-when-oversize'],
  },
  fault('waits for as long as a server likes', ['--max-time "$max_seconds"', '--max-time 600'], 'ends-in-time'),
  fault('asks anybody by plain http', ['    https://?*) ;;', '    http*://?*) ;;'], 'no-plain-http'),
  fault('prints what the server says', ["body=$(tr -cd ' -~')", 'body=$(cat)'], 'says-why'),
  fault(
    'gives curl the token as an argument',
    ['--user-agent', '--header "X-Token: $token" --user-agent'],
    'token-not-shown',
  ),
  fault('does not say which agent it is', ['--user-agent "pinward-agent/$version"', ''], 'names-itself'),
  fault('does not name its machine', ['$format?machine=$machine', '$format?host=$machine'], 'names-itself'),
  fault('reports at each login', ['[ "$(print_file "$reported_file")" != "$1 $out_revision" ]', ':'], 'reports-once'),
  fault('has a helper that prints nothing', ["print_copy || echo '{}'", 'print_copy'], 'helper-one-object'),
  fault(
    'starts every shell without pins',
    ['  print_copy ||\n    warn "no pins yet', '  false ||\n    warn "no pins yet'],
    'keeps-when-refused',
  ),
  fault(
    'starts shells without pins after a failure',
    ['is_genuine && cat "$copy" && return', 'is_genuine && [ -z "$(read_state last_error)" ] && cat "$copy" && return'],
    ...['keeps-when-refused', 'checks-signatures'],
  ),
  fault('ignores Pinward-Poll-After', ['$(seconds_or "$out_pinward_poll_after" 300)', '300'], 'polls-when-told'),
  fault(
    'ignores Retry-After',
    ['$(seconds_or "$out_retry_after" "$retry_seconds")', '$retry_seconds'],
    'retries-when-told',
  ),
  fault(
    'is silent for as long as a server likes',
    ['max_wait=86400', 'max_wait=864000000'],
    'silent-for-a-day-at-most',
  ),
  fault('believes any 304', ['  verify_answer "$held_sha256" || return\n', ''], 'checks-304'),
  fault('takes replays', ['is_before "$out_pinward_valid_until" "$floor_valid_until" ||', ': ||'], 'refuses-replays'),
];

/** pinward.sh with the fault, and with a shorter timeout to save time. */
export function seeded(script: string, fault: SeededFault): string {
  const shorter = ['timeout=10\n  settings_dir', 'timeout=2\n  settings_dir'] as const;
  return edited(script, { ...fault, edits: [...fault.edits, shorter] });
}

export function edited(script: string, { title, edits }: SeededFault): string {
  return edits.reduce((text, [from, to]) => {
    const parts = text.split(from);
    if (parts.length !== 2)
      throw new Error(`"${title}" needs ${from} in the script once, not ${parts.length - 1} times`);
    return parts.join(to);
  }, script);
}

function fault(title: string, edit: readonly [string, string], ...breaks: readonly string[]): SeededFault {
  return { title, edits: [edit], breaks };
}
