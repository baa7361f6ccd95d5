/** The seeded faults as edits of pinward.ps1: those of pinward.sh by their titles, where both agents can have them. */
import type { SeededFault } from './seeded-faults.ts';

export const windowsFaults: readonly SeededFault[] = [
  fault(
    'checks no hash',
    ['if ($answer[\'ETag\'] -cne "`"$hash`"") { throw', 'if ($false) { throw'],
    'checks-the-hash',
  ),
  fault(
    'takes an older revision',
    ['if ([long]$revision -ge $floor -and [long]$revision', 'if ([long]$revision'],
    ...['never-goes-back', 'refuses-replays'],
  ),
  fault('follows redirects', ['AllowAutoRedirect = $false', 'AllowAutoRedirect = $true'], 'follows-no-redirect'),
  fault(
    'writes in place',
    ['    Move-Over $temp $file\n', '    [IO.File]::WriteAllBytes($file, $bytes)\n    Remove-Quietly $temp\n'],
    ...['whole-or-old', 'survives-kill'],
  ),
  fault(
    'ignores signatures',
    ['if (-not $organisation) { return }\n  $until', 'return\n  $until'],
    ...['checks-signatures', 'checks-what-is-signed', 'refuses-expired', 'refuses-replays', 'checks-304'],
    'checks-new-keys',
  ),
  fault('ignores valid-until', ['if (Test-Past $until) { throw', 'if ($false) { throw'], 'refuses-expired'),
  fault(
    'drops its last good copy when the server fails',
    ['default { throw "HTTP $_', 'default { Remove-Quietly $copy; Remove-Quietly $applied; throw "HTTP $_'],
    ...['mends-the-file', 'keeps-when-refused'],
  ),
  fault('sends no If-None-Match', ['if ($held) { $headers[', 'if ($false) { $headers['], 'asks-conditionally'),
  fault(
    'has its token in the address',
    ['"?machine=$machine" + $(if ($cli) { "&cli=$cli" })\n  $headers', '"?token=$(Read-Token)"\n  $headers'],
    'token-in-header',
  ),
  fault(
    'fails with a good copy',
    ["Write-Note \"revision $(Get-Fact 'revision') stays", "Stop-Agent 1 \"revision $(Get-Fact 'revision') stays"],
    'exits-0',
  ),
  fault('writes for root alone', ['if ($Secret) { Protect-File $temp }', 'Protect-File $temp'], 'exact-bytes'),
  fault(
    'makes its temporary file in sight',
    [
      '".$([IO.Path]::GetFileName($file)).$([IO.Path]::GetRandomFileName())"',
      '"$([IO.Path]::GetRandomFileName()).json"',
    ],
    'nothing-beside',
  ),
  fault(
    'does nothing for the file while the server is away',
    ['  try { $null = Set-Applied } catch { Write-Note (Get-Reason $_) }\n', ''],
    'mends-the-file',
  ),
  fault(
    'waits for the lock of the dead',
    [
      "[IO.File]::Open(\"$copy.lock\", 'OpenOrCreate', 'ReadWrite', 'None')",
      "(New-Object IO.FileStream \"$copy.lock\", 'CreateNew', 'ReadWrite', 'None', 1, 'DeleteOnClose')",
    ],
    'survives-kill',
  ),
  fault(
    'asks although another does',
    ["\"$copy.lock\", 'OpenOrCreate', 'ReadWrite', 'None'", "\"$copy.lock\", 'OpenOrCreate', 'ReadWrite', 'ReadWrite'"],
    'one-at-a-time',
  ),
  fault('takes web pages', ['if ($answered -cne $type)', 'if ($false)'], 'keeps-when-html'),
  {
    title: 'takes half a file',
    edits: [
      ["if (-not (Test-WholeBytes $answer['Body']))", 'if ($false)'],
      ['  if (-not (Test-Whole $copy)) { return $false }\n', ''],
    ],
    breaks: ['keeps-when-cut'],
  },
  fault('takes four megabytes', ['$maxBytes = 1048576', '$maxBytes = 4194304'], 'keeps-when-oversize'),
  fault('waits for as long as a server likes', ['$left = $seconds * 1000', '$left = 600 * 1000'], 'ends-in-time'),
  fault(
    'asks anybody by plain http',
    ['(https://.+|http://(localhost', '(https?://.+|http://(localhost'],
    'no-plain-http',
  ),
  fault(
    'prints what the server says',
    ["$text = $utf8.GetString($answer['Body']) -creplace '[^ -~]', ''", "$text = $utf8.GetString($answer['Body'])"],
    'says-why',
  ),
  fault(
    'prints its token',
    ['$bearer = Read-Token\n', '$bearer = Read-Token\n    Write-Note $bearer\n'],
    'token-not-shown',
  ),
  fault(
    'does not say which agent it is',
    ['(\'User-Agent\', "pinward-agent/$version")', "('X-Agent', 'none')"],
    'names-itself',
  ),
  fault(
    'does not name its machine',
    ['"?machine=$machine" + $(if ($cli) { "&cli=$cli" })\n  $headers', '"?host=$machine"\n  $headers'],
    'names-itself',
  ),
  fault('reports at each login', ['-or (Get-Fact \'reported\') -ceq "$outcome $revision"', ''], 'reports-once'),
  fault('has a helper that prints nothing', ['  $output.Write($bytes, 0, $bytes.Length)\n', ''], 'helper-one-object'),
  fault('has a helper that waits for the server', ['[Math]::Max(0, 6 - $age)', '600'], 'helper-one-object'),
  fault(
    'starts every shell without pins',
    ['if (Test-Genuine) { return [IO.File]::ReadAllText($copy, $utf8) }', 'if ($false) { return }'],
    'keeps-when-refused',
  ),
  fault(
    'starts shells without pins after a failure',
    ['if (Test-Genuine) { return [', "if ((Test-Genuine) -and -not (Get-Fact 'last_error')) { return ["],
    ...['keeps-when-refused', 'checks-signatures'],
  ),
  fault(
    'ignores Pinward-Poll-After',
    ["$pace = Get-Seconds $answer['Pinward-Poll-After'] 300", '$pace = 300'],
    'polls-when-told',
  ),
  fault('ignores Retry-After', ['    $pause = Get-Seconds $retryAfter $pause\n', ''], 'retries-when-told'),
  fault(
    'is silent for as long as a server likes',
    ['$maxWait = 86400', '$maxWait = 864000000'],
    'silent-for-a-day-at-most',
  ),
  fault('believes any 304', ['  Confirm-Signature $answer $held\n', ''], 'checks-304'),
  fault('takes replays', ['[string]::CompareOrdinal($until, $freshest) -ge 0', '$true'], 'refuses-replays'),
];

function fault(title: string, edit: readonly [string, string], ...breaks: readonly string[]): SeededFault {
  return { title, edits: [edit], breaks };
}
