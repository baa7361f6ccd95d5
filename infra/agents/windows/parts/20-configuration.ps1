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
