// Builds what the service hands out, from infra/agents/. `npm run build` puts it into api.zip, and `npm start` makes it with the first
// request.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentFiles } from './agent-files.ts';

/** From the project in the folder `root`. */
export function buildAgents(root: string): AgentFiles {
  const folder = join(root, 'infra/agents');
  // One script of all the files that an installation needs. It takes the options of the installation.
  const posix = execFileSync('sh', [join(folder, 'posix/install.sh'), '--bundle'], { encoding: 'utf8' });
  return {
    posix: fileOf(posix, readFileSync(join(folder, 'posix/bootstrap.sh'), 'utf8')),
    windows: fileOf(
      readFileSync(join(folder, 'windows/pinward.ps1'), 'utf8'),
      readFileSync(join(folder, 'windows/bootstrap.ps1'), 'utf8'),
    ),
  };
}

function fileOf(agent: string, script: string): AgentFiles[keyof AgentFiles] {
  return { agent, sha256: createHash('sha256').update(agent).digest('hex'), script };
}
