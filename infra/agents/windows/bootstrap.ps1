# Installs the agent of a Pinward service, which hands this script out with its address and keys filled in. Nothing in it is secret.
# In an elevated PowerShell:
#
#   irm @server@/install.ps1 | iex
#   & ([scriptblock]::Create((irm @server@/install.ps1))) OPTIONS
#
# Downloads the agent from the same service, and runs it if its SHA-256 is the one below. For all options: --help
#
# PowerShell runs nothing before it has read the last brace, so a download that was cut off does nothing. It ends by no exit,
# which would close the window.
if ($true) {
  & {
    $ErrorActionPreference = 'Stop'
    $server = '@server@'
    $agentVersion = '@version@'
    $agentHash = '@sha256@'
    $organisation = '@organisation@'
    # Each public key that signs the answers: its id, and its DER in base64.
    $publicKeys = '@keys@'

    $usage = @"
Installs agent $agentVersion of $server, which polls it every few minutes. In an elevated PowerShell:

  irm $server/install.ps1 | iex
  & ([scriptblock]::Create((irm $server/install.ps1))) OPTIONS

  --token-stdin      read the token of this machine from standard input; ask for it where that is the keyboard. So do no options
  --token-file FILE  read it from this file
  --sha256 HASH      install only an agent with this SHA-256; compare with the release or Terraform's output
  --update           replace the agent alone; configuration, token and keys stay

and the options of pinward install, such as --delivery, --machine and --proxy. --organisation with --key, or
--trust-on-first-use, replace the keys of this script. To remove the agent: & "`$env:ProgramFiles\Pinward\pinward.cmd" uninstall
"@

    function Install-Pinward([string[]]$words) {
      if ($words -ccontains '--help') { return $usage }
      $expected = Get-Value $words '--sha256' $agentHash
      if ($expected -ne $agentHash) {
        throw "the agent of this service has the SHA-256 $agentHash, not $expected; nothing was installed"
      }
      $options = @(Get-Options $words)
      $isAsked = -not ($options -match '^--(token-file|token-command|update)$')
      $token = ''
      if ($isAsked) { $token = Read-Token }
      $folder = New-OwnFolder
      try {
        $file = Join-Path $folder 'pinward.ps1'
        Receive-Agent $file (Get-Value $words '--proxy' '')
        if ($options -cnotcontains '--update') { $options = @(Get-Defaults $folder $options) + $options }
        Start-Agent $file $options $token $isAsked
      } finally { Remove-Item -LiteralPath $folder -Recurse -Force }
    }

    function Get-Value([string[]]$words, [string]$name, [string]$otherwise) {
      $at = [Array]::IndexOf($words, $name)
      if ($at -lt 0) { return $otherwise }
      if ($at + 1 -ge $words.Length) { throw "$name needs a value" }
      $words[$at + 1]
    }

    # The words for the agent. What this script does itself is left out; on --update that is the proxy, too.
    function Get-Options([string[]]$words) {
      $own = @('--sha256') + @(if ($words -ccontains '--update') { '--proxy', '--no-proxy' })
      for ($at = 0; $at -lt $words.Length; $at++) {
        if ($own -ccontains $words[$at]) { $at++ }
        elseif ($words[$at] -cne '--token-stdin') { $words[$at] }
      }
    }

    # Address and keys of this service.
    function Get-Defaults([string]$folder, [string[]]$options) {
      '--server', $server
      if (-not $organisation -or ($options -match '^--(organisation|key|trust-on-first-use)$')) { return }
      '--organisation', $organisation
      foreach ($line in ($publicKeys -split "`n")) {
        $id, $base64 = $line.Trim() -split ' '
        $file = Join-Path $folder "$id.key"
        [IO.File]::WriteAllText($file, $base64)
        '--key', $file
      }
    }

    function Read-Token {
      if ([Console]::IsInputRedirected) { $token = [Console]::In.ReadToEnd().Trim() } else {
        $secure = Read-Host -AsSecureString 'Token for this machine (not shown)'
        $token = (New-Object Net.NetworkCredential '', $secure).Password.Trim()
      }
      if (-not $token) { throw 'the token is empty; nothing was installed' }
      $token
    }

    # Only administrators may write in Program Files. In the temporary folder other programs of this user could exchange the agent.
    function New-OwnFolder {
      $onWindows = [Environment]::OSVersion.Platform -eq 'Win32NT'
      $parent = if ($onWindows) { @($env:ProgramW6432, $env:ProgramFiles | Where-Object { $_ })[0] } else { [IO.Path]::GetTempPath() }
      $folder = Join-Path $parent "Pinward-$([IO.Path]::GetRandomFileName())"
      $null = [IO.Directory]::CreateDirectory($folder)
      $folder
    }

    function Receive-Agent([string]$file, [string]$proxy) {
      $protocols = [Net.ServicePointManager]::SecurityProtocol # 0 on newer .NET: the system's default
      if ([int]$protocols -ne 0) {
        [Net.ServicePointManager]::SecurityProtocol = $protocols -bor [Net.SecurityProtocolType]::Tls12
      }
      $client = New-Object Net.WebClient
      if ($proxy) { $client.Proxy = New-Object Net.WebProxy $proxy, $true }
      try { $bytes = $client.DownloadData("$server/agents/$agentHash.ps1") } finally { $client.Dispose() }
      $found = [BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($bytes)).Replace('-', '')
      if ($found -ne $agentHash) { throw "the download has the SHA-256 $found, not $agentHash; nothing was installed" }
      [IO.File]::WriteAllBytes($file, $bytes)
    }

    # The token goes by standard input, so no list of processes shows it.
    function Start-Agent([string]$file, [string[]]$options, [string]$token, [bool]$isAsked) {
      $engines = 'powershell.exe', 'pwsh.exe', 'pwsh' | ForEach-Object { Join-Path $PSHOME $_ }
      $engine = @($engines | Where-Object { Test-Path -LiteralPath $_ })[0]
      $words = @('-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', $file, 'install') + $options
      if ($isAsked) { $token | & $engine @words --token-stdin } else { & $engine @words }
      if ($LASTEXITCODE -ne 0) { throw "the installation ended with the exit code $LASTEXITCODE" }
    }

    Install-Pinward $args
  } @args
}
