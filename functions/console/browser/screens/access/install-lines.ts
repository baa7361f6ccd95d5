// The lines that install the agent, as infra/agents/README.md has them, with the address of this service.

export interface InstallLines {
  readonly system: string;
  readonly lines: string;
}

/** `organisation` is null when answers are not signed. */
export function installLines(server: string, organisation: string | null): readonly InstallLines[] {
  const trust = organisation === null ? '' : ` --organisation ${organisation} --trust-on-first-use`;
  return [
    { system: 'Linux', lines: `sudo sh install.sh --server ${server}${trust} --token-file token` },
    { system: 'macOS', lines: `sudo sh install.sh --server ${server}${trust} --token-file token` },
    {
      system: 'Windows',
      lines: `powershell.exe -NoProfile -ExecutionPolicy Bypass -File .\\pinward.ps1 install --server ${server}${trust} --token-file .\\token`,
    },
    { system: 'one user, without root', lines: `sh pinward.sh install --server ${server}${trust} --token-file token` },
  ];
}
