// A developer on a machine of the fleet: an account without rights, with a home and a repository, who runs pinward doctor
// there. The real Claude Code is on the PATH.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fetchClaude, inMachine, type Machine, type Ran, type Version } from './client.ts';

export interface Finding {
  readonly verdict: 'ok' | 'problem' | 'skipped';
  readonly check: string;
  readonly text: string;
  readonly fix?: string;
}

export interface Developer {
  readonly home: string;
  readonly repository: string;
}

/** The oldest that the doctor asks, and the newest two. */
export const askedVersions: readonly Version[] = ['2.1.137', '2.1.331', '2.1.332'];

const account = '1500';

export function newDeveloper(): Developer {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-developer-'));
  const developer = { home: join(folder, 'home'), repository: join(folder, 'repository') };
  for (const path of [developer.home, developer.repository]) mkdirSync(path, { recursive: true });
  const adc = join(developer.home, '.config/gcloud/application_default_credentials.json');
  place(adc, '{"type": "authorized_user", "refresh_token": "x"}\n');
  execFileSync('chown', ['-R', account, folder]);
  return developer;
}

export function place(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
}

/** Runs the doctor as the developer, in the repository; again while this machine is too busy for Claude Code to answer. */
export async function examine(
  machine: Machine,
  developer: Developer,
  version: Version,
  env: Readonly<Record<string, string>> = {},
  agent = 'pinward',
): Promise<Ran & { readonly findings: readonly Finding[] }> {
  for (let tries = 1; ; tries++) {
    const ran = await runAsDeveloper(machine, developer, version, `${agent} doctor --offline --json`, env);
    if (tries < 10 && /did not answer within|no time to find/.test(ran.output)) continue;
    const answer = JSON.parse(ran.output) as { findings: readonly Finding[] }; // the form that --json has
    return { ...ran, findings: answer.findings };
  }
}

/** Runs a command line of sh as the developer, in the repository, with `claude` on the PATH. */
export function runAsDeveloper(
  machine: Machine,
  { home, repository }: Developer,
  version: Version,
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  execFileSync('chown', ['-R', account, dirname(home)]);
  const script = [
    `cd ${repository}`,
    `: >/usr/local/bin/claude && mount --bind ${realpathSync(fetchClaude(version))} /usr/local/bin/claude`,
    `exec setpriv --reuid ${account} --regid ${account} --clear-groups ${command} </dev/null`,
  ];
  const own = { PATH: process.env['PATH'] ?? '', HOME: home, TMPDIR: dirname(home) };
  return inMachine(machine, script.join(' && '), { ...own, ...env });
}
