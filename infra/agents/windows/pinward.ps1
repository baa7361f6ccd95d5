# pinward: the agent for one Windows machine. It keeps Claude Code on the pins of its organisation.
#
# Commands, behaviour and state are those of pinward.sh, without the doctor. The agent polls a Pinward server for one
# file, checks the SHA-256 of the bytes and replaces the file in one step. With pinned keys it accepts only answers that
# one of these keys signed. After a failure the last good copy stays in force, the agent prints the reason, and shells
# and Claude Code still start. The agent parses no JSON.
#
# All files are in %ProgramFiles%\Pinward, where only administrators may write. In ProgramData any user could write a
# configuration that SYSTEM would then use. Needs Windows PowerShell 5.1 or newer. For usage run: pinward help

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$version = '0.1.0'
$maxBytes = 1048576 # Claude Code accepts no more from a policyHelper
$maxRevisions = 1000000 # between two answers: a number further above the accepted ones is wrong
$maxWait = 86400 # seconds: no server silences an agent for longer than a day
$longestStay = 280 # seconds: the task starts the next refresh after 300
$clockSkew = 300 # seconds: tolerance for a clock that is fast
$onWindows = [Environment]::OSVersion.Platform -eq 'Win32NT'
# Intune starts the 32-bit host by default. There ProgramFiles is a folder that Claude Code never reads.
$programs = @($env:ProgramW6432, $env:ProgramFiles, '/Program Files' | Where-Object { $_ })[0]
$utf8 = New-Object Text.UTF8Encoding $false

$usage = @'
usage: pinward [--root DIR] [--config FILE] [--delivery WHAT] COMMAND

  login       poll the server now and apply its answer
  refresh     like login, but only when the poll interval is over
              [--stay] for the task, which runs every five minutes: while the server asks for shorter intervals, keep
              running and poll at those
  env         print the pins as PowerShell assignments: Invoke-Expression (& pinward.ps1 env | Out-String)
  helper      answer Claude Code's policyHelper with one JSON object
  status      what is applied, since when, from where, and the last error
  install     --server URL [--token-file FILE | --token-stdin | --token-command COMMAND] [--machine ID]
              [--ca-file FILE] [--proxy URL] [--no-proxy HOSTS]
              [--organisation ORG --key FILE ... | [--organisation ORG] --trust-on-first-use]
  uninstall   remove what install and login wrote
  help        or --help; --version

  --root DIR        put DIR before every path that the agent or its configuration names
  --config FILE     default: %LOCALAPPDATA%\Pinward\agent.conf of a user who has one, else
                    %ProgramFiles%\Pinward\agent.conf
  --delivery WHAT   fragment (a managed-settings.d file; the default), registry (HKLM policy), shell (for env) or
                    helper (for policyHelper)
  --key FILE        accept only what this public key (PEM, or base64 of its DER) or a key that it vouches for signed
  --ca-file FILE    not on Windows, which has a store of certificates: certutil -addstore Root FILE
  --proxy URL       ask by this proxy; --no-proxy names hosts, with commas, that need none
  --trust-on-first-use  the same with the keys that the server lists during installation

The configuration is lines of key = value, read and never run: server, token_file or token_command, delivery,
machine, cli, timeout (seconds), settings_dir, state_dir, organisation (requires its signature), keys (a folder),
ca_file, proxy, no_proxy.
'@

# The policyHelper. It runs at each start of Claude Code, as the user who starts it, and prints the pins that the
# scheduled task fetched. It starts no PowerShell and sends no request, so it is always fast. C# 5, for the compiler of
# Windows.
$helperSource = @'
using System;
using System.IO;

static class PinwardHelper {
  static int Main() {
    byte[] pins = Read(Path.Combine(AppDomain.CurrentDomain.BaseDirectory, Path.Combine("state", "pins.helper.json")));
    using (Stream output = Console.OpenStandardOutput()) output.Write(pins, 0, pins.Length);
    return 0;
  }

  // An object without managedSettings applies nothing and leaves other sources in force.
  static byte[] Read(string path) {
    try {
      FileShare others = FileShare.ReadWrite | FileShare.Delete;
      using (FileStream file = new FileStream(path, FileMode.Open, FileAccess.Read, others))
      using (MemoryStream pins = new MemoryStream()) {
        file.CopyTo(pins);
        byte[] bytes = pins.ToArray();
        int length = bytes.Length;
        bool isWhole = length > 2 && bytes[0] == '{' && bytes[length - 2] == '}' && bytes[length - 1] == '\n';
        if (isWhole && length <= 1048576) return bytes;
      }
    } catch (Exception) { }
    return new byte[] { (byte)'{', (byte)'}', (byte)'\n' };
  }
}
'@

# The scheduled task. It runs as SYSTEM at start, at each logon and every five minutes; `refresh` polls only when a poll
# is due. START is a random time for each machine, to spread the polls of a fleet.
$taskXml = @'
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Keeps Claude Code on the organisation's pins.</Description>
    <URI>\Pinward</URI>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
    <LogonTrigger>
      <Enabled>true</Enabled>
    </LogonTrigger>
    <TimeTrigger>
      <Repetition>
        <Interval>PT5M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>START</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT6M</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe</Command>
      <Arguments>-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "AGENT" refresh --stay</Arguments>
    </Exec>
  </Actions>
