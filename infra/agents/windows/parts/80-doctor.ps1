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
