# --- files and facts --------------------------------------------------------------------------------------------------

# Returns the lock, or nothing when another agent holds it for five seconds. Windows releases the lock of a dead agent.
function Enter-Lock {
  for ($tries = 0; $tries -le 10; $tries++) {
    try { return [IO.File]::Open("$copy.lock", 'OpenOrCreate', 'ReadWrite', 'None') } catch {
      if ($_.Exception.GetBaseException() -isnot [IO.IOException]) { throw }
      Start-Sleep -Milliseconds 500
    }
  }
}

# Removes the temporary files of agents that were killed.
function Remove-Leftovers {
  foreach ($file in $copy, $state, $fragment) {
    Remove-Matching ([IO.Path]::GetDirectoryName($file)) ".$([IO.Path]::GetFileName($file)).*"
  }
}

function Remove-Matching([string]$folder, [string]$pattern) {
  foreach ($file in @(Find-Files $folder $pattern)) { Remove-Quietly $file }
}

function Find-Files([string]$folder, [string]$pattern) {
  if ([IO.Directory]::Exists($folder)) { [IO.Directory]::GetFiles($folder, $pattern) }
}

function Remove-Quietly([string]$file) {
  try { [IO.File]::Delete($file) } catch { Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue }
}

# Writes to a hidden file beside the target, which Claude Code ignores, and renames that file.
function Set-Whole([string]$file, [byte[]]$bytes, [switch]$Secret) {
  $temp = [IO.Path]::Combine([IO.Path]::GetDirectoryName($file), ".$([IO.Path]::GetFileName($file)).$([IO.Path]::GetRandomFileName())")
  try {
    [IO.File]::Create($temp).Dispose()
    if ($Secret) { Protect-File $temp }
    $stream = [IO.File]::Open($temp, 'Open', 'Write', 'None')
    try {
      $stream.Write($bytes, 0, $bytes.Length)
      $stream.Flush($true)
    } finally { $stream.Dispose() }
    Move-Over $temp $file
  } catch {
    Remove-Quietly $temp
    throw "could not write ${file}: $(Get-Reason $_)"
  }
}

# Both calls use MoveFileEx, which replaces in one step. With File.Replace of .NET Framework the file is gone for a
# moment.
function Move-Over([string]$from, [string]$to) {
  if ($PSVersionTable.PSVersion.Major -ge 6) { return [IO.File]::Move($from, $to, $true) }
  $null = [Reflection.Assembly]::LoadWithPartialName('Microsoft.VisualBasic')
  [Microsoft.VisualBasic.FileIO.FileSystem]::MoveFile($from, $to, $true)
}

function Set-Text([string]$file, [string[]]$lines) { Set-Whole $file $utf8.GetBytes(($lines -join "`n") + "`n") }

# Lets only SYSTEM and administrators read the file.
function Protect-File([string]$file) {
  if ($onWindows) {
    $icacls = [IO.Path]::Combine([Environment]::SystemDirectory, 'icacls.exe')
    $null = & $icacls $file /inheritance:r /grant:r '*S-1-5-18:F' '*S-1-5-32-544:F'
  } else { $null = & chmod 600 $file }
  if ($LASTEXITCODE -ne 0) { throw 'the permissions of the file can not be set' }
}

# Replaces the lines of these keys in the state. The other lines stay.
function Write-Facts([hashtable]$facts) {
  $all = Read-Facts
  foreach ($key in $facts.Keys) { $all[$key] = $facts[$key] }
  $names = [string[]]$all.Keys
  [Array]::Sort($names)
  Set-Text $state @(foreach ($name in $names) { "$name=$($all[$name])" })
}

function Read-Facts {
  $facts = @{}
  if ([IO.File]::Exists($state)) {
    foreach ($line in [IO.File]::ReadAllLines($state)) {
      if ($line -cmatch '^([a-z_]+)=(.*)\z') { $facts[$Matches[1]] = $Matches[2] }
    }
  }
  $facts
}