</Task>
'@

function Invoke-Main([string[]]$words) {
  Read-CommandLine $words
  switch -CaseSensitive ($verb) {
    'help' { $usage }
    '--version' { "pinward $version" }
    'login' { Initialize-Agent; Invoke-Login }
    'refresh' { Initialize-Agent; Invoke-Refresh }
    'env' { $script:wanted = 'shell'; Initialize-Agent; Write-Exports }
    'helper' { $script:wanted = 'helper'; Initialize-Agent; Write-Policy }
    'status' { Initialize-Agent; Write-Status }
    'install' { Install-Agent; Invoke-Login }
    'uninstall' { Initialize-Agent; Uninstall-Agent }
    '' { Stop-Agent 2 $usage }
    default { Stop-Agent 2 "unknown command ${verb}; see: pinward help" }
  }
}

function Read-CommandLine([string[]]$words) {
  $valued = '--root', '--config', '--delivery', '--server', '--machine', '--token-command', '--token-file',
  '--organisation', '--key', '--ca-file', '--proxy', '--no-proxy'
  $installing = ''
  for ($at = 0; $at -lt $words.Count; $at++) {
    $word = $words[$at]
    if ($word -cmatch '^--(server|machine|token-.*|organisation|key|trust-.*|ca-file|proxy|no-proxy)\z') { $installing = $word }
    $value = ''
    if ($valued -ccontains $word) {
      $at++
      if ($at -ge $words.Count) { Stop-Agent 2 "$word needs a value" }
      $value = $words[$at]
    }
    if ($word -ceq '--help' -or $word -ceq 'help') { $script:verb = 'help'; return }
    if ($word -ceq '--version') { $script:verb = $word; return }
    Read-Word $word $value
  }
  if ($installing -and $verb -cne 'install') { Stop-Agent 2 "$installing belongs to: pinward install" }
  if ($stays -and $verb -cne 'refresh') { Stop-Agent 2 '--stay belongs to: pinward refresh' }
}

function Read-Word([string]$word, [string]$value) {
  switch -CaseSensitive ($word) {
    '--root' { $script:root = (Resolve-Full $value).TrimEnd('/', '\'); return }
    '--config' { $script:config = Resolve-Full $value; return }
    '--delivery' { $script:wanted = $value; return }
    '--server' { $given['server'] = $value; return }
    '--machine' { $given['machine'] = $value; return }
    '--token-command' { $given['token_command'] = $value; return }
    '--token-file' { $script:tokenFrom = Resolve-Full $value; return }
    '--token-stdin' { $script:tokenFrom = '-'; return }
    '--organisation' { $given['organisation'] = $value; return }
    '--key' { $script:keyFiles += Resolve-Full $value; return }
    '--ca-file' { $given['ca_file'] = $value; return }
    '--proxy' { $given['proxy'] = $value; return }
    '--no-proxy' { $given['no_proxy'] = $value; return }
    '--trust-on-first-use' { $script:trustsFirst = $true; return }
    '--stay' { $script:stays = $true; return }
  }
  if ($word.StartsWith('-')) { Stop-Agent 2 "unknown option ${word}; see: pinward help" }
  if ($verb) { Stop-Agent 2 "one command at a time, not both $verb and $word" }
  $script:verb = $word
}

# .NET knows the working folder of the process, not that of the PowerShell session.
function Resolve-Full([string]$path) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path) }

# --- commands ---------------------------------------------------------------------------------------------------------

function Invoke-Login {
  if (Update-Pins) { return "revision $(Get-Fact 'revision') is applied: $applied" }
  if (-not (Test-Applied)) {
    Stop-Agent 1 "nothing is applied; check server and token in $config, then run: pinward login"
  }
  Write-Note "revision $(Get-Fact 'revision') stays in place: $applied"
}

# With --stay, polls until the rollout ends or the task is about to start the next refresh. Sleeps without the lock.
function Invoke-Refresh {
  $watch = [Diagnostics.Stopwatch]::StartNew()
  $least = 1
  for (;;) {
    if (Test-PollDue) {
      $isFresh = Update-Pins
      $least = if ($isFresh) { 1 } else { 20 }
      $script:code = if ($isFresh -or (Test-Applied)) { 0 } else { 1 }
    }
    $next = Get-Fact 'next_at'
    if (-not $stays -or -not (Test-Moving) -or -not (Test-Number $next)) { return }
    $pause = [Math]::Max([long]$least, [long]$next - (Get-Now))
    if ($watch.Elapsed.TotalSeconds + $pause -ge $longestStay) { return }
    Start-Sleep -Milliseconds ($pause * 1000)
    # Somebody may have changed or removed the configuration.
    $script:given = @{}
    $script:trouble = ''
    Initialize-Agent
  }
}

# Waits at most three seconds for new pins, and only when a poll is due.
function Write-Exports {
  if (Test-ShouldPoll) { Start-Refresh 3 }
  if ($trouble) { Write-Note $trouble }
  Write-Age
  if (Test-Genuine) { return [IO.File]::ReadAllText($copy, $utf8) }
  if (Test-Whole $copy) { Write-Note "not used, since it is not what the server sent: $copy" }
  $reason = Get-Fact 'last_error'
  if (-not $reason) { $reason = 'nothing was fetched' }
  Write-Note "no pins yet: $reason"
}

