# --- trust ------------------------------------------------------------------------------------------------------------

# Verifies that a trusted key signed the answer, that the answer has not expired and that it is no replay. The statement
# is composed from the request and the headers, so any difference breaks the signature.
function Confirm-Signature([hashtable]$answer, [string]$hash) {
  if (-not $organisation) { return }
  $until = $answer['Pinward-Valid-Until']
  if (-not $answer['Pinward-Signature']) { throw 'the answer is not signed' }
  if (-not ($answer['Pinward-Signature'] -cmatch '^v1 ([0-9a-f]{16}) ([A-Za-z0-9+/]+={0,2})\z')) {
    throw 'the answer has a signature of an unknown kind'
  }
  $signer = $Matches[1]
  $signature = $Matches[2]
  if ($answer['Pinward-Organisation'] -cne $organisation) {
    throw "the answer is of the organisation '$($answer['Pinward-Organisation'])', not $organisation"
  }
  if (-not (Test-Number $revision)) { throw 'the answer has no Pinward-Revision' }
  if (-not (Test-Time $until)) { throw 'the answer has no Pinward-Valid-Until' }
  $key = Find-Key $signer
  if ($null -eq $key) { $key = Receive-Key $signer }
  $fields = "organisation: $organisation", "format: $format", "revision: $revision", "sha256: $hash",
  "valid-until: $until"
  if (-not (Test-Signature $key 'pinward-statement-v1' $fields $signature)) {
    throw "the signature by $signer does not match: the answer was altered, or made for another request"
  }
  if (Test-Past $until) { throw "the answer expired at $until, and it is $(Get-Utc) by this machine's clock" }
  Confirm-Fresh $until
  $answer['Signer'] = $signer
}

function Confirm-Fresh([string]$until) {
  $freshest = if ((Get-Fact 'server') -ceq $origin) { Get-Fact 'valid_until' } else { '' }
  if (-not $freshest -or [string]::CompareOrdinal($until, $freshest) -ge 0) { return }
  $script:revision = ''
  throw "the answer is a replay: valid until $until, after one until ${freshest}; if that is meant, remove $state"
}

function Find-Key([string]$id) {
  foreach ($key in @(Read-TrustedKeys)) { if ($key.Id -ceq $id) { return $key } }
}

function Read-TrustedKeys {
  $files = @(Find-Files $keysDir '*.pem') + @(Find-Files $stateDir 'pins.*.pem')
  foreach ($file in $files) {
    try { $text = [IO.File]::ReadAllText($file) } catch { continue }
    Read-Key ($text -replace '-----[A-Z ]+-----|\s', '') $file
  }
}

# Looks for a chain of vouchers from a trusted key to an unknown key, and keeps the keys of the chain. Reads 16 vouchers
# at most.
function Receive-Key([string]$id) {
  $unknown = "the answer is signed with the key $id, which is not trusted here"
  if (-not (Test-MayAsk $id)) { throw "${unknown}; the server is asked about a key once an hour" }
  try { $listed = Receive-Keys } catch { throw "${unknown}; $(Get-Reason $_)" }
  $vouchers = @([regex]::Matches($listed, '(?m)^voucher (\S+) by (\S+) (\S+) (\S+)$') | Select-Object -First 16)
  for ($round = 0; $round -lt 16; $round++) {
    foreach ($voucher in $vouchers) { Receive-Voucher $voucher $listed }
    $key = Find-Key $id
    if ($null -ne $key) { return $key }
  }
  throw "${unknown}: there is no good voucher for it"
}

# Keeps the key of one voucher if a trusted key signed the voucher.
function Receive-Voucher($voucher, [string]$listed) {
  $id = $voucher.Groups[1].Value
  $until = $voucher.Groups[3].Value
  $trusted = Find-Key $voucher.Groups[2].Value
  if ($id -cnotmatch '^[0-9a-f]{16}\z' -or $null -ne (Find-Key $id) -or $null -eq $trusted) { return }
  if (-not (Test-Time $until) -or (Test-Past $until)) { return }
  if (-not ($listed -cmatch "(?m)^key $id (\S+)$")) { return }
  $key = Read-Key $Matches[1] "$server/v1/keys.txt"
  if ($null -eq $key -or $key.Id -cne $id) { return }
  $fields = "organisation: $organisation", "key: $id", "sha256: $($key.Hash)", "valid-until: $until"
  if (Test-Signature $trusted 'pinward-key-v1' $fields $voucher.Groups[4].Value) {
    Set-Text ([IO.Path]::Combine($stateDir, "pins.$id.pem")) (Format-Pem $key)
  }
}

