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
