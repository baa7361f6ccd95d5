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
