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