# Claude Code does not start when its helper fails, is slow or prints anything but one object.
function Write-Policy {
  # PowerShell may take seconds to start, and they count, too: Claude Code waits for ten.
  $age = ([DateTime]::Now - [Diagnostics.Process]::GetCurrentProcess().StartTime).TotalSeconds
  if (Test-ShouldPoll) { Start-Refresh $(if (Test-Genuine) { 0 } else { [Math]::Max(0, 6 - $age) }) }
  $bytes = $utf8.GetBytes("{}`n")
  if (Test-Genuine) { $bytes = [IO.File]::ReadAllBytes($copy) }
  $output = [Console]::OpenStandardOutput() # bytes, since PowerShell writes text in the code page of the console
  $output.Write($bytes, 0, $bytes.Length)
  $output.Flush()
}

function Write-Status {
  if (Test-Applied) {
    $whole = if ((Get-Hash (Read-Applied)) -ceq (Get-Fact 'etag')) { 'as fetched' } else { 'altered since' }
    Format-Fact 'applied' "revision $(Get-Fact 'revision'), ${whole}: $applied"
    Format-Fact 'since' (Get-Fact 'applied_at')
  } else {
    Format-Fact 'applied' 'nothing'
    $script:code = 1
  }
  Format-Fact 'server' $(if ($server) { $server } else { 'none' })
  Format-Fact 'last check' $(if (Get-Fact 'checked_at') { Get-Fact 'checked_at' } else { 'never' })
  Format-Fact 'claude code' $(if (Get-Fact 'cli') { Get-Fact 'cli' } else { 'none was found' })
  $until = Get-Fact 'valid_until'
  if ($until) { Format-Fact 'valid until' $(if (Test-Past $until) { "$until, which has passed" } else { $until }) }
  if (Get-Fact 'stale') { Format-Fact 'stale' (Get-Fact 'stale') }
  Format-Fact 'signatures' (Get-Trust)
  Format-Fact 'last error' $(if (Get-Fact 'last_error') { Get-Fact 'last_error' } else { 'none' })
  if ($trouble) { Write-Note $trouble }
}

function Get-Trust {
  if (-not $organisation) { return 'not checked: no keys pinned' }
  $signer = Get-Fact 'signed_by'
  if (-not $signer) { $signer = 'none; the pins were applied before the keys were pinned' }
  $trusted = @(Read-TrustedKeys | ForEach-Object { $_.Id }) -join ' '
  "required of $organisation, last good one by ${signer}; trusted: $trusted"
}

# Expired pins are better than none, so they stay in use, with a warning.
function Write-Age {
  $until = Get-Fact 'valid_until'
  if (Test-Past $until) {
    Write-Note "the pins in use were valid until ${until}; last contact with the server: $(Get-Fact 'checked_at')"
  }
}

function Format-Fact([string]$name, [string]$value) { '{0,-12} {1}' -f $name, $value }

function Install-Agent {
  if (-not $PSCommandPath) { Stop-Agent 2 'install copies itself, so run it from a file: powershell -File pinward.ps1' }
  if ($tokenFrom) { $given['token_file'] = Join-Path (Join-Path $programs 'Pinward') 'token' }
  $given['delivery'] = $(if ($wanted) { $wanted } else { 'fragment' })
  Initialize-Agent
  $secret = ''
  try {
    if ($tokenFrom -ceq '-') { $secret = [Console]::In.ReadToEnd() }
    elseif ($tokenFrom) { $secret = [IO.File]::ReadAllText($tokenFrom) }
  } catch { Stop-Agent 2 "could not read the token from ${tokenFrom}: $(Get-Reason $_)" }
  $pinned = @(Select-Keys)
  foreach ($key in $pinned) { "trusting key $($key.Id) of $organisation, from $($key.From)" }
  $isSet = (Test-Registry) -and (Read-Applied).Length -gt 0
  if ($isSet -and (Get-Hash (Read-Applied)) -cne (Get-Fact 'etag')) {
    Stop-Agent 2 "$applied has a value that Pinward did not set; remove that value, or install with --delivery fragment"
  }
  try { Install-Files $secret.Trim() $pinned } catch {
    Stop-Agent 1 "could not install below ${own}; installing needs an administrator: $(Get-Reason $_)"
  }
}

# The keys to trust on this machine.
function Select-Keys {
  if (-not ($organisation -or $keyFiles -or $trustsFirst)) { return }
  if ($keyFiles -and $trustsFirst) { Stop-Agent 2 'either --key or --trust-on-first-use' }
  if ($trustsFirst) { return Request-Keys }
  if (-not $organisation) { Stop-Agent 2 '--key needs --organisation' }
  if (-not $keyFiles) { Stop-Agent 2 '--organisation needs either --key or --trust-on-first-use' }
  foreach ($file in $keyFiles) {
    try { $text = [IO.File]::ReadAllText($file) } catch { Stop-Agent 2 "could not read the key: $(Get-Reason $_)" }
    $key = Read-Key ($text -replace '-----[A-Z ]+-----|\s', '') $file
    if ($null -eq $key) { Stop-Agent 2 "there is no single public key in $file" }
    $key
  }
}

