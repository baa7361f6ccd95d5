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
