# Installs the agent: the install command of an Intune app (Win32). Before you make the app of this folder, name your
# server here, put the machine token into a file `token` beside this one, and add what else `pinward.ps1 help` offers.
$server = 'https://pinward.example.com'

& (Join-Path $PSScriptRoot 'pinward.ps1') @args install --server $server --token-file (Join-Path $PSScriptRoot 'token')
exit $LASTEXITCODE