function Request-Keys {
  try { $listed = Receive-Keys } catch { Stop-Agent 1 (Get-Reason $_) }
  $named = if ($listed -cmatch '(?m)^organisation (\S+)$') { $Matches[1] } else { '' }
  if (-not $organisation) { $given['organisation'] = $named; $script:organisation = $named }
  if (-not $named -or $organisation -cne $named) {
    Stop-Agent 1 "$server/v1/keys.txt is of the organisation '$named', not '$organisation'"
  }
  $keys = @([regex]::Matches($listed, '(?m)^key \S+ (\S+)$') | ForEach-Object {
      Read-Key $_.Groups[1].Value "$server/v1/keys.txt"
    })
  if ($keys.Count -eq 0) { Stop-Agent 1 "$server/v1/keys.txt names no key" }
  $keys
}

function Install-Files([string]$secret, [object[]]$pinned) {
  $made = @(Read-Made)
  $folders = @($own, $stateDir, $settingsDir) + @(if ($pinned) { $keysDir })
  $made += @($folders | ForEach-Object { New-Folder $_ })
  Set-Text (Join-Path $own 'made') ($made | Select-Object -Unique)
  if ($tokenFrom) { Set-Whole (Join-Path $own 'token') $utf8.GetBytes("$secret`n") -Secret }
  Remove-Keys
  foreach ($key in $pinned) { Set-Text (Join-Path $keysDir "$($key.Id).pem") (Format-Pem $key) }
  Set-Text $config @($given.Keys | Sort-Object | ForEach-Object { "$_=$($given[$_])" })
  $agent = Join-Path $own 'pinward.ps1'
  Set-Whole $agent ([IO.File]::ReadAllBytes($PSCommandPath))
  $powershell = '"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe"'
  # One line: cmd.exe has read it before uninstall deletes the file.
  $shim = "@$powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"%~dp0pinward.ps1`" %* & exit /b"
  Set-Text (Join-Path $own 'pinward.cmd') $shim
  if ($delivery -ceq 'helper') { Install-Helper }
  if ('shell', 'registry' -ccontains $delivery) { Remove-Quietly $fragment }
  if ($delivery -ceq 'shell') { "Add to the PowerShell profile: Invoke-Expression (& '$agent' env | Out-String)" }
  if ($onWindows -and -not $root) {
    $start = ([DateTime]'2026-01-01').AddSeconds((New-Object Random).Next(300)).ToString('s')
    $task = $taskXml.Replace('AGENT', [Security.SecurityElement]::Escape($agent)).Replace('START', $start)
    $null = Register-ScheduledTask -TaskName 'Pinward' -Xml $task -Force
  }
}

# On Windows policyHelper names an .exe without arguments. Windows PowerShell can compile one, PowerShell 7 can't. The
# old file stays until the new one replaces it, since Claude Code does not start without its helper.
function Install-Helper {
  $exe = Join-Path $own 'pinward-helper.exe'
  $new = Join-Path $own 'pinward-helper.new.exe'
  if ($onWindows) {
    Remove-Quietly $new
    Add-Type -TypeDefinition $helperSource -OutputAssembly $new -OutputType ConsoleApplication
    Set-Whole $exe ([IO.File]::ReadAllBytes($new))
    Remove-Quietly $new
  }
  $path = (Join-Path (Join-Path $programs 'Pinward') 'pinward-helper.exe').Replace('\', '\\')
  Set-Text $fragment "{`"policyHelper`": {`"path`": `"$path`", `"timeoutMs`": 10000, `"refreshIntervalMs`": 300000}}"
}

function Uninstall-Agent {
  Remove-Quietly $fragment # first, since the fragment may name the helper
  if ((Test-Registry) -and (Get-Hash (Read-Applied)) -ceq (Get-Fact 'etag')) { Set-Policy $null }
  if ($onWindows -and -not $root) {
    Stop-ScheduledTask -TaskName 'Pinward' -ErrorAction SilentlyContinue # a refresh may run for minutes
    Unregister-ScheduledTask -TaskName 'Pinward' -Confirm:$false -ErrorAction SilentlyContinue
  }
  Remove-Leftovers
  Remove-Keys
  if (Test-Path -LiteralPath $stateDir) { Remove-Matching $stateDir 'pins.*' }
  $made = Read-Made
  foreach ($name in 'pinward.cmd', 'pinward-helper.exe', 'token', 'made', 'pinward.ps1') {
    Remove-Quietly (Join-Path $own $name)
  }
  Remove-Quietly $config
  foreach ($folder in ($made | Sort-Object -Descending)) {
    try { [IO.Directory]::Delete($folder) } catch { } # the folder has files of others
  }
}

# The folders that install had to make.
function Read-Made {
  $file = Join-Path $own 'made'
  if (Test-Path -LiteralPath $file) { [IO.File]::ReadAllLines($file) | Where-Object { $_ } }
}

# Makes a folder with its parents and returns each folder that it made. Uninstall removes exactly those.
function New-Folder([string]$folder) {
  if (Test-Path -LiteralPath $folder) { return }
  New-Folder (Split-Path -Parent $folder)
  $null = [IO.Directory]::CreateDirectory($folder)
  $folder
}

# Removes the keys that install pinned and the keys that those vouched for. An administrator's own folder stays.
function Remove-Keys {
  Remove-Matching (Join-Path (Split-Path -Parent $config) 'keys') '????????????????.pem'
  Remove-Matching $stateDir 'pins.????????????????.pem'
}

# --- configuration ----------------------------------------------------------------------------------------------------

function Initialize-Agent {
  $script:own = Join-Root (Join-Path $programs 'Pinward')
  $script:isAdmin = $root -or -not $onWindows -or (Test-Administrator)
  $local = if ($env:LOCALAPPDATA) { $env:LOCALAPPDATA } else { [IO.Path]::GetTempPath() }
  $users = Join-Root (Join-Path $local 'Pinward')
  $usersConfig = Join-Path $users 'agent.conf'
  if (-not $config -and -not $isAdmin -and (Test-Path -LiteralPath $usersConfig)) { $script:config = $usersConfig }
  if (-not $config) { $script:config = Join-Path $own 'agent.conf' }
  if ($given.Count -eq 0) { Read-Configuration }
  $known = 'server', 'token_file', 'token_command', 'delivery', 'machine', 'cli', 'timeout', 'settings_dir',
  'state_dir', 'organisation', 'keys', 'ca_file', 'proxy', 'no_proxy'
  foreach ($key in $given.Keys) {
    if ($known -cnotcontains $key) { $script:trouble = "unknown key in ${config}: $key" }
  }
  $script:server = (Get-Given 'server' '').TrimEnd('/')
  $script:tokenFile = Join-Root (Get-Given 'token_file' '')
  $script:tokenCommand = Get-Given 'token_command' ''
  $script:machine = Get-Given 'machine' ([Net.Dns]::GetHostName())
  $script:timeout = Get-Given 'timeout' '10'
  $script:organisation = Get-Given 'organisation' ''
  $script:proxy = Get-Given 'proxy' ''
  $script:unproxied = Get-Given 'no_proxy' ''
  $script:delivery = $(if ($wanted) { $wanted } else { Get-Given 'delivery' 'fragment' })
  Select-Paths $users
  Test-Settings
  # Only these commands stop at a wrong configuration. The other commands use what is there.
  if ($trouble -and 'login', 'refresh', 'install' -ccontains $verb) { Stop-Agent 2 $trouble }
}

function Test-Administrator {
  $user = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
  $user.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Read-Configuration {
  $lines = @()
  try { $lines = [IO.File]::ReadAllLines($config) } catch {
    $script:trouble = "there is no configuration in ${config}; write one with: pinward install"
  }
  foreach ($line in $lines) {
    if ($line -match '^\s*([^#=\s][^=]*?)\s*=\s*(.*?)\s*\z') { $given[$Matches[1]] = $Matches[2] }
    elseif ($line -match '^\s*[^#\s]') { $given[$line.Trim()] = '' }
  }
}

function Get-Given([string]$key, [string]$otherwise) {
  if ($given.ContainsKey($key) -and $given[$key]) { $given[$key] } else { $otherwise }
}

function Join-Root([string]$path) {
  if ($path -and $root) { $root + ($path -replace '^[A-Za-z]:', '') } else { $path }
}

function Select-Paths([string]$users) {
  $settings = Get-Given 'settings_dir' (Join-Path (Join-Path $programs 'ClaudeCode') 'managed-settings.d')
  $script:settingsDir = Join-Root $settings
  $script:keysDir = Join-Root (Get-Given 'keys' '')
  if (-not $keysDir) { $script:keysDir = Join-Path (Split-Path -Parent $config) 'keys' }
  # A user who may not read the machine's token uses the pins that SYSTEM's agent fetched.
  $isOurs = $isAdmin -or ($tokenFile -and -not (Test-Readable $tokenFile))
  $script:stateDir = $(if ($isOurs) { Join-Path $own 'state' } else { $users })
  if (Get-Given 'state_dir' '') { $script:stateDir = Join-Root (Get-Given 'state_dir' '') }
  $script:format = 'settings.json'
  if ($delivery -ceq 'shell') { $script:format = 'ps1' }
  if ($delivery -ceq 'helper') { $script:format = 'helper.json' }
  $script:type = $(if ($format -ceq 'ps1') { 'text/x-powershell' } else { 'application/json' })
  $script:copy = Join-Path $stateDir "pins.$format"
  $script:state = Join-Path $stateDir "pins.$format.state"
  $script:noReports = Join-Path $stateDir 'pins.no_reports'
  $script:fragment = Join-Path $settingsDir '50-pinward.json'
  $script:applied = $copy
  if ($delivery -ceq 'fragment') { $script:applied = $fragment }
  if (Test-Registry) { $script:applied = "HKLM\$policyKey, Settings" }
}

function Test-Settings {
  if ('fragment', 'registry', 'shell', 'helper' -cnotcontains $delivery) {
    $script:trouble = "delivery is fragment, registry, shell or helper, not: $delivery"
  }
  if ((Test-Registry) -and ($root -or -not $onWindows)) {
    $script:trouble = 'delivery registry is for a real Windows, without --root'
  }
  if ($machine -cnotmatch '^[A-Za-z0-9._:-]*\z') {
    $script:trouble = "machine has other characters than letters, digits and . _ : - in it: $machine"
  }
  if ($machine.Length -gt 128) { $script:trouble = "machine has more than 128 characters: $machine" }
  if ($timeout -cnotmatch '^[1-9][0-9]{0,4}\z') { $script:trouble = "timeout is a number of seconds, not: $timeout" }
  if (Get-Given 'ca_file' '') {
    $script:trouble = 'ca_file is not for Windows, which has a store of certificates: certutil -addstore Root FILE'
  }
  if ($proxy -and $proxy -cnotmatch '^https?://.+') {
    $script:trouble = 'proxy is an address such as http://proxy.example.com:8080'
  }
  if (-not $server) {
    if (-not $trouble) { $script:trouble = "$config names no server" }
  } elseif ($server -cnotmatch '^[\]A-Za-z0-9._~:/%\[-]+\z') {
    $script:trouble = "server has characters that do not belong in an address: $server"
  } elseif ($server -cnotmatch '^(https://.+|http://(localhost|127\.0\.0\.1|\[::1\])([:/].*)?)\z') {
    $script:trouble = "server must be https:// (http:// only for localhost): $server"
  }
}

function Test-Readable([string]$file) {
  try { [IO.File]::OpenRead($file).Dispose(); $true } catch { $false }
}

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
  }
  if ($changed) { $facts['applied_at'] = Get-Utc }
  Write-Facts $facts
}

