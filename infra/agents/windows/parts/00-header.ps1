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
