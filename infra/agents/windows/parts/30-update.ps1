# --- update -----------------------------------------------------------------------------------------------------------

# Polls the server and applies its answer; true on success. After a failure everything good stays in place, and the
# state holds the reason.
function Update-Pins {
  try {
    $null = [IO.Directory]::CreateDirectory($stateDir)
    $lock = Enter-Lock
  } catch {
    Write-Note "this user may not write in ${stateDir}: $(Get-Reason $_)"
    return $false
  }
  if ($null -eq $lock) {
    if (Test-Applied) { return $true }
    Write-Note 'another agent is still running'
    return $false
  }
  try { Update-Locked } finally { $lock.Dispose() }
}

function Update-Locked {
  $script:origin = "$server $organisation".TrimEnd() # the facts in the state hold for this origin only
  $script:revision = ''
  $script:retryAfter = ''
  $held = ''
  try {
    Remove-Leftovers
    if (Test-Whole $copy) { $held = Get-Hash ([IO.File]::ReadAllBytes($copy)) }
    Request-Pins $held
    Send-Report 'applied'
    return $true
  } catch { $script:trouble = Get-Reason $_ }
  Write-Note $trouble
  try { $null = Set-Applied } catch { Write-Note (Get-Reason $_) }
  $pause = if (-not $held) { 0 } elseif (Test-Moving) { 20 } else { 60 }
  try {
    $pause = Get-Seconds $retryAfter $pause
    Write-Facts @{ last_error = "$(Get-Utc) $trouble"; next_at = (Get-Now) + $pause; wait = $pause }
  } catch { Write-Note (Get-Reason $_) }
  Write-Age
  Send-Report 'failed'
  $false
}

function Request-Pins([string]$held) {
  $script:cli = Find-Cli
  $query = "?machine=$machine" + $(if ($cli) { "&cli=$cli" })
  $headers = @{}
  if ($held) { $headers['If-None-Match'] = "`"$held`"" }
  $answer = Send-Request "/v1/pins.$format$query" $headers ([int]$timeout)
  $script:retryAfter = $answer['Retry-After']
  $changed = $answer.Code -eq 200
  switch ($answer.Code) {
    200 { Confirm-Answer $answer; break }
    304 { Confirm-Held $answer $held; break }
    { $_ -ge 300 -and $_ -lt 400 } {
      throw "HTTP $_ to $($answer['Location']): redirects are not followed; correct server in $config"
    }
    default { throw "HTTP $_$(Get-Quote $answer 'title')$(Get-Quote $answer 'hint')" }
  }
  if (Set-Applied) { $changed = $true }
  $pace = Get-Seconds $answer['Pinward-Poll-After'] 300
  # A poll interval below 5 minutes means that a rollout is active. Assume it lasts 10 more minutes if the server can't
  # be reached.
  $facts = @{
    revision = $revision; floor = $revision; server = $origin; checked_at = Get-Utc; last_error = ''
    etag = Get-Hash ([IO.File]::ReadAllBytes($copy)); signed_by = $answer['Signer']
    next_at = (Get-Now) + $pace; wait = $pace; moving_until = (Get-Now) + $(if ($pace -lt 300) { 600 } else { 0 })
    valid_until = $answer['Pinward-Valid-Until']; stale = $answer['Pinward-Stale']; cli = $cliFound
    agent = $answer['Pinward-Agent']
  }
  if ($changed) { $facts['applied_at'] = Get-Utc }
  Write-Facts $facts
}

# Returns the answer as a table: Code, Body (bytes) and headers by name, in printable ASCII. The token stays in memory,
# so no process list shows it. Every wait has a limit.
function Send-Request([string]$path, [hashtable]$headers, [int]$seconds, [string]$json) {
  $null = [Reflection.Assembly]::LoadWithPartialName('System.Net.Http')
  $protocols = [Net.ServicePointManager]::SecurityProtocol # 0 on newer .NET: the system's default
  if ([int]$protocols -ne 0) {
    [Net.ServicePointManager]::SecurityProtocol = $protocols -bor [Net.SecurityProtocolType]::Tls12
  }
  $handler = [Net.Http.HttpClientHandler]::new()
  $handler.AllowAutoRedirect = $false
  $handler.UseCookies = $false
  $direct = @($unproxied.Split(',') | Where-Object { $_ } | ForEach-Object { [regex]::Escape($_.Trim().TrimStart('.')) })
  if ($proxy) { $handler.Proxy = [Net.WebProxy]::new($proxy, $true, @($direct | ForEach-Object { "(//|\.)$_(:|/|`$)" })) }
  $client = [Net.Http.HttpClient]::new($handler)
  try {
    $client.Timeout = [Threading.Timeout]::InfiniteTimeSpan
    $method = if ($json) { [Net.Http.HttpMethod]::Post } else { [Net.Http.HttpMethod]::Get }
    $request = [Net.Http.HttpRequestMessage]::new($method, $server + $path)
    if ($json) { $request.Content = [Net.Http.StringContent]::new($json, $utf8, 'application/json') }
    $null = $request.Headers.TryAddWithoutValidation('User-Agent', "pinward-agent/$version")
    $bearer = Read-Token
    if ($bearer) { $null = $request.Headers.TryAddWithoutValidation('Authorization', "Bearer $bearer") }
    foreach ($name in $headers.Keys) { $null = $request.Headers.TryAddWithoutValidation($name, $headers[$name]) }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $whenHead = [Net.Http.HttpCompletionOption]::ResponseHeadersRead
    $response = Wait-Result $client.SendAsync($request, $whenHead) $watch $seconds
    $answer = Read-Headers $response
    $answer['Body'] = Read-Body (Wait-Result $response.Content.ReadAsStreamAsync() $watch $seconds) $watch $seconds
    $answer
  } finally {
    $client.Dispose()
  }
}