# Returns the answer as a table: Code, Body (bytes) and headers by name, in printable ASCII. The token stays in memory,
# so no process list shows it. Every wait has a limit.
function Send-Request([string]$path, [hashtable]$headers, [int]$seconds, [string]$json) {
  Add-Type -AssemblyName System.Net.Http
  $protocols = [Net.ServicePointManager]::SecurityProtocol # 0 on newer .NET: the system's default
  if ([int]$protocols -ne 0) {
    [Net.ServicePointManager]::SecurityProtocol = $protocols -bor [Net.SecurityProtocolType]::Tls12
  }
  $handler = New-Object Net.Http.HttpClientHandler
  $handler.AllowAutoRedirect = $false
  $handler.UseCookies = $false
  $direct = @($unproxied.Split(',') | Where-Object { $_ } | ForEach-Object { [regex]::Escape($_.Trim().TrimStart('.')) })
  if ($proxy) { $handler.Proxy = New-Object Net.WebProxy $proxy, $true, @($direct | ForEach-Object { "(//|\.)$_(:|/|`$)" }) }
  $client = New-Object Net.Http.HttpClient $handler
  try {
    $client.Timeout = [Threading.Timeout]::InfiniteTimeSpan
    $method = if ($json) { [Net.Http.HttpMethod]::Post } else { [Net.Http.HttpMethod]::Get }
    $request = New-Object Net.Http.HttpRequestMessage $method, ($server + $path)
    if ($json) { $request.Content = New-Object Net.Http.StringContent $json, $utf8, 'application/json' }
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
  'Pinward-Valid-Until', 'Pinward-Stale', 'Pinward-Organisation', 'Pinward-Signature'
  foreach ($name in $names) { $answer[$name] = '' }
  foreach ($headers in @($response.Headers, $response.Content.Headers)) {
    foreach ($header in $headers.GetEnumerator()) {
      if ($names -contains $header.Key) { $answer[$header.Key] = (@($header.Value) -join ', ') -creplace '[^ -~]', '' }
    }
  }
  $answer
}

function Read-Body($stream, [Diagnostics.Stopwatch]$watch, [int]$seconds) {
  $body = New-Object IO.MemoryStream
  $buffer = New-Object byte[] 65536
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
    $oldest = Find-Installed | Sort-Object { [Version]$_.Version } | Select-Object -First 1
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
    $users = Join-Root $(if ($env:PUBLIC) { Split-Path -Parent $env:PUBLIC } else { '/Users' })
    $homes = @(if (Test-Path -LiteralPath $users) { [IO.Directory]::GetDirectories($users) })
  }
  foreach ($folder in @($homes | Where-Object { $_ })) {
    $native = Join-Path $folder '.local'
    Read-Native (Join-Path $native 'bin/claude.exe') (Join-Path $native 'share/claude/versions')
    Read-Package (Join-Path $folder 'AppData/Roaming/npm')
    foreach ($node in @(Find-Folders (Join-Path $folder 'AppData/Roaming/nvm') 'v*')) { Read-Package $node }
    Read-WinGet (Join-Path $folder 'AppData/Local/Microsoft/WinGet/Packages')
  }
  Read-Package (Join-Root (Join-Path $programs 'nodejs'))
  Read-WinGet (Join-Root (Join-Path $programs 'WinGet/Packages'))
}

