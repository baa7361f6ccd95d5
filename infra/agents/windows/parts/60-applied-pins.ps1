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