function Read-Headers($response) {
  $answer = @{ Code = [int]$response.StatusCode; Signer = '' }
  $names = 'ETag', 'Content-Type', 'Location', 'Retry-After', 'Pinward-Revision', 'Pinward-Poll-After',
  'Pinward-Valid-Until', 'Pinward-Stale', 'Pinward-Agent', 'Pinward-Organisation', 'Pinward-Signature'
  foreach ($name in $names) { $answer[$name] = '' }
  foreach ($headers in @($response.Headers, $response.Content.Headers)) {
    foreach ($header in $headers.GetEnumerator()) {
      if ($names -contains $header.Key) { $answer[$header.Key] = (@($header.Value) -join ', ') -creplace '[^ -~]', '' }
    }
  }
  $answer
}

function Read-Body($stream, [Diagnostics.Stopwatch]$watch, [int]$seconds) {
  $body = [IO.MemoryStream]::new()
  $buffer = [byte[]]::new(65536)
  for (;;) {
    $count = Wait-Result $stream.ReadAsync($buffer, 0, $buffer.Length) $watch $seconds
    if ($count -le 0) { return , $body.ToArray() }
    $body.Write($buffer, 0, $count)
    if ($body.Length -gt $maxBytes) { throw "the answer is over $maxBytes bytes" }
  }
}

# Returns the result of a .NET task, or throws when the time of the whole request is over.
function Wait-Result($task, [Diagnostics.Stopwatch]$watch, [int]$seconds) {
  $left = $seconds * 1000 - $watch.ElapsedMilliseconds
  if ($left -le 0 -or -not $task.Wait([int]$left)) { throw "no complete answer from $server within $seconds seconds" }
  $task.Result
}

# Reads the token once for each run, since a command may be slow. Requests for keys send none: the list is public.
function Read-Token {
  if ($null -ne $token) { return $token }
  $read = ''
  try {
    if ($tokenCommand) { $read = Invoke-Bounded $tokenCommand }
    elseif ($tokenFile) { $read = [IO.File]::ReadAllText($tokenFile) }
  } catch { throw "could not get a token from ${tokenCommand}${tokenFile}: $(Get-Reason $_)" }
  $read = $read.Trim()
  if ($read -cnotmatch '^[A-Za-z0-9._~+/=-]*\z') { throw 'the token has characters that no bearer token has' }
  $script:token = $read
  $read
}