function Find-Folders([string]$folder, [string]$pattern) {
  try { [IO.Directory]::GetDirectories($folder, $pattern) } catch { return }
}

# The native installer copies the version that runs to bin, and keeps others.
function Read-Native([string]$exe, [string]$versions) {
  $said = Read-Exe $exe
  if ($said) { return $said }
  if (-not (Test-Path -LiteralPath $versions)) { return }
  $names = @([IO.Directory]::GetFileSystemEntries($versions) | ForEach-Object { (Split-Path -Leaf $_) -creplace '\.exe\z', '' })
  $newest = $names | Where-Object { $_ -cmatch '^[0-9]{1,6}(\.[0-9]{1,6}){2}\z' } |
    Sort-Object { [Version]$_ } -Descending | Select-Object -First 1
  if ($newest) { [PSCustomObject]@{ Version = $newest; Path = (Join-Path $versions $newest) } }
}

function Read-WinGet([string]$packages) {
  foreach ($folder in @(Find-Folders $packages 'Anthropic.ClaudeCode_*')) { Read-Exe (Join-Path $folder 'claude.exe') }
}

# An .exe says of itself what it is. One that does not say Claude may carry the version of what it was built with.
function Read-Exe([string]$exe) {
  if (-not (Test-Path -LiteralPath $exe)) { return }
  try { $said = [Diagnostics.FileVersionInfo]::GetVersionInfo($exe) } catch { return }
  if ("$($said.ProductName) $($said.FileDescription)" -cnotmatch 'Claude') { return }
  if ("$($said.ProductVersion)" -cmatch '^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}') {
    [PSCustomObject]@{ Version = $Matches[0]; Path = $exe }
  }
}

