# pinward: the agent for one Windows machine. It keeps Claude Code on the pins of its organisation.
#
# Commands, behaviour and state are those of pinward.sh. The agent polls a Pinward server for one
# file, checks the SHA-256 of the bytes and replaces the file in one step. With pinned keys it accepts only answers that
# one of these keys signed. After a failure the last good copy stays in force, the agent prints the reason, and shells
# and Claude Code still start. Only the doctor parses JSON. This file is built from parts/: edit those, then run build.ts.
#
# All files are in %ProgramFiles%\Pinward, where only administrators may write. In ProgramData any user could write a
# configuration that SYSTEM would then use. Needs Windows PowerShell 5.1 or newer. For usage run: pinward help

# A module takes a tenth of a second to load: what runs at each start calls .NET, and cmdlets of no module.
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
$utf8 = [Text.UTF8Encoding]::new($false)

$usage = @'
usage: pinward [--root DIR] [--config FILE] [--delivery WHAT] COMMAND

  login       poll the server now and apply its answer
  refresh     like login, but only when the poll interval is over
              [--stay] for the task, which runs every five minutes: while the server asks for shorter intervals, keep
              running and poll at those
  env         print the pins as PowerShell assignments: Invoke-Expression (& pinward.ps1 env | Out-String)
  helper      answer Claude Code's policyHelper with one JSON object
  status      what is applied, since when, from where, and the last error
  doctor      find what is wrong with this machine and print the command that fixes it; changes nothing
  install     --server URL [--token-file FILE | --token-stdin | --token-command COMMAND] [--machine ID]
              [--ca-file FILE] [--proxy URL] [--no-proxy HOSTS]
              [--organisation ORG --key FILE ... | [--organisation ORG] --trust-on-first-use]
              or --update: replace the installed agent by this one; configuration, token and keys stay
  uninstall   remove what install and login wrote
  help        or --help; --version

  --root DIR        put DIR before every path that the agent or its configuration names
  --config FILE     default: %LOCALAPPDATA%\Pinward\agent.conf of a user who has one, else
                    %ProgramFiles%\Pinward\agent.conf
  --offline         the doctor contacts neither the server nor Google
  --json            the doctor prints one JSON object
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
    'doctor' { Initialize-Agent; Invoke-Doctor }
    'install' { if ($updates) { Update-Agent } else { Install-Agent }; Invoke-Login }
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
    if ($word -cmatch '^--(server|machine|token-.*|organisation|key|trust-.*|ca-file|proxy|no-proxy|update)\z') { $installing = $word }
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
  if ($isOffline -and $verb -cne 'doctor') { Stop-Agent 2 '--offline belongs to: pinward doctor' }
  if ($asJson -and $verb -cne 'doctor') { Stop-Agent 2 '--json belongs to: pinward doctor' }
  if ($updates -and ($given.PSBase.Count -or $tokenFrom -or $keyFiles -or $trustsFirst -or $wanted)) {
    Stop-Agent 2 '--update keeps the configuration: no other option of install goes with it'
  }
  if ($stays -and $verb -cne 'refresh') { Stop-Agent 2 '--stay belongs to: pinward refresh' }
}

