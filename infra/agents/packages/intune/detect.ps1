# Tells Intune whether this very agent is installed: it is if something is printed. `npm run release` fills in the hash.
$sha256 = '@SHA256@'
$programs = @($env:ProgramW6432, $env:ProgramFiles | Where-Object { $_ })[0]
$agent = Join-Path (Join-Path $programs 'Pinward') 'pinward.ps1'
if ((Test-Path -LiteralPath $agent) -and (Get-FileHash -LiteralPath $agent -Algorithm SHA256).Hash -eq $sha256) {
  "$agent is the one of this release"
}