# A user may put anything there, so it reads no more than a package.json has.
function Read-Package([string]$folder) {
  $file = Join-Path $folder 'node_modules/@anthropic-ai/claude-code/package.json'
  try {
    $stream = [IO.File]::OpenRead($file)
    $buffer = New-Object byte[] 65536
    try { $count = $stream.Read($buffer, 0, $buffer.Length) } finally { $stream.Dispose() }
  } catch { return }
  if ($utf8.GetString($buffer, 0, $count) -cmatch '"version"\s*:\s*"([0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6})') {
    [PSCustomObject]@{ Version = $Matches[1]; Path = $file }
  }
}

# Returns what a command line prints. At the time limit the process and its children are killed.
function Invoke-Bounded([string]$commandLine) {
  $start = New-Object Diagnostics.ProcessStartInfo
  if ($onWindows) {
    $start.FileName = Join-Path ([Environment]::SystemDirectory) 'cmd.exe'
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
  if ($onWindows) { $null = & (Join-Path ([Environment]::SystemDirectory) 'taskkill.exe') /t /f /pid $process.Id }
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
  $text = $utf8.GetString($answer['Body']) -creplace '[^ -~]', ''
  if ($text -cmatch "`"$name`" *: *`"([^`"]{1,300})") { ": $($Matches[1])" }
}

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

function Find-Key([string]$id) { Read-TrustedKeys | Where-Object { $_.Id -ceq $id } | Select-Object -First 1 }

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
    Set-Text (Join-Path $stateDir "pins.$id.pem") (Format-Pem $key)
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
    return New-Object Security.Cryptography.ECDsaCng $cng
  }
  $ecdsa = [Security.Cryptography.ECDsa]::Create()
  $null = $ecdsa.ImportSubjectPublicKeyInfo($key.Der, [ref]0)
  $ecdsa
}

