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
