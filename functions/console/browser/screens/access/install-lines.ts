// The lines that install the agent, as infra/agents/README.md has them, with the address of this service and the hashes of its agents.

import type { Replies } from '../../client/replies.ts';

export interface InstallLines {
  readonly system: string;
  readonly lines: string;
}

/** None when the service hands out no agents. */
export function installLines({ server, files }: Replies['/v1/agents']): readonly InstallLines[] {
  if (server === null) return [];
  return files.map(({ system, sha256 }) =>
    system === 'posix'
      ? {
          system: 'Linux and macOS',
          lines: `curl -fsS ${server}/install.sh | sudo sh -s -- --token-stdin --sha256 ${sha256}`,
        }
      : {
          system: 'Windows',
          lines: `& ([scriptblock]::Create((irm ${server}/install.ps1))) --sha256 ${sha256}`,
        },
  );
}