# Converts a signature in DER, a SEQUENCE of two INTEGERs, to the form of .NET: r and s, 32 bytes each.
function ConvertFrom-Der([byte[]]$der) {
  $raw = New-Object byte[] 64
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

# --- reports ----------------------------------------------------------------------------------------------------------

# Reports to the server whether a revision was applied or failed: once for each outcome, within two seconds. A report that
# the server did not take is sent again after the next poll. A server without reports gets none for a day.
function Send-Report([string]$outcome) {
  try {
    if (-not (Test-Number $revision) -or (Get-Fact "reported_$outcome") -ceq $revision) { return }
    if ((Test-Path -LiteralPath $noReports) -and -not (Test-Due ([IO.File]::ReadAllText($noReports).Trim()) $maxWait)) { return }
    $told = "`"machine`":`"$machine`",`"revision`":$revision,`"outcome`":`"$outcome`""
    if ($cli) { $told = "$told,`"cli`":`"$cli`"" }
    if ($outcome -ceq 'failed') {
      $reason = $trouble -creplace '[^ -~]', ''
      $reason = $reason.Substring(0, [Math]::Min($reason.Length, 300)) -replace '["\\]', '\$0'
      $told = "$told,`"reason`":`"$reason`""
    }
    $answer = Send-Request '/v1/reports' @{} 2 "{$told}"
    if (404, 405 -contains $answer.Code) { Set-Text $noReports ((Get-Now) + $maxWait) }
    elseif ($answer.Code -lt 300 -or 400, 413, 415, 422 -contains $answer.Code) {
      Write-Facts @{ "reported_$outcome" = $revision }
    }
  } catch { return }
}

# --- applied pins -----------------------------------------------------------------------------------------------------

# Writes the copy to where Claude Code reads it, also when somebody altered or deleted what is there. True when
# something changed.
function Set-Applied {
  if ($applied -ceq $copy -or -not (Test-Genuine)) { return $false }
  $bytes = [IO.File]::ReadAllBytes($copy)
  if ((Get-Hash $bytes) -ceq (Get-Hash (Read-Applied))) { return $false }
  if (Test-Registry) { Set-Policy $utf8.GetString($bytes) }
  else {
    $null = [IO.Directory]::CreateDirectory($settingsDir)
    Set-Whole $applied $bytes
  }
  $true
}

# Returns the applied bytes, or an empty array.
function Read-Applied {
  if (Test-Registry) { return , $utf8.GetBytes((Get-Policy)) }
  if (Test-Path -LiteralPath $applied) { return , [IO.File]::ReadAllBytes($applied) }
  return , (New-Object byte[] 0)
}

# Claude Code is a 64-bit program, so a 32-bit PowerShell has to open the 64-bit registry, too.
function Open-Machine { [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64') }

function Get-Policy {
  $key = (Open-Machine).OpenSubKey($policyKey)
  if ($null -ne $key) { [string]$key.GetValue('Settings', '', 'DoNotExpandEnvironmentNames') } else { '' }
}

function Set-Policy($text) {
  $key = (Open-Machine).CreateSubKey($policyKey)
  if ($null -eq $text) { $key.DeleteValue('Settings', $false) } else { $key.SetValue('Settings', $text, 'String') }
  $key.Dispose()
}

function Test-Registry { $delivery -ceq 'registry' }

# Starts a refresh in another process and waits for that process at most so many seconds. The refresh must not hold the
# caller's pipes, which the caller reads to their end.
function Start-Refresh([double]$seconds) {
  try {
    $engines = 'powershell.exe', 'pwsh.exe', 'pwsh' | ForEach-Object { Join-Path $PSHOME $_ }
    $from = if ($root) { "--root `"$root`" " } else { '' }
    $start = New-Object Diagnostics.ProcessStartInfo
    $start.FileName = @($engines | Where-Object { Test-Path -LiteralPath $_ })[0]
    $start.Arguments = '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File ' +
    "`"$PSCommandPath`" ${from}--config `"$config`" --delivery $delivery login"
    $start.UseShellExecute = $onWindows # a process of ShellExecute inherits no handles
    $start.WindowStyle = 'Hidden'
    $start.RedirectStandardOutput = -not $onWindows
    $start.RedirectStandardError = -not $onWindows
    $null = [Diagnostics.Process]::Start($start).WaitForExit([int]($seconds * 1000))
  } catch { Write-Note (Get-Reason $_) }
}

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
    Remove-Matching (Split-Path -Parent $file) ".$(Split-Path -Leaf $file).*"
  }
}

function Remove-Matching([string]$folder, [string]$pattern) {
  foreach ($file in @(Find-Files $folder $pattern)) { Remove-Quietly $file }
}

function Find-Files([string]$folder, [string]$pattern) {
  if (Test-Path -LiteralPath $folder) { [IO.Directory]::GetFiles($folder, $pattern) }
}

function Remove-Quietly([string]$file) { Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue }

# Writes to a hidden file beside the target, which Claude Code ignores, and renames that file.
function Set-Whole([string]$file, [byte[]]$bytes, [switch]$Secret) {
  $temp = Join-Path (Split-Path -Parent $file) ".$(Split-Path -Leaf $file).$([IO.Path]::GetRandomFileName())"
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
  Add-Type -AssemblyName Microsoft.VisualBasic
  [Microsoft.VisualBasic.FileIO.FileSystem]::MoveFile($from, $to, $true)
}

function Set-Text([string]$file, [string[]]$lines) { Set-Whole $file $utf8.GetBytes(($lines -join "`n") + "`n") }

# Lets only SYSTEM and administrators read the file.
function Protect-File([string]$file) {
  if ($onWindows) {
    $icacls = Join-Path ([Environment]::SystemDirectory) 'icacls.exe'
    $null = & $icacls $file /inheritance:r /grant:r '*S-1-5-18:F' '*S-1-5-32-544:F'
  } else { $null = & chmod 600 $file }
  if ($LASTEXITCODE -ne 0) { throw 'the permissions of the file can not be set' }
}

# Replaces the lines of these keys in the state. The other lines stay.
function Write-Facts([hashtable]$facts) {
  $all = Read-Facts
  foreach ($key in $facts.Keys) { $all[$key] = $facts[$key] }
  Set-Text $state @($all.Keys | Sort-Object | ForEach-Object { "$_=$($all[$_])" })
}

function Read-Facts {
  $facts = @{}
  if (Test-Path -LiteralPath $state) {
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
  $known.Count -eq 0 -or $known -ccontains (Get-Hash ([IO.File]::ReadAllBytes($copy)))
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

$code = 0
$verb = $root = $config = $wanted = $tokenFrom = $trouble = $organisation = $cli = $revision = $proxy = $unproxied = $heldNow = $cliFound = ''
$keyFiles = @()
$trustsFirst = $false
$stays = $false
$token = $null
$given = @{}
$policyKey = 'SOFTWARE\Policies\ClaudeCode'
try { Invoke-Main $args } catch {
  Write-Note (Get-Reason $_)
  $code = 1
}
# A profile that runs env, and Claude Code, must go on after any error.
if ($verb -ceq 'helper' -and $code -ne 0) { '{}' }
if ('env', 'helper' -ccontains $verb) { $code = 0 }
exit $code
