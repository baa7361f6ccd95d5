// The script that installs the agent by one line: the one that a deployment carries, with the facts of this service filled in. No fact
// comes from the request.

import type { PublicKey } from '../../../shared/domain/serving/statement.ts';

export interface InstallFacts {
  /** The service's own address, as `readServiceUrl` gives it. */
  readonly server: string;
  readonly version: string;
  /** The SHA-256 of the agent. */
  readonly sha256: string;
  /** Null when answers are not signed. */
  readonly organisation: string | null;
  readonly keys: readonly PublicKey[];
}

export function fillInstallScript(script: string, facts: InstallFacts): string {
  const { server, version, sha256, organisation, keys } = facts;
  const values: Readonly<Record<string, string>> = {
    server,
    version,
    sha256,
    organisation: organisation ?? '',
    keys: keys.map(({ id, der }) => `${id} ${der.toString('base64')}`).join('\n'),
  };
  return script.replace(/@(server|version|sha256|organisation|keys)@/g, (_, name: string) => values[name] ?? '');
}