# A setting counts, else the oldest Claude Code that is installed: for SYSTEM in any profile. Only a user's agent runs one,
# where no place tells a version.
function Find-Cli {
  $said = Get-Given 'cli' $env:CLAUDE_CODE_VERSION
  $script:cliFound = "$said, by a setting"
  if (-not $said) {
    $oldest = $null
    foreach ($found in @(Find-Installed)) {
      if ($null -eq $oldest -or [Version]$found.Version -lt [Version]$oldest.Version) { $oldest = $found }
    }
    if ($oldest) {
      $said = $oldest.Version
      $script:cliFound = "${said}: $($oldest.Path)"
    } elseif (-not $isAdmin -and (Get-Command claude -CommandType Application -ErrorAction SilentlyContinue)) {
      try { $said = Invoke-Bounded 'claude --version' } catch { $said = '' }
      $script:cliFound = $said
    }
  }
  if ($said -cmatch '^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}') { return $Matches[0] }
  $script:cliFound = ''
  ''
}

# Returns Version and Path of each installed Claude Code, read from names, from package.json and from what an .exe says
# of itself.
function Find-Installed {
  $homes = @($env:USERPROFILE)
  if ($isAdmin) {
    $users = Join-Root $(if ($env:PUBLIC) { [IO.Path]::GetDirectoryName($env:PUBLIC) } else { '/Users' })
    $homes = @(if ([IO.Directory]::Exists($users)) { [IO.Directory]::GetDirectories($users) })
  }
  foreach ($folder in @($homes | Where-Object { $_ })) {
    $native = [IO.Path]::Combine($folder, '.local')
    Read-Native ([IO.Path]::Combine($native, 'bin', 'claude.exe')) ([IO.Path]::Combine($native, 'share', 'claude', 'versions'))
    Read-Package ([IO.Path]::Combine($folder, 'AppData', 'Roaming', 'npm'))
    foreach ($node in @(Find-Folders ([IO.Path]::Combine($folder, 'AppData', 'Roaming', 'nvm')) 'v*')) { Read-Package $node }
    Read-WinGet ([IO.Path]::Combine($folder, 'AppData', 'Local', 'Microsoft', 'WinGet', 'Packages'))
  }
  Read-Package (Join-Root ([IO.Path]::Combine($programs, 'nodejs')))
  Read-WinGet (Join-Root ([IO.Path]::Combine($programs, 'WinGet', 'Packages')))
}

function Find-Folders([string]$folder, [string]$pattern) {
  try { [IO.Directory]::GetDirectories($folder, $pattern) } catch { return }
}

# The native installer copies the version that runs to bin, and keeps others.
function Read-Native([string]$exe, [string]$versions) {
  $said = Read-Exe $exe
  if ($said) { return $said }
  if (-not [IO.Directory]::Exists($versions)) { return }
  $names = @([IO.Directory]::GetFileSystemEntries($versions) | ForEach-Object { [IO.Path]::GetFileName($_) -creplace '\.exe\z', '' })
  $newest = $names | Where-Object { $_ -cmatch '^[0-9]{1,6}(\.[0-9]{1,6}){2}\z' } |
    Sort-Object { [Version]$_ } -Descending | Select-Object -First 1
  if ($newest) { [PSCustomObject]@{ Version = $newest; Path = ([IO.Path]::Combine($versions, $newest)) } }
}

function Read-WinGet([string]$packages) {
  foreach ($folder in @(Find-Folders $packages 'Anthropic.ClaudeCode_*')) { Read-Exe ([IO.Path]::Combine($folder, 'claude.exe')) }
}

# An .exe says of itself what it is. One that does not say Claude may carry the version of what it was built with.
function Read-Exe([string]$exe) {
  if (-not [IO.File]::Exists($exe)) { return }
  try { $said = [Diagnostics.FileVersionInfo]::GetVersionInfo($exe) } catch { return }
  if ("$($said.ProductName) $($said.FileDescription)" -cnotmatch 'Claude') { return }
  if ("$($said.ProductVersion)" -cmatch '^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}') {
    [PSCustomObject]@{ Version = $Matches[0]; Path = $exe }
  }
}

# A user may put anything there, so it reads no more than a package.json has.
function Read-Package([string]$folder) {
  $file = [IO.Path]::Combine($folder, 'node_modules', '@anthropic-ai', 'claude-code', 'package.json')
  try {
    $stream = [IO.File]::OpenRead($file)
    $buffer = [byte[]]::new(65536)
    try { $count = $stream.Read($buffer, 0, $buffer.Length) } finally { $stream.Dispose() }
  } catch { return }
  if ($utf8.GetString($buffer, 0, $count) -cmatch '"version"\s*:\s*"([0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6})') {
    [PSCustomObject]@{ Version = $Matches[1]; Path = $file }
  }
}