# The state keeps ID:TIME for each unknown key: no request about that key before TIME.
function Test-MayAsk([string]$id) {
  $asked = @((Get-Fact 'keys_asked').Split(' ') | Where-Object { $_ -and -not (Test-Due ($_ -replace '^.*:', '') 3600) })
  if ($asked | Where-Object { $_.StartsWith("${id}:") }) { return $false }
  Write-Facts @{ keys_asked = (@($asked) + "${id}:$((Get-Now) + 3600)") -join ' ' }
  $true
}

# Returns the server's list of keys and vouchers, in printable ASCII.
function Receive-Keys {
  $answer = @{ Code = 0 }
  $kept = $token
  $script:token = ''
  try { $answer = Send-Request '/v1/keys.txt' @{} ([int]$timeout) } finally { $script:token = $kept }
  if ($answer.Code -ne 200) { throw "could not fetch $server/v1/keys.txt: HTTP $($answer.Code)" }
  $utf8.GetString($answer['Body']) -creplace '[^ -~\n]', ''
}

# Returns a public key of P-256 from the base64 of its DER, or nothing. All such keys begin with the same 27 bytes.
function Read-Key([string]$base64, [string]$from) {
  $begin = '3059301306072A8648CE3D020106082A8648CE3D03010703420004'
  try { $der = [Convert]::FromBase64String($base64) } catch { return }
  if ($der.Length -ne 91 -or [BitConverter]::ToString($der, 0, 27).Replace('-', '') -cne $begin) { return }
  $hash = Get-Hash $der
  [PSCustomObject]@{ Id = $hash.Substring(0, 16); Hash = $hash; Der = $der; From = $from }
}

function Format-Pem($key) {
  $base64 = [Convert]::ToBase64String($key.Der)
  '-----BEGIN PUBLIC KEY-----', $base64.Substring(0, 64), $base64.Substring(64), '-----END PUBLIC KEY-----'
}

function Test-Signature($key, [string]$title, [string[]]$fields, [string]$base64) {
  try { $signature = ConvertFrom-Der ([Convert]::FromBase64String($base64)) } catch { return $false }
  $ecdsa = New-Verifier $key
  $text = (@($title) + $fields -join "`n") + "`n"
  try { $ecdsa.VerifyHash((Get-HashBytes $utf8.GetBytes($text)), $signature) } finally { $ecdsa.Dispose() }
}

# Uses CNG on Windows: .NET Framework before 4.7 has no other import of a key by its point, which is the last 64 bytes.
function New-Verifier($key) {
  if ($onWindows) {
    $blob = [byte[]]((0x45, 0x43, 0x53, 0x31, 32, 0, 0, 0) + $key.Der[27..90]) # "ECS1": P-256, 32 bytes a coordinate
    $cng = [Security.Cryptography.CngKey]::Import($blob, [Security.Cryptography.CngKeyBlobFormat]::EccPublicBlob)
    return [Security.Cryptography.ECDsaCng]::new($cng)
  }
  $ecdsa = [Security.Cryptography.ECDsa]::Create()
  $null = $ecdsa.ImportSubjectPublicKeyInfo($key.Der, [ref]0)
  $ecdsa
}

# Converts a signature in DER, a SEQUENCE of two INTEGERs, to the form of .NET: r and s, 32 bytes each.
function ConvertFrom-Der([byte[]]$der) {
  $raw = [byte[]]::new(64)
  if ($der.Length -lt 8 -or $der.Length -gt 72) { throw 'the signature has a wrong length' }
  if ($der[0] -ne 0x30 -or $der[1] -ne $der.Length - 2) { throw 'no SEQUENCE' }
  $at = 2
  foreach ($end in 32, 64) {
    if ($at + 2 -gt $der.Length -or $der[$at] -ne 2) { throw 'no INTEGER' }
    $length = [int]$der[$at + 1]
    $at += 2
    if ($length -lt 1 -or $at + $length -gt $der.Length) { throw 'an INTEGER that is cut off' }
    $zeros = if ($length -eq 33 -and $der[$at] -eq 0) { 1 } else { 0 }
    if ($length - $zeros -gt 32) { throw 'an INTEGER of more than 256 bits' }
    [Array]::Copy($der, $at + $zeros, $raw, $end - ($length - $zeros), $length - $zeros)
    $at += $length
  }
  if ($at -ne $der.Length) { throw 'bytes after the SEQUENCE' }
  return , $raw
}
