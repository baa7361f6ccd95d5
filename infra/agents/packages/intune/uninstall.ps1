# Removes the agent, its configuration, token and pins: the uninstall command of an Intune app (Win32).
& (Join-Path $PSScriptRoot 'pinward.ps1') @args uninstall
exit $LASTEXITCODE