# Returns what a command line prints. At the time limit the process and its children are killed.
function Invoke-Bounded([string]$commandLine) {
  $start = [Diagnostics.ProcessStartInfo]::new()
  if ($onWindows) {
    $start.FileName = [IO.Path]::Combine([Environment]::SystemDirectory, 'cmd.exe')
    $start.Arguments = "/d /s /c `"$commandLine`""
    $start.WorkingDirectory = [Environment]::SystemDirectory # cmd.exe looks for programs in the working folder first
    # Users may write to some folders of the machine's PATH.
    if ($isAdmin) { $start.EnvironmentVariables['PATH'] = "$([Environment]::SystemDirectory);$env:SystemRoot" }
  } else {
    $start.FileName = '/bin/sh'
    $start.Arguments = '-c "' + $commandLine.Replace('"', '\"') + '"'
  }
  $start.UseShellExecute = $false
  $start.CreateNoWindow = $true
  $start.RedirectStandardInput = $true
  $start.RedirectStandardOutput = $true
  $process = [Diagnostics.Process]::Start($start)
  $process.StandardInput.Close()
  $reading = $process.StandardOutput.ReadToEndAsync()
  if (-not ($reading.Wait([int]$timeout * 1000) -and $process.WaitForExit(1000))) {
    Stop-Tree $process
    throw "the command took more than $timeout seconds"
  }
  if ($process.ExitCode -ne 0) { throw "the command exited with $($process.ExitCode)" }
  $reading.Result
}

function Stop-Tree($process) {
  if ($onWindows) { $null = & ([IO.Path]::Combine([Environment]::SystemDirectory, 'taskkill.exe')) /t /f /pid $process.Id }
  else { $process.Kill() }
}

# Makes the body the new copy if type, hash, form, revision and signature are right.
function Confirm-Answer([hashtable]$answer) {
  $answered = $answer['Content-Type'].Split(';')[0]
  if ($answered -cne $type) { throw "the answer is '$answered', not ${type}; does a proxy or a sign-in page answer?" }
  if ($answer['ETag'] -cnotmatch '^"[0-9a-f]{64}"\z') { throw 'the answer has no ETag that is a SHA-256' }
  $hash = Get-Hash $answer['Body']
  if ($answer['ETag'] -cne "`"$hash`"") { throw 'the answer was altered on its way: its SHA-256 is not its ETag' }
  if (-not (Test-WholeBytes $answer['Body'])) { throw "the answer is not a whole $format file" }
  if (-not (Test-Number $answer['Pinward-Revision'])) { throw 'the answer has no Pinward-Revision' }
  $script:revision = $answer['Pinward-Revision']
  Confirm-Signature $answer $hash
  Confirm-Floor
  # The state goes first: an agent that is killed in between must not accept an older revision the next time.
  Write-Facts @{ floor = $revision; server = $origin; valid_until = $answer['Pinward-Valid-Until']; next_etag = $hash }
  Set-Whole $copy $answer['Body']
}

# Accepts that the held pins are still current, and their new end of validity.
function Confirm-Held([hashtable]$answer, [string]$held) {
  if (-not $held) { throw 'the server answered 304 to a machine that holds nothing' }
  $script:heldNow = $held
  $script:revision = $answer['Pinward-Revision']
  Confirm-Signature $answer $held
  if (-not (Test-Number $revision)) { $script:revision = [string](Get-Floor) }
  Confirm-Floor
}

# No failure of another revision is reported: another instance of the server may lag behind.
function Confirm-Floor {
  $floor = Get-Floor
  if ([long]$revision -ge $floor -and [long]$revision -le $floor + $maxRevisions) { return }
  $offered = $revision
  $script:revision = ''
  if ([long]$offered -gt $floor) {
    throw "the server offers the revision $offered after ${floor}; no policy changes so often"
  }
  throw "the server offers an older revision, $offered after ${floor}; if that is meant, remove $state"
}

function Get-Quote([hashtable]$answer, [string]$name) {
  $text = $utf8.GetString($answer['Body']) -creplace '[^ -~]', '' -creplace '\\"', "'"
  if ($text -cmatch "`"$name`" *: *`"([^`"]{1,300})") { ": $($Matches[1])" }
}