function Read-Word([string]$word, [string]$value) {
  switch -CaseSensitive ($word) {
    '--root' { $script:root = (Resolve-Full $value).TrimEnd('/', '\'); return }
    '--config' { $script:config = Resolve-Full $value; $script:configGiven = $true; return }
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
    '--offline' { $script:isOffline = $true; return }
    '--json' { $script:asJson = $true; return }
    '--update' { $script:updates = $true; return }
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
    try { Read-Pins } catch { Write-Note "could not read ${applied}: $(Get-Reason $_)" }
    foreach ($pin in $models) { Format-Fact $pin.Question $pin.Text }
  } else {
    Format-Fact 'applied' 'nothing'
    $script:code = 1
  }
  Format-Fact 'server' $(if ($server) { $server } else { 'none' })
  Format-Fact 'agent' "$version$(Get-Newer)"
  Format-Fact 'last check' $(if (Get-Fact 'checked_at') { Get-Fact 'checked_at' } else { 'never' })
  Format-Fact 'claude code' $(if (Get-Fact 'cli') { Get-Fact 'cli' } else { 'none was found' })
  $until = Get-Fact 'valid_until'
  if ($until) { Format-Fact 'valid until' $(if (Test-Past $until) { "$until, which has passed" } else { $until }) }
  if (Get-Fact 'stale') { Format-Fact 'stale' (Get-Fact 'stale') }
  Format-Fact 'signatures' (Get-Trust)
  Format-Fact 'last error' $(if (Get-Fact 'last_error') { Get-Fact 'last_error' } else { 'none' })
  if ($trouble) { Write-Note $trouble }
}

# Says that the server has a newer agent, and the line that installs it. Nothing runs that line but a person.
function Get-Newer {
  $served = Get-Fact 'agent'
  if ($served -cnotmatch '^([0-9]{1,6}\.){2}[0-9]{1,6}\z' -or [version]$served -le [version]$version) { return }
  $word = "'$($proxy.Replace("'", "''"))'"
  $from = if ($proxy) { " -Proxy $word" } else { '' }
  $by = if ($proxy) { " --proxy $word" } else { '' }
  "; the server has ${served}: & ([scriptblock]::Create((irm $server/install.ps1$from))) --update$by"
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
  if ($tokenFrom) { $given['token_file'] = [IO.Path]::Combine($programs, 'Pinward', 'token') }
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

# Replaces the program. What the machine was told at its installation stays.
function Update-Agent {
  Initialize-Agent
  try { Install-Program } catch {
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
  Set-Text ([IO.Path]::Combine($own, 'made')) ($made | Select-Object -Unique)
  if ($tokenFrom) { Set-Whole ([IO.Path]::Combine($own, 'token')) $utf8.GetBytes("$secret`n") -Secret }
  Remove-Keys
  foreach ($key in $pinned) { Set-Text ([IO.Path]::Combine($keysDir, "$($key.Id).pem")) (Format-Pem $key) }
  Set-Text $config @($given.PSBase.Keys | Sort-Object | ForEach-Object { "$_=$($given[$_])" })
  Install-Program
  if ('shell', 'registry' -ccontains $delivery) { Remove-Quietly $fragment }
  if ($delivery -ceq 'shell') {
    "Add to the PowerShell profile: Invoke-Expression (& '$([IO.Path]::Combine($own, 'pinward.ps1'))' env | Out-String)"
  }
}

function Install-Program {
  $agent = [IO.Path]::Combine($own, 'pinward.ps1')
  Set-Whole $agent ([IO.File]::ReadAllBytes($PSCommandPath))
  $powershell = '"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe"'
  # One line: cmd.exe has read it before uninstall deletes the file.
  $shim = "@$powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"%~dp0pinward.ps1`" %* & exit /b"
  Set-Text ([IO.Path]::Combine($own, 'pinward.cmd')) $shim
  if ($delivery -ceq 'helper') { Install-Helper }
  if ($onWindows -and -not $root) {
    $start = ([DateTime]'2026-01-01').AddSeconds([Random]::new().Next(300)).ToString('s')
    $task = $taskXml.Replace('AGENT', [Security.SecurityElement]::Escape($agent)).Replace('START', $start)
    $null = Register-ScheduledTask -TaskName 'Pinward' -Xml $task -Force
  }
}

# On Windows policyHelper names an .exe without arguments. Windows PowerShell can compile one, PowerShell 7 can't. The
# old file stays until the new one replaces it, since Claude Code does not start without its helper.
function Install-Helper {
  $exe = [IO.Path]::Combine($own, 'pinward-helper.exe')
  $new = [IO.Path]::Combine($own, 'pinward-helper.new.exe')
  if ($onWindows) {
    Remove-Quietly $new
    Add-Type -TypeDefinition $helperSource -OutputAssembly $new -OutputType ConsoleApplication
    Set-Whole $exe ([IO.File]::ReadAllBytes($new))
    Remove-Quietly $new
  }
  $path = [IO.Path]::Combine($programs, 'Pinward', 'pinward-helper.exe').Replace('\', '\\')
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
  Remove-Matching $stateDir 'pins.*'
  $made = Read-Made
  foreach ($name in 'pinward.cmd', 'pinward-helper.exe', 'token', 'made', 'pinward.ps1') {
    Remove-Quietly ([IO.Path]::Combine($own, $name))
  }
  Remove-Quietly $config
  foreach ($folder in ($made | Sort-Object -Descending)) {
    try { [IO.Directory]::Delete($folder) } catch { } # the folder has files of others
  }
}

# The folders that install had to make.
function Read-Made {
  $file = [IO.Path]::Combine($own, 'made')
  if ([IO.File]::Exists($file)) { [IO.File]::ReadAllLines($file) | Where-Object { $_ } }
}

# Makes a folder with its parents and returns each folder that it made. Uninstall removes exactly those.
function New-Folder([string]$folder) {
  if (-not $folder -or [IO.Directory]::Exists($folder)) { return }
  New-Folder ([IO.Path]::GetDirectoryName($folder))
  $null = [IO.Directory]::CreateDirectory($folder)
  $folder
}

# Removes the keys that install pinned and the keys that those vouched for. An administrator's own folder stays.
function Remove-Keys {
  Remove-Matching ([IO.Path]::Combine([IO.Path]::GetDirectoryName($config), 'keys')) '????????????????.pem'
  Remove-Matching $stateDir 'pins.????????????????.pem'
}

# --- configuration ----------------------------------------------------------------------------------------------------

function Initialize-Agent {
  $script:own = Join-Root ([IO.Path]::Combine($programs, 'Pinward'))
  $script:isAdmin = $root -or -not $onWindows -or (Test-Administrator)
  $local = if ($env:LOCALAPPDATA) { $env:LOCALAPPDATA } else { [IO.Path]::GetTempPath() }
  $users = Join-Root ([IO.Path]::Combine($local, 'Pinward'))
  $usersConfig = [IO.Path]::Combine($users, 'agent.conf')
  if (-not $config -and -not $isAdmin -and [IO.File]::Exists($usersConfig)) { $script:config = $usersConfig }
  if (-not $config) { $script:config = [IO.Path]::Combine($own, 'agent.conf') }
  if ($given.Count -eq 0) { Read-Configuration }
  $known = 'server', 'token_file', 'token_command', 'delivery', 'machine', 'cli', 'timeout', 'settings_dir',
  'state_dir', 'organisation', 'keys', 'ca_file', 'proxy', 'no_proxy'
  foreach ($key in $given.PSBase.Keys) { # one of its keys is `keys`
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
  $user = [Security.Principal.WindowsPrincipal]::new([Security.Principal.WindowsIdentity]::GetCurrent())
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
  $settings = Get-Given 'settings_dir' ([IO.Path]::Combine($programs, 'ClaudeCode', 'managed-settings.d'))
  $script:settingsDir = Join-Root $settings
  $script:keysDir = Join-Root (Get-Given 'keys' '')
  if (-not $keysDir) { $script:keysDir = [IO.Path]::Combine([IO.Path]::GetDirectoryName($config), 'keys') }
  # A user who may not read the machine's token uses the pins that SYSTEM's agent fetched.
  $isOurs = $isAdmin -or ($tokenFile -and -not (Test-Readable $tokenFile))
  $script:stateDir = $(if ($isOurs) { [IO.Path]::Combine($own, 'state') } else { $users })
  if (Get-Given 'state_dir' '') { $script:stateDir = Join-Root (Get-Given 'state_dir' '') }
  $script:format = 'settings.json'
  if ($delivery -ceq 'shell') { $script:format = 'ps1' }
  if ($delivery -ceq 'helper') { $script:format = 'helper.json' }
  $script:type = $(if ($format -ceq 'ps1') { 'text/x-powershell' } else { 'application/json' })
  $script:copy = [IO.Path]::Combine($stateDir, "pins.$format")
  $script:state = [IO.Path]::Combine($stateDir, "pins.$format.state")
  $script:noReports = [IO.Path]::Combine($stateDir, 'pins.no_reports')
  $script:fragment = [IO.Path]::Combine($settingsDir, '50-pinward.json')
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

# --- reports ----------------------------------------------------------------------------------------------------------

# Reports to the server whether a revision was applied or failed, when that is not what the last report said, within two
# seconds. A report that the server did not take is sent again after the next poll. A server without reports gets none for a day.
function Send-Report([string]$outcome) {
  try {
    if (-not (Test-Number $revision) -or (Get-Fact 'reported') -ceq "$outcome $revision") { return }
    if ([IO.File]::Exists($noReports) -and -not (Test-Due ([IO.File]::ReadAllText($noReports).Trim()) $maxWait)) { return }
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
      Write-Facts @{ reported = "$outcome $revision" }
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
  if ([IO.File]::Exists($applied)) { return , [IO.File]::ReadAllBytes($applied) }
  return , [byte[]]::new(0)
}

# Strict mode forbids to read a field that is not there.
function Get-Field($object, [string]$name) {
  if ($null -ne $object -and $object.PSObject.Properties[$name]) { $object.PSObject.Properties[$name].Value }
}

# A region variable has the family of its model in its name, and only the variables of pinned models are written. What
# the pins choose without a name is the question default.
function Read-Pins {
  $script:pins = @{}
  $text = $utf8.GetString((Read-Applied))
  if ($delivery -ceq 'shell') {
    foreach ($line in $text.Split("`n")) {
      if ($line -cmatch "^\`$env:(\w+) = '(.*)'\z") { $pins[$Matches[1]] = $Matches[2].Replace("''", "'") }
    }
  } else {
    $settings = ConvertFrom-Json -InputObject $text
    if ($delivery -ceq 'helper') { $settings = Get-Field $settings 'managedSettings' }
    foreach ($pin in (Get-Field $settings 'env').PSObject.Properties) { $pins[$pin.Name] = [string]$pin.Value }
    if (-not $pins['ANTHROPIC_MODEL']) { $pins['ANTHROPIC_MODEL'] = [string](Get-Field $settings 'model') }
  }
  foreach ($name in @($pins.Keys | Sort-Object)) {
    if ($name -cmatch '^ANTHROPIC_DEFAULT_([A-Z]+)_MODEL\z' -and $pins[$name]) {
      $script:models += Get-PinnedModel $Matches[1].ToLowerInvariant() $Matches[1] $pins[$name]
    }
  }
  if ("$($pins['ANTHROPIC_MODEL'])" -cmatch '^claude-') {
    $family = $pins['ANTHROPIC_MODEL'].Substring(7).ToUpperInvariant() -creplace '[^A-Z]', ''
    $script:models += Get-PinnedModel 'default' $family $pins['ANTHROPIC_MODEL']
  }
}

function Get-PinnedModel([string]$question, [string]$family, [string]$id) {
  $location = [string]$pins['CLOUD_ML_REGION']
  foreach ($name in $pins.Keys) { if ($name -cmatch "^VERTEX_REGION_CLAUDE_.*$family") { $location = $pins[$name] } }
  $endpoint = switch ($location) {
    'global' { 'aiplatform' }
    { 'us', 'eu' -ccontains $_ } { "aiplatform.$location.rep" }
    default { "$location-aiplatform" }
  }
  $base = "$($pins['ANTHROPIC_VERTEX_BASE_URL'])".TrimEnd('/')
  if (-not $base) { $base = "https://$endpoint.googleapis.com/v1" }
  $model = $id -creplace '\[1m\]\z', ''
  $url = "$base/projects/$($pins['ANTHROPIC_VERTEX_PROJECT_ID'])/locations/$location/publishers/anthropic/models/$model"
  $text = "$model in $location for $($pins['ANTHROPIC_VERTEX_PROJECT_ID']) at $base"
  [PSCustomObject]@{ Question = $question; Model = $model; Location = $location; Url = $url; Text = $text }
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
    $engines = 'powershell.exe', 'pwsh.exe', 'pwsh' | ForEach-Object { [IO.Path]::Combine($PSHOME, $_) }
    $from = if ($root) { "--root `"$root`" " } else { '' }
    $start = [Diagnostics.ProcessStartInfo]::new()
    $start.FileName = @($engines | Where-Object { [IO.File]::Exists($_) })[0]
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

# --- doctor -----------------------------------------------------------------------------------------------------------
# The command that finds out why a developer does not get the pins on this machine. It asks who knows: the server about
# the agent, Claude Code about its settings, Vertex AI for one token of each pinned model. It changes nothing.

function Invoke-Doctor {
  $agent = 'pinward' + $(if ($root) { " --root `"$root`"" }) + $(if ($configGiven) { " --config `"$config`"" })
  $to = if ($server) { $server } else { 'https://SERVER' }
  $from = "--token-file `"$(Get-Given 'token_file' 'FILE')`""
  if ($tokenCommand) { $from = "--token-command `"$tokenCommand`"" }
  Set-KnownFacts @{
    agent = $agent; users_agent = $agent; superuser = 'an administrator'; open_command = 'start'
    ordinary = "$agent doctor, in a window without its rights"
    install = "$agent install --server $to --machine $machine --delivery $delivery $from"
    config = $config; config_error = $trouble; applied_file = $applied; server = $server; organisation = $organisation
    keys = $keysDir; delivery = $delivery; revision = Get-Fact 'revision'; signer = Get-Fact 'signed_by'
    trusted = $(foreach ($key in Read-TrustedKeys) { " $($key.Id)" }) -join ''
    checked_at = Get-Fact 'checked_at'; valid_until = Get-Fact 'valid_until'
    last_error = $(if (Get-Fact 'last_error') { Get-Fact 'last_error' } else { 'none' })
    asked_from = $askedFrom; timeout = '5'; edit = "notepad `"$config`""
    renew_token = $(if ($tokenCommand) { $tokenCommand } else { "notepad `"$(Get-Given 'token_file' 'FILE')`"" })
    token_from = $(if ($tokenCommand) { $tokenCommand } else { Get-Given 'token_file' '' })
  }
  Write-Finding 'config' $(if (-not $trouble) { 'config_read' } elseif (Test-Path -LiteralPath $config) { 'config_wrong' } else { 'config_missing' })
  Write-Finding 'pins' (Get-PinsFinding)
  Write-Finding 'age' (Get-AgeFinding)
  Write-Finding 'signatures' (Get-SignaturesFinding)
  Write-Finding 'server' (Get-ServerFinding)
  Write-Finding 'cli' (Get-CliFinding)
  try {
    Test-Client
    Test-Editors
    Test-Credentials
    Test-Models
  } finally {
    if ($clientFolder) { Remove-Item -LiteralPath $clientFolder -Recurse -Force -ErrorAction SilentlyContinue }
  }
  $problems = @($findings | Where-Object { $_['verdict'] -ceq 'problem' }).Count
  $all = [ordered]@{ problems = $problems; findings = @($findings) }
  if ($asJson) { ConvertTo-Json -InputObject $all -Depth 4 -Compress }
  elseif ($problems) { ''; "$problems $(if ($problems -eq 1) { 'problem' } else { 'problems' })"; $advised }
  if ($problems) { $script:code = 1 }
}

function Set-KnownFacts([hashtable]$facts) {
  foreach ($fact in $facts.GetEnumerator()) { $knownFacts[$fact.Key] = [string]$fact.Value }
}

# Prints a finding, and keeps the advice for the end. The same advice is given once.
function Write-Finding([string]$check, [string]$name, [string]$kind, [string]$subject) {
  $verdict = $sayings[$name][0]
  $text = $(if ($subject) { "${subject}: " }) + $sayings[$name][1]
  $text = Format-Text $text
  $finding = [ordered]@{ verdict = $verdict; check = $check; text = $text }
  if ($verdict -ceq 'problem') {
    $advice = $saidAdvice["${name}:$kind"]
    if ($null -eq $advice) { $advice = $saidAdvice["${name}:*"] }
    $finding['meaning'] = Format-Text $advice[0]
    $finding['fix'] = Format-Text $advice[1]
    $fix = "$($finding['meaning'])`n  $($finding['fix'])"
    if (-not ($advised | Where-Object { $_.EndsWith(": $fix") })) { $script:advised += "`n${check}: $fix" }
  }
  $script:findings += $finding
  if (-not $asJson) { '{0,-8} {1,-12} {2}' -f $verdict, $check, $text }
}

# Fills in the words in braces. Drops all but printable ASCII, so that no text controls a terminal.
function Format-Text([string]$text) {
  $filled = [regex]::Replace($text, '\{([a-z_]+)\}', { param($word) [string]$knownFacts[$word.Groups[1].Value] })
  ($filled -creplace '\s+', ' ' -creplace '[^ -~]', '').Trim()
}

# --- doctor: agent ----------------------------------------------------------------------------------------------------
# Checks the agent. Each function returns the name of a finding.

function Get-PinsFinding {
  if (-not (Test-Applied)) { return 'pins_missing' }
  try { Read-Pins } catch { return 'pins_unreadable' }
  if ((Get-Hash (Read-Applied)) -ceq (Get-Fact 'etag')) { 'pins_applied' } else { 'pins_altered' }
}

function Get-AgeFinding {
  if (-not (Test-Applied)) { return 'age_unknown' }
  if (Test-Past $knownFacts['valid_until']) { return 'age_expired' }
  $soon = Format-Utc ([DateTime]::UtcNow.AddMinutes(5))
  if ([string]::CompareOrdinal($knownFacts['checked_at'], $soon) -gt 0) { return 'age_ahead' }
  $limit = Format-Utc ([DateTime]::UtcNow.AddSeconds(-$maxWait))
  if ([string]::CompareOrdinal($knownFacts['checked_at'], $limit) -lt 0) { return 'age_silent' }
  if (Get-Fact 'last_error') { 'age_failed' } else { 'age_fresh' }
}

function Get-SignaturesFinding {
  if ($organisation) {
    if (-not (Read-TrustedKeys)) { return 'keys_missing' }
    if (Get-Fact 'signed_by') { return 'signed' } else { return 'keys_younger' }
  }
  if (-not $isOffline -and -not $trouble) {
    try { if ((Receive-Keys) -cnotmatch '(?m)^key ') { return 'keys_not_listed' } } catch { return 'keys_not_pinned' }
  }
  'keys_not_pinned'
}

# Asks the server as the agent does. A user who may not read the token asks without it, for the keys.
function Get-ServerFinding {
  if ($trouble) { return 'server_unknown' }
  if ($isOffline) { return 'server_offline' }
  $script:cli = Find-Cli
  try {
    try { $null = Read-Token } catch {
      if ($tokenCommand -or -not [IO.File]::Exists($tokenFile)) { return 'token_not_got' }
      $null = Receive-Keys
      return 'token_unreadable'
    }
    $query = "?machine=$machine" + $(if ($cli) { "&cli=$cli" })
    $answer = Send-Request "/v1/pins.json$query" @{} ([int]$timeout)
    if (401, 403 -contains $answer.Code) {
      $knownFacts['reason'] = "HTTP $($answer.Code)$(Get-Quote $answer 'title')$(Get-Quote $answer 'hint')"
      return 'token_refused'
    }
    if ($answer.Code -ne 200) { throw "HTTP $($answer.Code)$(Get-Quote $answer 'title')$(Get-Quote $answer 'hint')" }
    try { $script:serverAnswer = ConvertFrom-Json -InputObject $utf8.GetString($answer['Body']) } catch {
      throw 'the answer is no JSON; does a proxy or a sign-in page answer?'
    }
    'server_answers'
  } catch {
    $knownFacts['reason'] = Get-Reason $_
    'server_failed'
  }
}

# The server knows what each model needs: an older Claude Code gets another model, with a reason.
function Get-CliFinding {
  if (-not $cli) { $script:cli = Find-Cli }
  $minimum = '0.0.0'
  if ('fragment', 'registry' -ccontains $delivery) { $minimum = '2.1.83' }
  if ($delivery -ceq 'helper') { $minimum = '2.1.136' }
  Set-KnownFacts @{ cli = $cli; minimum = $minimum }
  if (-not $cli) { return 'cli_missing' }
  if ([Version]$cli -lt [Version]$minimum) { return 'cli_old' }
  if ($isOffline) { return 'cli_offline' }
  if ($null -eq $serverAnswer) { return 'cli_not_judged' }
  foreach ($reason in @(Get-Field $serverAnswer 'reasons')) {
    if ('cli_gated', 'cli_too_old' -ccontains (Get-Field $reason 'code')) {
      $knownFacts['reason'] = Get-Field $reason 'text'
      return 'cli_gated'
    }
  }
  'cli_runs'
}

# --- doctor: client ---------------------------------------------------------------------------------------------------
# Asks Claude Code which address it would call for each pinned family, and without --model. The question runs nothing of
# anybody's, writes only to a folder that is removed, and sends its request, which is empty, to a port that refuses it.

function Test-Client {
  $finding = Get-ReasonNotToAsk
  if ($finding) { return Write-Finding 'client' $finding }
  $script:clientFolder = Join-Path ([IO.Path]::GetTempPath()) "pinward.$([IO.Path]::GetRandomFileName())"
  $null = [IO.Directory]::CreateDirectory($clientFolder)
  $script:askUntil = (Get-Now) + 30
  $script:questions = @($models | ForEach-Object { $_.Question } | Where-Object { $_ -cne 'default' }) + 'default'
  # The settings of this folder may be a stranger's, and would reach the shell that tells.
  $teller = Start-Question 'default' 'user' @{} @() 'user'
  $script:clientAnswers = Request-Answers @{}
  $null = Receive-Answer $teller
  $agreeing = @()
  $suspect = ''
  foreach ($question in $questions) {
    $finding = Get-ClientFinding $question $clientAnswers[$question]
    if ($finding -ceq 'client_agrees') { $agreeing += $question; continue }
    if ($finding -ceq 'led') {
      $suspect = Find-Suspect $question $suspect
      $finding = Get-BlameFinding $suspect
    }
    Write-Finding 'client' $finding
  }
  $knownFacts['questions'] = $questions -join ' '
  if ($agreeing.Count -eq $questions.Count) { Write-Finding 'client' 'client_agrees' }
}

# SYSTEM is an administrator, too.
function Test-Mighty {
  if ($onWindows) { return Test-Administrator }
  (Receive-Program (Start-Program 'id' '-u' @{} @()) 5).Text.Trim() -ceq '0'
}

function Get-ReasonNotToAsk {
  if (Test-Mighty) { return 'asked_by_root' }
  if (-not $models) { return 'asked_without_pins' }
  $found = @(Get-Command claude -CommandType Application -ErrorAction SilentlyContinue)
  if (-not $found) { return 'client_missing' }
  $script:claude = $found[0].Path
  $printed = (Receive-Program (Start-Program $claude '--version' @{} @()) 10).Text
  if ($printed -cnotmatch '^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}') { return 'client_unversioned' }
  $knownFacts['cli'] = $Matches[0]
  if ([Version]$Matches[0] -lt [Version]$askedFrom) { return 'client_old' }
  if (-not (Read-EmptiedVariables (Get-ClaudeHome))) { 'folder_unreadable' }
}

# Finds the variables that Claude Code must not get from the settings of user and folder: those that lead nowhere may make
# it write or run something. False when a file of a stranger can't be read: of the folder, or of a home that an editor names.
function Read-EmptiedVariables([string]$ofUser) {
  $script:emptied = @()
  $users = Join-Path $ofUser 'settings.json'
  $mayFail = $ofUser -ceq (Get-ClaudeHome) -or -not (Test-Path -LiteralPath $users)
  foreach ($file in @($users) + @(Find-FolderSettings)) {
    try { $names = @(Read-Variables $file | ForEach-Object { $_.Name }) } catch {
      if ($file -ceq $users -and $mayFail) { continue }
      $knownFacts['settings_file'] = $file
      return $false
    }
    $script:emptied += @($names | Where-Object { $_ -cnotmatch "^$leadingVariable\z" })
  }
  $true
}

# All keys of a file of settings, with their values if these are strings: more than its variables. ConvertFrom-Json refuses
# names that differ only in case, such as those of proxies. A name that can pass for another is an error.
function Read-Variables([string]$file) {
  $text = [IO.File]::ReadAllText($file)
  foreach ($pair in [regex]::Matches($text, '"((?:[^"\\]|\\.)*)"\s*:(?:\s*"((?:[^"\\]|\\.)*)")?')) {
    $name = [regex]::Unescape($pair.Groups[1].Value)
    if ($name -cmatch '[=\x00-\x1f]') { throw 'such a name can pass for another' }
    [PSCustomObject]@{ Name = $name; Value = [regex]::Unescape($pair.Groups[2].Value) }
  }
}

# The files of settings of this folder, of the folders above it, and of the checkout that this worktree is of.
function Find-FolderSettings {
  for ($folder = Resolve-Full '.'; $folder; $folder = Split-Path -Parent $folder) {
    $from = @($folder)
    $pointer = Join-Path $folder '.git'
    if ([IO.File]::Exists($pointer) -and [IO.File]::ReadAllText($pointer) -cmatch '^gitdir: (.*)[\\/]\.git[\\/]worktrees[\\/]') {
      $from += [IO.Path]::Combine($folder, $Matches[1])
    }
    foreach ($each in $from) {
      foreach ($name in 'settings.local.json', 'settings.json') {
        $file = [IO.Path]::Combine($each, '.claude', $name)
        if ([IO.File]::Exists($file)) { $file }
      }
    }
  }
}

# Asks all questions at once. Returns the answers by question.
function Request-Answers([hashtable]$variables) {
  $started = @{}
  foreach ($question in $questions) {
    $started[$question] = Start-Question $question 'user,project,local' $variables @() ''
  }
  $answers = @{}
  foreach ($question in $questions) { $answers[$question] = Receive-Answer $started[$question] }
  $answers
}

# LEFT names variables that do not count; with shell none does but the pins. With TELLING, Claude Code starts a server of the
# doctor's that writes the variables of its credentials to that file.
function Start-Question([string]$question, [string]$sources, [hashtable]$variables, [string[]]$left, [string]$telling) {
  $folder = Join-Path $clientFolder ([IO.Path]::GetRandomFileName())
  $null = [IO.Directory]::CreateDirectory($folder)
  foreach ($name in 'settings.json', 'agents') {
    $theirs = Join-Path $(if ($variables['CLAUDE_CONFIG_DIR']) { $variables['CLAUDE_CONFIG_DIR'] } else { Get-ClaudeHome }) $name
    if (-not (Test-Path -LiteralPath $theirs)) { continue }
    Copy-Item -LiteralPath $theirs -Destination $folder -Recurse -ErrorAction SilentlyContinue
  }
  $file = Join-Path $folder 'question.json'
  $fixed = New-Object Collections.Hashtable ([StringComparer]::Ordinal)
  $fixed['PATH'] = $env:PATH
  foreach ($pair in $questionVariables) { $fixed[($pair -split '=')[0]] = $pair -creplace '^[^=]*=', '' }
  foreach ($name in @($folderVariables) + 'TEMP' + 'TMP') { $fixed[$name] = $folder }
  $fixed['CLAUDE_CODE_PLUGIN_CACHE_DIR'] = Join-Path $file 'none' # below a file nothing can be
  $settings = $questionSettings.Clone()
  $settings['env'] = $fixed.Clone()
  foreach ($name in $emptied) { if ($settings['env'].Keys -notcontains $name) { $settings['env'][$name] = '' } }
  Set-Text $file (ConvertTo-Json -InputObject $settings -Depth 4 -Compress)
  $words = '-p --no-session-persistence --strict-mcp-config'
  if ($question -cne 'default') { $words += " --model $question" }
  if ($telling) { $words += " --mcp-config `"$(New-Server $folder $telling)`"" }
  $left += @(Get-ShellVariables $clientVariable | Where-Object { $_ -cnotmatch "^$leadingVariable\z" })
  if ($left -ccontains 'shell') {
    $left += @([Environment]::GetEnvironmentVariables().Keys | Where-Object { $_ -cmatch "^($clientVariable|$leadingVariable)\z" })
    if ($delivery -ceq 'shell') { $variables = $pins }
  }
  $environment = $fixed.Clone()
  foreach ($name in $variables.Keys) {
    if (-not $fixed.ContainsKey($name)) { $environment[$name] = $variables[$name] }
  }
  Start-Program $claude "$words `"--setting-sources=$sources`" --settings `"$file`" ping" $environment $left
}

# cmd.exe takes the folder from a variable, since its own quotes do not survive those of a program that starts it.
function New-Server([string]$folder, [string]$telling) {
  $told = Join-Path $clientFolder $telling
  $teller = if ($onWindows) {
    $words = '/d /c cd /d %PINWARD_FOLDER% & set GOOGLE_>>told & set CLOUDSDK_>>told'.Split(' ')
    @{ command = (Join-Path ([Environment]::SystemDirectory) 'cmd.exe'); args = $words; env = @{ PINWARD_FOLDER = $told } }
  } else { @{ command = '/bin/sh'; args = @('-c', 'env >"$0/told"', $told) } }
  $null = [IO.Directory]::CreateDirectory($told)
  $file = Join-Path $folder 'server.json'
  Set-Text $file (ConvertTo-Json -InputObject @{ mcpServers = @{ pinward = $teller } } -Depth 4 -Compress)
  $file
}

function Get-ClaudeHome {
  if ($env:CLAUDE_CONFIG_DIR) { return Join-Root $env:CLAUDE_CONFIG_DIR }
  Join-Path (Get-Home) '.claude'
}

function Get-Home { Join-Root $(if ($onWindows) { $env:USERPROFILE } else { $env:HOME }) }

# Starts a program that reads nothing.
function Start-Program([string]$file, [string]$words, [hashtable]$variables, [string[]]$removed) {
  $start = New-Object Diagnostics.ProcessStartInfo
  $start.FileName = $file
  $start.Arguments = $words
  $start.UseShellExecute = $false
  $start.CreateNoWindow = $true
  $start.RedirectStandardInput = $true
  $start.RedirectStandardOutput = $true
  $start.RedirectStandardError = $true
  foreach ($name in @($removed)) { $null = $start.EnvironmentVariables.Remove($name) }
  foreach ($name in $variables.Keys) { $start.EnvironmentVariables[$name] = $variables[$name] }
  $process = [Diagnostics.Process]::Start($start)
  $process.StandardInput.Close()
  $readings = @($process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync())
  [PSCustomObject]@{ Process = $process; Readings = $readings }
}

# Returns Code, which is nothing when the time was over, and Text.
function Receive-Program($started, [int]$seconds) {
  $watch = [Diagnostics.Stopwatch]::StartNew()
  foreach ($reading in $started.Readings) {
    if ($reading.Wait([int][Math]::Max(0, $seconds * 1000 - $watch.ElapsedMilliseconds))) { continue }
    Stop-Tree $started.Process
    return [PSCustomObject]@{ Code = $null; Text = '' }
  }
  $null = $started.Process.WaitForExit()
  $text = $started.Readings[0].Result + $started.Readings[1].Result
  [PSCustomObject]@{ Code = $started.Process.ExitCode; Text = $text }
}

# Returns `address` and the address of the first request, or `line` and the first line; hides passwords, and words that
# may be secret. Nothing when the time was over.
function Receive-Answer($started) {
  $ran = Receive-Program $started ([int][Math]::Max(0, [Math]::Min(10, $askUntil - (Get-Now))))
  if ($null -eq $ran.Code) { return '' }
  if ($ran.Text -cmatch '(?m)^\[log_[\s\S]*?^\s*url: "([^"]*)"') {
    $address = $Matches[1] -creplace '//[^/]*@', '//' -creplace '[?#].*', '' -creplace ':[A-Za-z]*[rR]awPredict\z', ''
    return "address $address"
  }
  $line = @($ran.Text.Split("`n") | Where-Object { $_.Trim() -and -not $_.StartsWith('[log_') })[0]
  $words = "$line".Trim() -split '\s+' | ForEach-Object {
    $isSecret = $_.Length -gt 19 -and $_ -match '[0-9]' -and $_ -match '[a-z]' -and $_ -cnotmatch '^(/|[A-Z]:\\|claude-)'
    if ($isSecret) { '(hidden)' } else { $_ }
  }
  $text = if ($line) { $words -join ' ' } else { 'it printed nothing' }
  "line $($text.Substring(0, [Math]::Min(300, $text.Length)))"
}

function Get-ClientFinding([string]$question, [string]$answer) {
  $knownFacts['question'] = $question
  if (-not $answer) { return 'client_silent' }
  $knownFacts['answer'] = "calls nothing: $($answer -creplace '^line ', '')"
  if ($answer -cmatch '^address (.*)/projects/(.*)/locations/(.*)/publishers/.*/models/(.*)\z') {
    $knownFacts['answer'] = "would call $($Matches[4]) in $($Matches[3]) for $($Matches[2]) at $($Matches[1])"
  } elseif ($answer -cmatch '^address (.*)') { $knownFacts['answer'] = "would call $($Matches[1])" }
  if (Test-Expected $question $answer) { 'client_agrees' } else { 'led' }
}

# Every pin is right for the question default.
function Test-Expected([string]$question, [string]$answer) {
  $asked = @($models | Where-Object { $question -ceq 'default' -or $_.Question -ceq $question })
  @($asked | ForEach-Object { "address $($_.Url)" }) -ccontains $answer
}

# --- doctor: blame ----------------------------------------------------------------------------------------------------
# Finds what leads Claude Code away from the pins: asks again without more and more sources of settings and variables,
# until it is right. Managed files can't be left out, so they are named.

# Returns the last that was left out: local, project, user, a variable, or shell, which is all of it; managed when nothing
# helps; nothing when there was no time. Tries first what was to blame for the question before.
function Find-Suspect([string]$question, [string]$before) {
  if ($before -and (Test-Expected $question (Receive-Answer (Start-Without @($before) $question)))) { return $before }
  $sources = 'local', 'project', 'user'
  $answer = Receive-Answer (Start-Without ($sources + 'shell') $question)
  if (-not $answer) { return '' }
  if (-not (Test-Expected $question $answer)) { return 'managed' }
  $left = @()
  foreach ($suspect in $sources + @(Get-ShellVariables $leadingVariable) + 'shell') {
    $left += $suspect
    $answer = Receive-Answer (Start-Without $left $question)
    if (-not $answer) { return '' }
    if (Test-Expected $question $answer) { return $suspect }
  }
}

function Start-Without([string[]]$left, [string]$question) {
  $sources = @('user', 'project', 'local' | Where-Object { $left -cnotcontains $_ }) -join ','
  Start-Question $question $sources @{} $left ''
}

function Get-BlameFinding([string]$suspect) {
  $files = @()
  switch -CaseSensitive ($suspect) {
    '' { return 'led_somehow' }
    'user' { $files = @(Join-Path (Get-ClaudeHome) 'settings.json') }
    'project' { $files = @(@(Find-FolderSettings | Where-Object { $_.EndsWith('settings.json') })[0..0]) }
    'local' { $files = @(@(Find-FolderSettings | Where-Object { $_.EndsWith('settings.local.json') })[0..0]) }
    'managed' { $files = @(Find-LeadingFiles) }
    default { return Get-ShellFinding $suspect }
  }
  if (-not $files -and $suspect -cne 'managed') { $files = @(Find-Upwards '.claude') }
  if ($files) { $knownFacts['edit'] = @($files | ForEach-Object { "notepad `"$_`"" }) -join '; ' }
  if ($suspect -ceq 'managed' -and $onWindows) { $files += @(Find-Policies) }
  if (-not $files) { return 'led_by_pins' }
  $knownFacts['files'] = $files -join ', '
  if ($suspect -ceq 'managed') { 'led_by_managed' } else { 'led_by_settings' }
}

# The managed files that may lead Claude Code away or stop it. It stops at what is no object.
function Find-LeadingFiles {
  $files = @(Join-Path (Split-Path -Parent $settingsDir) 'managed-settings.json') + @(Find-Files $settingsDir '*.json')
  foreach ($file in $files) {
    if ($file -ceq $fragment -or -not (Test-Path -LiteralPath $file)) { continue }
    try { $settings = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($file)) } catch { $file; continue }
    if ($settings -isnot [PSCustomObject]) { $file; continue }
    $variables = Get-Field $settings 'env'
    $names = @($settings.PSObject.Properties | ForEach-Object { $_.Name })
    if ($null -ne $variables) { $names += @($variables.PSObject.Properties | ForEach-Object { "env.$($_.Name)" }) }
    if ($names -cmatch "^($leadingSetting)\z") { $file }
  }
}

# The policies of the registry that are not the agent's.
function Find-Policies {
  foreach ($hive in 'LocalMachine', 'CurrentUser') {
    if ($hive -ceq 'LocalMachine' -and (Test-Registry)) { continue }
    $key = [Microsoft.Win32.RegistryKey]::OpenBaseKey($hive, 'Registry64').OpenSubKey($policyKey)
    if ($null -ne $key) {
      if (-not $knownFacts['edit']) { $knownFacts['edit'] = "reg query `"$($key.Name)`"" }
      $key.Name
    }
  }
}

function Get-ShellFinding([string]$suspect) {
  $names = @(if ($suspect -ceq 'shell') { Get-ShellVariables $leadingVariable } else { $suspect })
  $unset = @($names | ForEach-Object { "Remove-Item env:$_" })
  if ($delivery -ceq 'shell') { $unset += "Invoke-Expression (& pinward env | Out-String)" }
  Set-KnownFacts @{ names = $names -join ' '; profiles = ''; unset = $unset -join '; ' }
  if ($names) { return 'led_by_shell' }
  if ($delivery -ceq 'shell') { 'led_by_missing_pins' } else { 'led_by_no_variable' }
}

# The names of the variables that fit a pattern, but those that are as the pins say.
function Get-ShellVariables([string]$pattern) {
  foreach ($name in [Environment]::GetEnvironmentVariables().Keys | Sort-Object) {
    $isPin = $pins[$name] -ceq [Environment]::GetEnvironmentVariable($name)
    if ($name -cmatch "^$pattern\z" -and -not $isPin) { $name }
  }
}

# The path of the file in this folder, or else in the next parent that has it.
function Find-Upwards([string]$name) {
  $folder = Resolve-Full '.'
  while ($folder -and -not (Test-Path -LiteralPath (Join-Path $folder $name))) { $folder = Split-Path -Parent $folder }
  Join-Path $(if ($folder) { $folder } else { Resolve-Full '.' }) $name
}

# Asks Claude Code what it would call with the variables that VS Code and its kin give it.
function Test-Editors {
  $data = if ($onWindows) { $env:APPDATA } else { Join-Path $env:HOME '.config' }
  $files = @(foreach ($editor in @(Find-Folders (Join-Root $data) '*')) {
      $user = Join-Path $editor 'User'
      Join-Path $user 'settings.json'
      foreach ($folder in @(Find-Folders (Join-Path $user 'profiles') '*')) { Join-Path $folder 'settings.json' }
    }) + (Find-Upwards '.vscode/settings.json')
  foreach ($file in $files) {
    try { $text = [IO.File]::ReadAllText($file) } catch { continue }
    if ($text -cmatch 'claudeCode\.environmentVariables') { Test-Editor $file $text }
  }
}

# The JSON of editors has comments, and commas at the end.
function Test-Editor([string]$file, [string]$text) {
  Set-KnownFacts @{ file = $file; edit = "notepad `"$file`"" }
  $variables = @{}
  try {
    $plain = $text -creplace '("(?:[^"\\]|\\.)*")|//[^\n]*|/\*[\s\S]*?\*/', '$1'
    $settings = ConvertFrom-Json -InputObject ($plain -creplace '("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', '$1')
  } catch { return Write-Finding 'editor' 'editor_unreadable' }
  foreach ($pair in @(Get-Field $settings 'claudeCode.environmentVariables')) {
    $name = [string](Get-Field $pair 'name')
    if ($name -cmatch '^[A-Za-z_][A-Za-z0-9_]*\z') { $variables[$name] = [string](Get-Field $pair 'value') }
  }
  $idle = @($variables.Keys | Where-Object { $_ -cnotmatch "^$leadingVariable\z" } | Sort-Object)
  $knownFacts['names'] = $idle -join ' '
  if ($idle) { Write-Finding 'editor' 'editor_idle' }
  foreach ($name in $idle) { $variables.Remove($name) }
  if ($variables.Count -eq 0) { return }
  $knownFacts['names'] = @($variables.Keys | Sort-Object) -join ' '
  if (-not $clientFolder) { return Write-Finding 'editor' 'editor_not_asked' }
  if (-not (Read-EmptiedVariables $(if ($variables['CLAUDE_CONFIG_DIR']) { $variables['CLAUDE_CONFIG_DIR'] } else { Get-ClaudeHome }))) {
    return Write-Finding 'editor' 'editor_not_asked'
  }
  $answers = Request-Answers $variables
  $finding = 'editor_agrees'
  foreach ($question in $questions) {
    $each = Get-ClientFinding $question $answers[$question]
    if ($each -ceq 'client_silent') { $finding = 'editor_silent'; break }
    if ($each -ceq 'led' -and $answers[$question] -cne $clientAnswers[$question]) { $finding = 'editor_led'; break }
  }
  Write-Finding 'editor' $finding
}

# --- doctor: Vertex AI ------------------------------------------------------------------------------------------------
# Tries the credentials that Claude Code says it has, and asks Vertex AI for one token of each pinned model, at the
# address of the pins. Judges each answer by the known answers.

function Test-Credentials {
  $byUser = Read-Told 'user'
  $folder = Join-Path $(if ($onWindows) { "$env:APPDATA" } else { Join-Path $env:HOME '.config' }) 'gcloud'
  if ($byUser['CLOUDSDK_CONFIG']) { $folder = $byUser['CLOUDSDK_CONFIG'] }
  $named = "$($byUser['GOOGLE_APPLICATION_CREDENTIALS'])"
  $loginFile = Join-Path $folder 'application_default_credentials.json'
  $file = Join-Root $(if ($named) { $named } else { $loginFile })
  Read-Credentials $file
  if ($byUser['GOOGLE_CLOUD_QUOTA_PROJECT']) { $script:quotaProject = $byUser['GOOGLE_CLOUD_QUOTA_PROJECT'] }
  $ofFolder = if ($clientFolder) { @(Find-FolderSettings | ForEach-Object { Read-Variables $_ }) } else { @() }
  $ofFolder = @($ofFolder | Where-Object { $_.Name -cmatch '^(GOOGLE_APPLICATION_CREDENTIALS|CLOUDSDK_CONFIG)\z' })
  $foreign = @($ofFolder | Where-Object { $_.Value -and $_.Value -cne $byUser[$_.Name] } | ForEach-Object { $_.Value })
  $isShells = $named -ceq "$env:GOOGLE_APPLICATION_CREDENTIALS"
  Set-KnownFacts @{
    before_login = $(if ($byUser['CLOUDSDK_CONFIG']) { "`$env:CLOUDSDK_CONFIG = '$folder'; " })
    after_login = $(if ($named) { "; Copy-Item `"$loginFile`" `"$named`"" })
    base_url = $pins['ANTHROPIC_VERTEX_BASE_URL']; foreign = $foreign -join ', '; credentials_file = $file
    look = $(if ($isShells) { 'Remove-Item env:GOOGLE_APPLICATION_CREDENTIALS' } else { "dir `"$file`"" })
  }
  $finding = Get-CredentialsFinding $byUser ($byUser.Count -gt 0) $named
  Write-Finding 'credentials' $finding $credentialKind $gcloudError
}

function Get-CredentialsFinding([hashtable]$byUser, [bool]$isTold, [string]$named) {
  if ($credentialKind -ceq 'gateway') {
    if ($knownFacts['base_url']) { return 'gateway_has_credentials' } else { return 'gateway_missing' }
  }
  if (-not $isTold) { return 'credentials_unknown' }
  if ($knownFacts['foreign']) { return 'credentials_foreign' }
  $isThere = Test-Readable $knownFacts['credentials_file']
  if ($named -and -not $isThere) { return 'credentials_unreadable' }
  if ($isOffline -and $isThere) { return 'credentials_offline' }
  $gcloud = @(Get-Command gcloud -CommandType Application -ErrorAction SilentlyContinue)
  if ($gcloud -and -not $isOffline) { return Request-AccessToken $gcloud[0].Path $byUser }
  if ($isThere) { 'gcloud_missing' } else { 'no_credentials' }
}

# The variables that Claude Code told with these sources of settings; none when it did not.
function Read-Told([string]$sources) {
  $told = @{}
  if (-not $clientFolder) { return $told }
  $file = Join-Path (Join-Path $clientFolder $sources) 'told'
  if (-not (Test-Path -LiteralPath $file)) { return $told }
  $told['TOLD'] = 'yes'
  foreach ($line in [IO.File]::ReadAllLines($file)) {
    $name = ($line -split '=')[0]
    if ($credentialVariables -ccontains $name) { $told[$name] = $line.Substring($name.Length + 1) }
  }
  $told
}

# Finds the kind of the credentials and, as far as the file names them, account, member and provider, for advice.
function Read-Credentials([string]$file) {
  $read = $null
  try { $read = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($file)) } catch { $read = $null }
  $form = "$(Get-Field $read 'type')"
  $provider = "$(Get-Field $read 'audience')" -creplace '^//iam\.googleapis\.com/', ''
  $account = "$(Get-Field $read 'client_email')"
  if (-not $account) { $account = "$(Get-Field $read 'service_account_impersonation_url')" -creplace '.*/', '' -creplace ':.*', '' }
  $script:quotaProject = "$(Get-Field $read 'quota_project_id')"
  if ("$($pins['CLAUDE_CODE_SKIP_VERTEX_AUTH'])" -cnotmatch '^(|0|false|no|off)\z') { $form = 'gateway'; $account = '' }
  $row = Find-Row $credentialRows "${form}:${provider}:$account"
  $script:credentialKind = $row[1]
  if (-not $account) { $account = 'ACCOUNT' }
  $knownFacts['account'] = $account
  $knownFacts['pool'] = $provider -creplace '/providers/.*', ''
  $member = Format-Text $row[2]
  if ($member.Contains('*')) { $member = "`"$member`"" }
  Set-KnownFacts @{ provider = $provider; member = $member }
}

# The first row with a pattern that fits.
function Find-Row($rows, [string]$text) {
  foreach ($row in $rows) {
    foreach ($pattern in $row[0].Split(' ')) { if ($text -clike $pattern) { return , $row } }
  }
}

# gcloud may need some seconds to start. Returns the finding.
function Request-AccessToken([string]$gcloud, [hashtable]$told) {
  $variables = @{}
  foreach ($pair in $gcloudVariables) { $variables[($pair -split '=')[0]] = ($pair -split '=')[1] }
  foreach ($name in $credentialVariables) { if ($told[$name]) { $variables[$name] = $told[$name] } }
  if ($told['GOOGLE_APPLICATION_CREDENTIALS']) { $variables['GOOGLE_APPLICATION_CREDENTIALS'] = $knownFacts['credentials_file'] }
  $started = Start-Program $gcloud 'auth application-default print-access-token' $variables @('GOOGLE_APPLICATION_CREDENTIALS')
  $ran = Receive-Program $started 10
  if ($null -eq $ran.Code) { return 'gcloud_silent' }
  if ($ran.Code -eq 0) {
    $lines = @($ran.Text -split '\s*\n' | Where-Object { $_ -cmatch '^[A-Za-z0-9._~+/=-]{20,}\z' })
    if (-not $lines) { return 'gcloud_unreadable' }
    $script:accessToken = $lines[-1]
    return 'credentials_accepted'
  }
  $answer = Find-VertexAnswer 'LOCAL' '' $ran.Text
  if ($answer -ceq 'network') { return 'gcloud_network' }
  if ($answer -ceq 'no_credentials') { return $answer }
  $lines = @($ran.Text -split '\s*\n' | Where-Object { $_ })
  $lines = @($lines | Where-Object { $_ -clike 'ERROR: *' }) + $lines + ''
  $line = Hide-Secrets ($lines[0] -creplace '^ERROR: ', '')
  $script:gcloudError = "gcloud: $($line.Substring(0, [Math]::Min(200, $line.Length)))"
  if ($answer) { $answer } else { 'gcloud_unreadable' }
}

function Test-Models {
  $project = "$($pins['ANTHROPIC_VERTEX_PROJECT_ID'])"
  if ($credentialKind -ceq 'gateway') { $script:quotaProject = '' }
  Set-KnownFacts @{ project = $project; quota_project = $quotaProject; consumer = $(if ($quotaProject) { $quotaProject } else { $project }) }
  foreach ($pin in $models) {
    $finding = Get-ModelFinding $pin
    Write-Finding $pin.Question $finding $credentialKind "$($pin.Model) in $($pin.Location)"
  }
}

# A token goes by TLS, or to this machine.
function Get-ModelFinding($pin) {
  $endpoint = ([Uri]$pin.Url).Host
  $address = if ($knownFacts['base_url']) { $knownFacts['base_url'] } else { "https://$endpoint/" }
  Set-KnownFacts @{
    host = $endpoint; address = $address; location = $pin.Location
    base_model = $pin.Model -creplace '@.*', ''
  }
  if ("$($knownFacts['project'])$($pin.Location)$($pin.Model)" -cmatch '[^a-z0-9@:.-]') { return 'model_unreadable' }
  if ($quotaProject -cmatch '[^a-z0-9:.-]') { return 'quota_project_unreadable' }
  if ($isOffline) { return 'model_offline' }
  $trusted = if ($credentialKind -ceq 'gateway') { '^https?://' } else { '^(https://|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/)' }
  if ($pin.Url -cnotmatch $trusted) { return 'address_not_trusted' }
  if (-not $accessToken -and -not ($credentialKind -ceq 'gateway' -and $knownFacts['base_url'])) { return 'token_missing' }
  try { $answer = Request-Model $pin } catch {
    $knownFacts['reason'] = Get-Reason $_
    if ($knownFacts['reason'] -cmatch '^no complete answer') { return 'model_silent' } else { return 'model_cut_off' }
  }
  $finding = Get-VertexFinding $answer
  # A number may be that of the same project.
  $isOther = $knownFacts['consumer'] -cne $knownFacts['project'] -and $knownFacts['consumer'] -cnotmatch '^[0-9]'
  $isOfConsumer = $finding -cmatch '^(api_disabled|billing_disabled|project_suspended|project_invalid)\z'
  if ($isOther -and $isOfConsumer) { return 'other_quota_project' }
  $finding
}

function Request-Model($pin) {
  $keptServer = $server
  $keptToken = $token
  $script:server = $pin.Url
  $script:token = "$accessToken"
  $headers = @{}
  if ($quotaProject) { $headers['x-goog-user-project'] = $quotaProject }
  $body = '{"anthropic_version":"vertex-2023-10-16","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}'
  try { Send-Request ':rawPredict' $headers 5 $body } finally {
    $script:server = $keptServer
    $script:token = $keptToken
  }
}

function Get-VertexFinding([hashtable]$answer) {
  $body = ($utf8.GetString($answer['Body']) -replace '\s+', ' ').Trim()
  $read = $null
  try { $read = @(ConvertFrom-Json -InputObject $body)[0] } catch { $read = $null }
  $failure = Get-Field $read 'error'
  $grpc = "$(Get-Field $failure 'status')"
  $message = "$(Get-Field $failure 'message')"
  $details = @(Get-Field $failure 'details' | Where-Object { $null -ne $_ })
  $reason = "$(@($details | ForEach-Object { Get-Field $_ 'reason' } | Where-Object { $_ })[0..0])"
  $denial = "$(@($details | ForEach-Object { Get-Field (Get-Field $_ 'metadata') 'uid' } | Where-Object { $_ })[0..0])"
  if (-not $denial -and $message -cmatch 'UniqueIdentifier: *([A-Za-z0-9_-]*)') { $denial = $Matches[1] }
  if (-not $grpc) {
    $message = $body
    $row = Find-Row $statusRows "$(Get-Field $read 'type'):$($answer.Code)"
    if ($row) { $grpc = $row[1] }
    if ($grpc -ceq 'UNAUTHENTICATED' -and -not $accessToken) { $grpc = '' } # a gateway may want what the doctor does not send
  }
  if (-not $denial) { $denial = 'unknown' }
  $message = Hide-Secrets $message
  $shown = $message.Substring(0, [Math]::Min(200, $message.Length))
  Set-KnownFacts @{ denial = $denial; said = ", HTTP $($answer.Code): $shown" }
  $finding = Find-VertexAnswer "$grpc" $reason $message
  if ($finding) { $finding } else { 'unknown' }
}

# The text without what looks like a secret.
function Hide-Secrets([string]$text) {
  $text -creplace '(ya29\.|1//|AIza|GOCSPX-|sk-|ey[A-Za-z0-9_-]{8,}\.)[A-Za-z0-9._~+/=-]{8,}', '(hidden)' `
    -creplace '([Bb]earer|[Bb]asic) +[A-Za-z0-9._~+/=-]{8,}', '$1 (hidden)' `
    -creplace '((access|refresh|id|subject)_token|client_secret|private_key|assertion)(["'']?[ :=]+["'']?)[^ "'',&}]+', '$1$3(hidden)'
}

# Returns the finding of the first row that fits, or nothing. The code LOCAL is of an error of this machine.
function Find-VertexAnswer([string]$grpc, [string]$reason, [string]$message) {
  $text = $message.ToLowerInvariant() -creplace '\s+', ' ' -creplace '[^ -~]', ''
  $text = $text.Substring(0, [Math]::Min(5000, $text.Length))
  foreach ($row in $vertexAnswers) {
    if ($row[1] -and $row[1].Split(' ') -cnotcontains $grpc) { continue }
    if ($row[2] -and $row[2].Split(' ') -cnotcontains $reason) { continue }
    if (-not $row[3] -or $text -cmatch $row[3]) { return $row[0] }
  }
}

# --- doctor: tables ---------------------------------------------------------------------------------------------------
# Generated by build.ts: the known answers of Vertex AI and what they mean, from shared/catalogue/; what else the doctor
# says, and how it asks Claude Code, from infra/agents/doctor/. Edit those.

$askedFrom = '2.1.137' # the oldest Claude Code that was asked
$clientVariable = '(ANTHROPIC|CLAUDE|BUN|OTEL|GIT)_[A-Z0-9_]*'
$leadingVariable = '(ANTHROPIC_[A-Z0-9_]*(MODEL|URL|PROJECT|LOCATION|REGION|RESOURCE)[A-Z0-9_]*|CLAUDE_CODE_([A-Z0-9_]*MODEL|SUBAGENT_MODEL_FORCE|USE_[A-Z0-9_]*|PROVIDER_MANAGED_BY_HOST|API_BASE_URL)|(CLOUD_ML|VERTEX|GOOGLE|GCLOUD)_[A-Z0-9_]*|CLOUDSDK_CONFIG|CLAUDE_CONFIG_DIR|AWS_(DEFAULT_)?REGION)'
$leadingSetting = 'env[.](ANTHROPIC_[A-Z0-9_]*(MODEL|URL|PROJECT|LOCATION|REGION|RESOURCE)[A-Z0-9_]*|CLAUDE_CODE_([A-Z0-9_]*MODEL|SUBAGENT_MODEL_FORCE|USE_[A-Z0-9_]*|PROVIDER_MANAGED_BY_HOST|API_BASE_URL)|(CLOUD_ML|VERTEX|GOOGLE|GCLOUD)_[A-Z0-9_]*|CLOUDSDK_CONFIG|CLAUDE_CONFIG_DIR|AWS_(DEFAULT_)?REGION)|agent|hooks|permissions[.]defaultMode|[A-Za-z]*([mM]odel|Providers|Version)[A-Za-z]*|policyHelper[a-z]*|force[A-Za-z]*|managedSourcesBehavior|sandbox'
$gcloudVariables = 'CLOUDSDK_CORE_DISABLE_PROMPTS=1', 'CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1', 'CLOUDSDK_SURVEY_DISABLE_PROMPTS=1', 'CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=1'

# Patterns for TYPE:PROVIDER:ACCOUNT, the kind of credentials, and the member for IAM.
$credentialRows = @(
  , @('gateway:*', 'gateway', 'serviceAccount:{account}')
  , @('external_account_authorized_user:*', 'workforce', 'principalSet://iam.googleapis.com/{pool}/*')
  , @('external_account:*workforcePools*:', 'workforce', 'principalSet://iam.googleapis.com/{pool}/*')
  , @('external_account:*workforcePools*', 'workforce', 'serviceAccount:{account}')
  , @('external_account:*:', 'federation', 'principalSet://iam.googleapis.com/{pool}/*')
  , @('external_account:*', 'federation', 'serviceAccount:{account}')
  , @('impersonated_service_account:*', 'impersonation', 'serviceAccount:{account}')
  , @('service_account:* gdch_service_account:*', 'key', 'serviceAccount:{account}')
  , @(':*', 'metadata', 'serviceAccount:{account}')
  , @('*', 'person', 'user:YOUR@ADDRESS')
)

# Patterns for TYPE:STATUS of an answer, and the code.
$statusRows = @(
  , @('message:200', 'OK')
  , @('error:*', 'INVALID_ARGUMENT')
  , @('*:401', 'UNAUTHENTICATED')
  , @('*:404 *:501', 'UNIMPLEMENTED')
  , @('*:429 *:5??', 'UNAVAILABLE')
)

# Finding, codes, reasons, and the pattern of the text. The first row that fits counts.
$vertexAnswers = @(
  , @('enabled', 'OK', '', '')
  , @('network', '', '', '(^|[^a-z])(eai_again|enotfound|etimedout|econn[a-z]+|e(host|net)unreach|epipe)')
  , @('network', 'LOCAL', '', 'failed to resolve|max retries exceeded|unable to find the server|failed to establish|connection (reset|aborted|refused|timed out)|remotedisconnected|remote end closed|name resolution|premature close|socket (hang up|disconnected)|fetch failed|certificate|proxyerror|timed? ?out')
  , @('network', '', '', '^getting metadata from plugin failed.*(failed to resolve|max retries exceeded|unable to find the server|failed to establish|connection (reset|aborted|refused|timed out)|remotedisconnected|remote end closed|name resolution|premature close|socket (hang up|disconnected)|fetch failed|certificate|proxyerror|timed? ?out)')
  , @('unavailable', 'LOCAL', '', 'status code (429|5..)|server_error|internal_failure|temporarily')
  , @('unavailable', '', '', '^getting metadata from plugin failed.*(status code (429|5..)|server_error|internal_failure|temporarily)')
  , @('no_credentials', 'LOCAL', '', 'could not load the default credentials|credentials were not found|not automatically determine|does not exist, or it is not a file|enoent')
  , @('no_credentials', '', '', '^getting metadata from plugin failed.*(could not load the default credentials|credentials were not found|not automatically determine|does not exist, or it is not a file|enoent)')
  , @('unauthenticated', 'LOCAL', '', 'invalid_(client|target|scope)|(unauthorized|deleted|disabled)_client|access_denied|subject token|impersonat|iam[.]serviceaccounts[.]|status code 4')
  , @('unauthenticated', '', '', '^getting metadata from plugin failed.*(invalid_(client|target|scope)|(unauthorized|deleted|disabled)_client|access_denied|subject token|impersonat|iam[.]serviceaccounts[.]|status code 4)')
  , @('unauthenticated', '', '', 'google_application_credentials|invalid_(grant|rapt)|(^|[^a-z])reauth')
  , @('scopes_missing', 'PERMISSION_DENIED UNAUTHENTICATED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', '')
  , @('scopes_missing', 'PERMISSION_DENIED UNAUTHENTICATED', '', 'insufficient authentication scopes')
  , @('unauthenticated', 'UNAUTHENTICATED', '', '')
  , @('wrong_address', 'UNKNOWN INVALID_ARGUMENT NOT_FOUND UNIMPLEMENTED INTERNAL', '', '<!doctype html|<html|not json')
  , @('unavailable', 'UNIMPLEMENTED', '', '(^|[^a-z])model')
  , @('wrong_address', 'UNIMPLEMENTED', '', '')
  , @('unavailable', '', '', '"invalid_request_error".*(credit balance|organi[sz]ation has been disabled|invalid model name)|(credit balance|organi[sz]ation has been disabled|invalid model name).*"invalid_request_error"')
  , @('unavailable', '', '', '"(overloaded|rate_limit|timeout|api)_error"')
  , @('enabled', 'INVALID_ARGUMENT FAILED_PRECONDITION', '', '"invalid_request_error"')
  , @('candidate', 'INVALID_ARGUMENT FAILED_PRECONDITION', '', 'counttokens is infeasible|is not supported in the [a-z]+ api')
  , @('not_enabled', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION', '', 'is not allowed to use publisher model')
  , @('not_served', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION', '', 'is not servable in region')
  , @('not_found', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION', '', 'publisher model [^ ]+ was not found')
  , @('needs_data_sharing', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION', '', 'requires data sharing|data_sharing_enabled_provider')
  , @('perimeter', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'SECURITY_POLICY_VIOLATED', '')
  , @('org_restriction', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'ORG_RESTRICTION_VIOLATION', '')
  , @('perimeter', 'PERMISSION_DENIED', '', 'vpc ?service ?controls|prohibited by organi[sz]ation(''?s)? policy')
  , @('blocked_by_policy', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION', '', 'constraints?[/ ]vertexai[.]')
  , @('blocked_by_other_policy', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'LOCATION_ORG_POLICY_VIOLATED RESOURCE_USAGE_RESTRICTION_VIOLATED ENDPOINT_USAGE_RESTRICTION_VIOLATED', '')
  , @('blocked_by_other_policy', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION', '', 'constraints/[a-z]|org(ani[sz]ation)? policy')
  , @('quota_project_denied', 'PERMISSION_DENIED', '', 'serviceusage[.]services[.]use')
  , @('impersonation_denied', 'PERMISSION_DENIED', '', 'iam[.]serviceaccounts[.]')
  , @('quota_project_missing', 'PERMISSION_DENIED', '', 'requires a quota project|using end user credentials|project (764086051850|32555940559)( |$)')
  , @('impersonation_api_disabled', 'PERMISSION_DENIED', '', 'iam service account credentials api|iamcredentials[.]googleapis')
  , @('permission_denied', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'IAM_PERMISSION_DENIED', '')
  , @('quota_project_denied', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'USER_PROJECT_DENIED', '')
  , @('location_denied', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'LOCATION_POLICY_VIOLATED LOCATION_TAX_POLICY_VIOLATED', '')
  , @('project_suspended', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'CONSUMER_SUSPENDED GCP_SUSPENDED', '')
  , @('project_invalid', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'CONSUMER_INVALID', '')
  , @('pinned_project_invalid', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'RESOURCE_PROJECT_INVALID', '')
  , @('billing_disabled', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'BILLING_DISABLED', '')
  , @('billing_disabled', 'PERMISSION_DENIED', '', 'billing to be enabled|enable billing')
  , @('api_disabled', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION NOT_FOUND', 'SERVICE_DISABLED', '')
  , @('api_disabled', 'PERMISSION_DENIED', '', 'has not been used in project .* or it is disabled')
  , @('quota_project_denied', 'PERMISSION_DENIED', '', 'required permission to use project')
  , @('location_denied', 'PERMISSION_DENIED', '', 'permission denied on ''?locations/')
  , @('project_suspended', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION', '', '(consumer|project)( [^ ]+)? (is|was|has been) suspended')
  , @('project_invalid', 'INVALID_ARGUMENT PERMISSION_DENIED FAILED_PRECONDITION', '', '(^|[^a-z])project( [^ ]+)? ((is |was |could )?not (be )?found|does not exist|(is|was|has been) deleted)')
  , @('permission_denied', 'PERMISSION_DENIED', '', 'permission ''?[a-z.]+''? denied|does not have (the |required )*permission')
  , @('not_found', 'NOT_FOUND', '', '')
  , @('no_quota', 'RESOURCE_EXHAUSTED', '', 'quota exceeded.*per_base_model')
  , @('busy', 'RESOURCE_EXHAUSTED', '', '')
  , @('unavailable', 'CANCELLED UNKNOWN DEADLINE_EXCEEDED ABORTED INTERNAL UNAVAILABLE', '', '')
)

# By finding: the verdict and the text. The words in braces stand for what the doctor knows.
$sayings = @{
  config_missing = 'problem', '{config_error}'
  config_wrong = 'problem', '{config_error}'
  config_read = 'ok', '{config}: {server}'
  pins_missing = 'problem', 'nothing is applied'
  pins_forbidden = 'problem', 'this user may not read {applied_file}'
  pins_unreadable = 'problem', 'revision {revision}, altered since it was fetched: could not read {applied_file}'
  pins_altered = 'problem', 'revision {revision}, altered since it was fetched: {applied_file}'
  pins_applied = 'ok', 'revision {revision}, as fetched: {applied_file}'
  age_unknown = 'skipped', 'nothing is applied'
  age_expired = 'problem', 'valid until {valid_until}, which has passed'
  age_ahead = 'problem', 'the last contact with the server was at {checked_at}, which is yet to come'
  age_silent = 'problem', 'no contact with the server since {checked_at}'
  age_failed = 'problem', 'the last poll failed: {last_error}'
  age_fresh = 'ok', 'last contact with the server: {checked_at}'
  openssl_missing = 'problem', 'there is no openssl on this machine'
  keys_missing = 'problem', 'no key of {organisation} is in {keys}'
  keys_younger = 'problem', 'the pins were applied before the keys were pinned'
  keys_not_listed = 'skipped', '{server} names no keys to check them by'
  keys_not_pinned = 'problem', 'not checked: no keys pinned'
  signed = 'ok', 'required of {organisation}, last good one by {signer}; trusted:{trusted}'
  server_unknown = 'skipped', 'not asked without a right configuration'
  server_offline = 'skipped', '--offline: not asked'
  token_unreadable = 'skipped', '{server} can be reached, but this user may not read the token'
  token_not_got = 'problem', 'could not get a token from {token_from}'
  token_refused = 'problem', '{server}: {reason}'
  server_failed = 'problem', '{server}: {reason}'
  server_answers = 'ok', '{server} answers'
  cli_missing = 'skipped', 'no Claude Code was found'
  cli_old = 'problem', '{cli}, and the pins need {minimum}'
  cli_offline = 'skipped', '{cli}; --offline: what the pins need is not known'
  cli_not_judged = 'skipped', '{cli}; what the pins need is not known'
  cli_gated = 'problem', '{cli} is older than a pin needs'
  cli_runs = 'ok', '{cli} runs every pin'
  asked_by_root = 'skipped', 'Claude Code is not asked as {superuser}; run: {ordinary}'
  asked_without_pins = 'skipped', 'there are no pins to compare with'
  client_missing = 'skipped', 'there is no Claude Code on the PATH'
  client_unversioned = 'skipped', 'claude --version names no version, or is slow'
  client_old = 'skipped', 'Claude Code {cli} was never asked, {asked_from} can be; run: claude update'
  folder_unreadable = 'skipped', 'could not read {settings_file}, so Claude Code is not asked here'
  folder_missing = 'skipped', 'could not make a folder for temporary files'
  client_silent = 'skipped', '{question}: Claude Code did not answer within 10 seconds'
  client_agrees = 'ok', '{cli} would call the pins: {questions}'
  led_by_settings = 'problem', '{question}: {answer}; because of: {files}'
  led_by_shell = 'problem', '{question}: {answer}; because of: variables of this shell: {names}'
  led_by_no_variable = 'problem', '{question}: {answer}; because of: variables of this shell, of which none is known to name an address'
  led_by_missing_pins = 'problem', '{question}: {answer}; because of: this shell has not read the pins'
  led_by_managed = 'problem', '{question}: {answer}; because of: {files}'
  led_by_pins = 'problem', '{question}: {answer}; because of: the pins, or this Claude Code, {cli}'
  led_somehow = 'problem', '{question}: {answer}; because of: a source that there was no time to find'
  editor_unreadable = 'skipped', 'could not read {file}'
  editor_not_asked = 'skipped', '{file} sets {names}; Claude Code was not asked what follows'
  editor_idle = 'skipped', '{file} sets {names}; Claude Code was not asked with them, since they name no address and may do something else'
  editor_silent = 'skipped', '{file} sets {names}; Claude Code did not answer in time'
  editor_agrees = 'ok', '{file} sets {names}; Claude Code calls the same with them'
  editor_led = 'problem', '{file} sets {names}; {question}: {answer}'
  gateway_missing = 'problem', 'CLAUDE_CODE_SKIP_VERTEX_AUTH is set, and ANTHROPIC_VERTEX_BASE_URL is not'
  gateway_has_credentials = 'ok', 'Claude Code sends none: they are up to the gateway {base_url}'
  credentials_unknown = 'skipped', 'Claude Code did not say which credentials it uses'
  credentials_foreign = 'skipped', 'the settings of this folder name {foreign}, which was not tried'
  credentials_unreadable = 'problem', 'could not read {credentials_file}'
  credentials_offline = 'skipped', '--offline: {credentials_file} was not tried'
  gcloud_missing = 'skipped', 'there is no gcloud here to try {credentials_file} with'
  gcloud_unreadable = 'skipped', 'no access token, for a reason that is not known here'
  gcloud_silent = 'skipped', 'gcloud did not answer within 10 seconds'
  gcloud_network = 'problem', 'gcloud could not reach Google'
  credentials_accepted = 'ok', 'Google accepted the application default credentials'
  model_unreadable = 'skipped', 'could not read the pin'
  quota_project_unreadable = 'problem', 'calls are charged to {quota_project}, which is no id of a project'
  model_offline = 'skipped', '--offline: not asked'
  address_not_trusted = 'skipped', 'not asked: {address} is neither by TLS nor within this machine'
  token_missing = 'skipped', 'not asked: there is no access token'
  model_silent = 'skipped', '{host} did not answer within {timeout} seconds'
  model_cut_off = 'problem', 'could not reach {host}'
  enabled = 'ok', 'answers'
  candidate = 'skipped', 'servable, but it did not answer{said}'
  not_enabled = 'problem', 'project {project} has not enabled it'
  not_found = 'problem', '404, not found'
  not_served = 'problem', 'not served there'
  needs_data_sharing = 'problem', 'needs data sharing'
  blocked_by_policy = 'problem', 'forbidden by an organisation policy'
  blocked_by_other_policy = 'problem', 'forbidden by an organisation policy, perhaps one that is not about models'
  no_quota = 'problem', '429, the quota is 0 or used up'
  busy = 'skipped', '429, Vertex is busy; try again later{said}'
  unavailable = 'skipped', 'no verdict{said}'
  network = 'skipped', 'could not reach Google{said}'
  no_credentials = 'problem', 'no application default credentials'
  unauthenticated = 'problem', 'the credentials are refused'
  scopes_missing = 'problem', 'the credentials lack the scope cloud-platform'
  permission_denied = 'problem', 'no permission aiplatform.endpoints.predict'
  impersonation_denied = 'problem', 'no permission to act as the service account'
  quota_project_missing = 'problem', 'the credentials have no quota project'
  other_quota_project = 'problem', 'calls are charged to another project, {consumer}'
  quota_project_denied = 'problem', 'no permission to charge calls to project {consumer}'
  project_suspended = 'problem', 'project {consumer} is suspended'
  project_invalid = 'problem', 'there is no project {consumer}'
  pinned_project_invalid = 'problem', 'there is no project {project}'
  org_restriction = 'problem', 'refused by an organisation restriction of the network'
  perimeter = 'problem', 'refused by a service perimeter (VPC Service Controls), id {denial}'
  location_denied = 'problem', 'location {location} does not exist, or is not allowed'
  api_disabled = 'problem', 'the Vertex AI API is disabled'
  impersonation_api_disabled = 'problem', 'the IAM Service Account Credentials API is disabled'
  billing_disabled = 'problem', 'project {consumer} has no billing'
  wrong_address = 'problem', 'the address is not one of Vertex: it returned a web page, or has no such API'
  unknown = 'skipped', 'no verdict{said}'
}

# By finding and kind of credentials: the meaning and the command.
$saidAdvice = @{
  'config_missing:*' = 'The agent fetches nothing without a configuration.',
  '{install}'
  'config_wrong:*' = 'The agent fetches nothing with this configuration.',
  '{edit}'
  'pins_missing:*' = 'Claude Code runs without pins. Last error: {last_error}',
  '{agent} login'
  'pins_forbidden:*' = 'Claude Code runs as this user, so it has no pins, or does not start.',
  '{agent} login'
  'pins_unreadable:*' = 'Somebody altered the file. Since 2.1.259 Claude Code does not start when it cannot read a managed file.',
  '{agent} login'
  'pins_altered:*' = 'The settings in force differ from the settings that the server sent.',
  '{agent} login'
  'age_expired:*' = 'The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: {last_error}',
  '{agent} login'
  'age_ahead:*' = 'The clock of this machine was fast then, or is slow now, so nobody knows how old the pins are.',
  '{agent} login'
  'age_silent:*' = 'The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: {last_error}',
  '{agent} login'
  'age_failed:*' = 'The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: {last_error}',
  '{agent} login'
  'openssl_missing:*' = 'Without openssl the agent accepts no answer, so the pins become stale.',
  'sudo {installer} install openssl'
  'keys_missing:*' = 'Without a key the agent can verify no answer, so it accepts none.',
  '{install} --organisation {organisation} --trust-on-first-use'
  'keys_younger:*' = 'The signature of these pins was never verified.',
  '{agent} login'
  'keys_not_pinned:*' = 'Anybody who can impersonate the server can set the pins of this machine.',
  '{install} --trust-on-first-use'
  'token_not_got:*' = 'New pins do not reach this machine. The pins that are applied stay in force.',
  '{renew_token}'
  'token_refused:*' = 'New pins do not reach this machine. The pins that are applied stay in force. Give the agent a new token.',
  '{renew_token}'
  'server_failed:*' = 'New pins do not reach this machine. The pins that are applied stay in force.',
  '{agent} login'
  'cli_old:*' = 'This Claude Code is too old for {delivery}.',
  'claude update'
  'cli_gated:*' = '{reason}',
  'claude update'
  'led_by_settings:*' = 'This overrides the pins. Remove the setting from that file.',
  '{edit}'
  'led_by_shell:*' = 'This overrides the pins. {profiles}',
  '{unset}'
  'led_by_no_variable:*' = 'Look for one that concerns Claude Code.',
  'env'
  'led_by_missing_pins:*' = 'Claude Code runs without pins here.',
  '{unset}'
  'led_by_managed:*' = 'This outranks the pins or keeps Claude Code from starting. Its administrator has to change it.',
  '{edit}'
  'led_by_pins:*' = 'No source of settings beside the pins explains it. A newer Claude Code may know their models.',
  'claude update'
  'led_somehow:*' = 'Ask again while this machine is less busy.',
  '{users_agent} doctor'
  'editor_led:*' = 'This overrides the pins in the editor. Remove it from claudeCode.environmentVariables.',
  '{edit}'
  'gateway_missing:*' = 'Claude Code calls Google without credentials.',
  '{agent} login'
  'credentials_unreadable:*' = 'GOOGLE_APPLICATION_CREDENTIALS names this file, so Claude Code tries no other credentials.',
  '{look}'
  'gcloud_network:*' = 'The network or the proxy blocks gcloud.',
  'gcloud info --run-diagnostics'
  'quota_project_unreadable:*' = 'The credentials, or GOOGLE_CLOUD_QUOTA_PROJECT, name it.',
  'gcloud auth application-default set-quota-project {project}'
  'model_cut_off:*' = 'The network or the proxy blocks that host: {reason}',
  'curl.exe --head {address}'
  'not_enabled:*' = 'Somebody has to accept the terms of the model in Model Garden.',
  '{open_command} ''https://console.cloud.google.com/vertex-ai/publishers/anthropic/model-garden/{base_model}?project={project}'''
  'not_found:*' = 'Project {project} has not enabled the model, or the location does not serve it. Enable it, or change the pin.',
  '{open_command} ''https://console.cloud.google.com/vertex-ai/publishers/anthropic/model-garden/{base_model}?project={project}'''
  'not_served:*' = 'The administrator of Pinward has to pin another location or model; see /v1/availability. Then fetch the pins.',
  '{agent} login'
  'needs_data_sharing:*' = 'Somebody has to agree to data sharing for this model, or an administrator has to change the pin.',
  '{open_command} ''https://console.cloud.google.com/vertex-ai/publishers/anthropic/model-garden/{base_model}?project={project}'''
  'blocked_by_policy:*' = 'An administrator has to allow the model there.',
  'gcloud org-policies describe vertexai.allowedModels --effective --project {project}'
  'blocked_by_other_policy:*' = 'An administrator has to find the policy, and allow Vertex AI in {location} for project {project}.',
  'gcloud org-policies list --project {project}'
  'no_quota:*' = 'Project {project} needs more quota in {location}.',
  '{open_command} ''https://console.cloud.google.com/iam-admin/quotas?project={project}'''
  'no_credentials:*' = 'Claude Code calls Vertex AI with them, and there are none.',
  '{before_login}gcloud auth application-default login{after_login}'
  'unauthenticated:person' = 'Claude Code cannot call Vertex AI until you log in again.',
  '{before_login}gcloud auth application-default login{after_login}'
  'unauthenticated:key' = 'The key of the service account was deleted or disabled, or has expired. Somebody has to make a new one.',
  'gcloud iam service-accounts keys list --iam-account {account}'
  'unauthenticated:impersonation' = 'Log in again. If that is refused, an administrator has to grant you roles/iam.serviceAccountTokenCreator on {account}.',
  '{before_login}gcloud auth application-default login --impersonate-service-account {account}{after_login}'
  'unauthenticated:federation' = 'The identity provider''s token is missing, or Google refused it. An administrator has to compare its issuer, audience and attributes with the provider.',
  'gcloud iam workload-identity-pools providers describe {provider}'
  'unauthenticated:workforce' = 'The session with your organisation''s identity provider is over. Log in with its configuration file.',
  '{before_login}gcloud auth application-default login --login-config FILE{after_login}'
  'unauthenticated:metadata' = 'The service account that is attached to the machine got no token. It may be disabled or deleted.',
  'gcloud iam service-accounts describe {account}'
  'unauthenticated:gateway' = 'The gateway calls Google with its own credentials. Its administrator has to mend them.',
  'curl.exe --head {address}'
  'scopes_missing:person' = 'The token of these credentials lacks the scope cloud-platform. Get one that has it.',
  '{before_login}gcloud auth application-default login --scopes https://www.googleapis.com/auth/cloud-platform{after_login}'
  'scopes_missing:workforce' = 'The token of these credentials lacks the scope cloud-platform. Get one that has it.',
  '{before_login}gcloud auth application-default login --scopes https://www.googleapis.com/auth/cloud-platform{after_login}'
  'scopes_missing:impersonation' = 'The token of these credentials lacks the scope cloud-platform. Get one that has it.',
  '{before_login}gcloud auth application-default login --scopes https://www.googleapis.com/auth/cloud-platform --impersonate-service-account {account}{after_login}'
  'scopes_missing:key' = 'The token of these credentials lacks the scope cloud-platform. Get one that has it.',
  'gcloud auth application-default print-access-token --scopes https://www.googleapis.com/auth/cloud-platform'
  'scopes_missing:federation' = 'The token of these credentials lacks the scope cloud-platform. Get one that has it.',
  'gcloud auth application-default print-access-token --scopes https://www.googleapis.com/auth/cloud-platform'
  'scopes_missing:metadata' = 'The access scopes of this VM or workstation lack cloud-platform. Stop it, set them, start it again.',
  'gcloud compute instances set-service-account NAME --service-account {account} --scopes https://www.googleapis.com/auth/cloud-platform'
  'scopes_missing:gateway' = 'The gateway calls Google with its own credentials. Its administrator has to mend them.',
  'curl.exe --head {address}'
  'permission_denied:*' = 'An administrator has to grant this permission on project {project}.',
  'gcloud projects add-iam-policy-binding {project} --member {member} --role roles/aiplatform.user'
  'impersonation_denied:*' = 'An administrator has to grant this on the service account whose credentials are asked for.',
  'gcloud iam service-accounts add-iam-policy-binding ACCOUNT --member {member} --role roles/iam.serviceAccountTokenCreator'
  'quota_project_missing:person' = 'These credentials name no project to charge calls to.',
  'gcloud auth application-default set-quota-project {project}'
  'quota_project_missing:workforce' = 'These credentials name no project to charge calls to.',
  'gcloud auth application-default set-quota-project {project}'
  'quota_project_missing:impersonation' = 'These credentials name no project to charge calls to.',
  '$env:GOOGLE_CLOUD_QUOTA_PROJECT = ''{project}'''
  'quota_project_missing:key' = 'These credentials name no project to charge calls to.',
  '$env:GOOGLE_CLOUD_QUOTA_PROJECT = ''{project}'''
  'quota_project_missing:federation' = 'These credentials name no project to charge calls to.',
  '$env:GOOGLE_CLOUD_QUOTA_PROJECT = ''{project}'''
  'quota_project_missing:metadata' = 'These credentials name no project to charge calls to.',
  '$env:GOOGLE_CLOUD_QUOTA_PROJECT = ''{project}'''
  'quota_project_missing:gateway' = 'The gateway calls Google with its own credentials. Its administrator has to mend them.',
  'curl.exe --head {address}'
  'other_quota_project:person' = 'That project lacks the Vertex AI API or billing, or it is suspended or gone.',
  'gcloud auth application-default set-quota-project {project}'
  'other_quota_project:workforce' = 'That project lacks the Vertex AI API or billing, or it is suspended or gone.',
  'gcloud auth application-default set-quota-project {project}'
  'other_quota_project:impersonation' = 'That project lacks the Vertex AI API or billing, or it is suspended or gone.',
  '$env:GOOGLE_CLOUD_QUOTA_PROJECT = ''{project}'''
  'other_quota_project:key' = 'That project lacks the Vertex AI API or billing, or it is suspended or gone.',
  '$env:GOOGLE_CLOUD_QUOTA_PROJECT = ''{project}'''
  'other_quota_project:federation' = 'That project lacks the Vertex AI API or billing, or it is suspended or gone.',
  '$env:GOOGLE_CLOUD_QUOTA_PROJECT = ''{project}'''
  'other_quota_project:metadata' = 'That project lacks the Vertex AI API or billing, or it is suspended or gone.',
  '$env:GOOGLE_CLOUD_QUOTA_PROJECT = ''{project}'''
  'other_quota_project:gateway' = 'The gateway calls Google with its own credentials. Its administrator has to mend them.',
  'curl.exe --head {address}'
  'quota_project_denied:*' = 'An administrator has to grant serviceusage.services.use on that project.',
  'gcloud projects add-iam-policy-binding {consumer} --member {member} --role roles/serviceusage.serviceUsageConsumer'
  'project_suspended:*' = 'Google suspended it. Its owner has to appeal, or the administrator of Pinward has to name another project.',
  'gcloud projects describe {consumer}'
  'project_invalid:*' = 'It was deleted, or its name is wrong. The administrator of Pinward has to name another project.',
  'gcloud projects describe {consumer}'
  'pinned_project_invalid:*' = 'It was deleted, or its name is wrong. The administrator of Pinward has to name another project.',
  'gcloud projects describe {project}'
  'org_restriction:*' = 'A proxy allows calls to some organisations only (X-Goog-Allowed-Resources), and the project''s is none of them.',
  'gcloud projects get-ancestors {project}'
  'perimeter:*' = 'An administrator has to let this caller or network through the perimeter. The log of denials has the id.',
  'gcloud logging read protoPayload.metadata.@type:VpcServiceControlAuditMetadata --project {project} --freshness 1d'
  'location_denied:*' = 'The administrator of Pinward has to pin another location, or one of Google Cloud has to allow this one.',
  'gcloud org-policies describe gcp.resourceLocations --effective --project {project}'
  'api_disabled:*' = 'Project {project} needs this API.',
  'gcloud services enable aiplatform.googleapis.com --project {project}'
  'impersonation_api_disabled:*' = 'Who acts as a service account needs this API, in the project that the answer names.',
  'gcloud services enable iamcredentials.googleapis.com --project {consumer}'
  'billing_disabled:*' = 'Vertex AI requires billing.',
  'gcloud billing projects link {consumer} --billing-account ACCOUNT'
  'wrong_address:*' = 'The location of the pin or the base URL is wrong, or a proxy answered in place of Google.',
  'curl.exe --head {address}'
}

$questionSettings = @{
  disableAllHooks = $true
  includeGitInstructions = $false
  apiKeyHelper = ''
  awsAuthRefresh = ''
  awsCredentialExport = ''
  gcpAuthRefresh = ''
  otelHeadersHelper = ''
  proxyAuthHelper = ''
}
# NAME=VALUE, for a table would take no_proxy for NO_PROXY.
$questionVariables = @(
  'LD_PRELOAD='
  'DYLD_INSERT_LIBRARIES='
  'BASH_ENV='
  'ENV='
  'NODE_OPTIONS='
  'BUN_OPTIONS='
  'CLAUDE_CODE_SHELL_PREFIX='
  'CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS=1'
  'GIT_CONFIG_COUNT=2'
  'GIT_CONFIG_KEY_0=core.fsmonitor'
  'GIT_CONFIG_VALUE_0=false'
  'GIT_CONFIG_KEY_1=log.showSignature'
  'GIT_CONFIG_VALUE_1=false'
  'CLAUDE_CODE_PLUGIN_CACHE_DIR=/dev/null/none'
  'CLAUDE_CODE_MAX_RETRIES=0'
  'ANTHROPIC_LOG=debug'
  'CLAUDE_CODE_EXTRA_BODY={"messages":[],"max_tokens":0}'
  'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1'
  'CLAUDE_CODE_ENABLE_TELEMETRY='
  'DISABLE_AUTOUPDATER=1'
  'ANTHROPIC_API_KEY='
  'ANTHROPIC_AUTH_TOKEN='
  'ANTHROPIC_CUSTOM_HEADERS='
  'NO_PROXY='
  'no_proxy='
  'HTTPS_PROXY=http://127.0.0.1:9'
  'HTTP_PROXY=http://127.0.0.1:9'
  'https_proxy=http://127.0.0.1:9'
  'http_proxy=http://127.0.0.1:9'
  'CLAUDE_CODE_SKIP_VERTEX_AUTH=1'
  'CLAUDE_CODE_SKIP_BEDROCK_AUTH=1'
  'CLAUDE_CODE_SKIP_FOUNDRY_AUTH=1'
  'CLAUDE_CODE_SKIP_MANTLE_AUTH=1'
  'CLAUDE_CODE_SKIP_ANTHROPIC_AWS_AUTH=1'
  'CLAUDE_CODE_SKIP_ANTHROPIC_GOOGLE_CLOUD_AUTH=1'
)
$folderVariables = 'CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_TMPDIR', 'TMPDIR', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME'
$credentialVariables = 'GOOGLE_APPLICATION_CREDENTIALS', 'CLOUDSDK_CONFIG', 'GOOGLE_CLOUD_QUOTA_PROJECT', 'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES'

$code = 0
$verb = $root = $config = $wanted = $tokenFrom = $trouble = $organisation = $cli = $revision = $proxy = $unproxied = $heldNow = $cliFound = ''
$keyFiles = @()
$trustsFirst = $false
$stays = $false
$updates = $false
$token = $serverAnswer = $null
$isOffline = $asJson = $configGiven = $false
$clientFolder = $claude = $accessToken = $quotaProject = $gcloudError = $credentialKind = ''
$askUntil = 0
$models = $questions = $findings = $advised = $emptied = @()
$pins = @{}
$knownFacts = @{}
$clientAnswers = @{}
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
