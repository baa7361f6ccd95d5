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