function Get-Fact([string]$key) { [string](Read-Facts)[$key] }

function Get-Floor {
  $floor = Get-Fact 'floor'
  if (-not (Test-Number $floor) -or (Get-Fact 'server') -cne $origin) { return [long]0 }
  if ([long]$floor -le $maxRevisions * 100) { return [long]$floor }
  Write-Note "no server has come to revision $floor, which $state holds: it is forgotten"
  [long]0
}

function Get-Hash([byte[]]$bytes) {
  [BitConverter]::ToString((Get-HashBytes $bytes)).Replace('-', '').ToLowerInvariant()
}

function Get-HashBytes([byte[]]$bytes) { return , [Security.Cryptography.SHA256]::Create().ComputeHash($bytes) }

function Test-Whole([string]$file) {
  try { Test-WholeBytes ([IO.File]::ReadAllBytes($file)) } catch { $false }
}

# Detects a truncated file without its hash.
function Test-WholeBytes([byte[]]$bytes) {
  if ($bytes.Length -lt 1 -or $bytes[-1] -ne 10) { return $false }
  $format -ceq 'ps1' -or ($bytes.Length -gt 2 -and $bytes[0] -eq 0x7B -and $bytes[-2] -eq 0x7D)
}

# The copy that was accepted last. The state holds the hash of the next copy before that copy is written.
function Test-Genuine {
  if (-not (Test-Whole $copy)) { return $false }
  $known = @((Get-Fact 'etag'), (Get-Fact 'next_etag'), $heldNow | Where-Object { $_ })
  $known -ccontains (Get-Hash ([IO.File]::ReadAllBytes($copy)))
}

function Test-Applied { (Test-Whole $copy) -and (Read-Applied).Length -gt 0 }

function Test-Moving { -not (Test-Due (Get-Fact 'moving_until') 600) }

function Test-PollDue { Test-Due (Get-Fact 'next_at') (Get-Seconds (Get-Fact 'wait') $maxWait) }

# An altered copy is replaced at once, but once: after a failure the next poll has its time.
function Test-ShouldPoll {
  (Test-PollDue) -or ((Test-Whole $copy) -and -not (Test-Genuine) -and -not (Get-Fact 'last_error'))
}

# A time further ahead than it was set counts as passed: a clock that was fast then must not silence the agent now.
function Test-Due([string]$at, [long]$longest) {
  if (-not (Test-Number $at)) { return $true }
  $left = [long]$at - (Get-Now)
  $left -le 0 -or $left -gt $longest
}

function Test-Past([string]$time) {
  $limit = Format-Utc ([DateTime]::UtcNow.AddSeconds(-$clockSkew))
  $time -and [string]::CompareOrdinal($time, $limit) -lt 0
}

function Test-Time([string]$text) { $text -cmatch '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z\z' }

function Test-Number([string]$text) { $text -cmatch '^(0|[1-9][0-9]{0,12})\z' }

# Returns the first if it is a number, else the second; at most a day.
function Get-Seconds([string]$text, [long]$otherwise) {
  if (Test-Number $text) { [Math]::Min([long]$text, [long]$maxWait) } else { $otherwise }
}

function Get-Now { [long][Math]::Floor(([DateTime]::UtcNow - [DateTime]'1970-01-01').TotalSeconds) }

function Get-Utc { Format-Utc ([DateTime]::UtcNow) }

function Format-Utc([DateTime]$time) {
  $time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [Globalization.CultureInfo]::InvariantCulture)
}

# Returns the innermost message: the outer ones say only that a method failed.
function Get-Reason($record) { ($record.Exception.GetBaseException().Message -split "`n")[0].Trim() }

function Write-Note([string]$text) { [Console]::Error.WriteLine("pinward: $text") }

function Stop-Agent([int]$with, [string]$text) {
  Write-Note $text
  exit $with
}
