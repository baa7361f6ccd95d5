/**
 * A healthy machine for the doctor: applied pins, a Pinward server, a Vertex endpoint, a gcloud and application default
 * credentials. Each test then breaks one part.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderHelper, renderJson, renderSettings } from '../../../functions/api/polls/render/json.ts';
import { renderSh } from '../../../functions/api/polls/render/sh.ts';
import type { Resolution } from '../../../shared/domain/serving/resolution.ts';
import { resolve } from '../../../shared/domain/serving/resolve.ts';
import { catalogue, day, policy, ring } from '../../support/world.ts';
import { fragment, type Machine, newMachine, pathOf, type Run, type RunOptions, write } from './machine.ts';
import { type FaultyServer, sha256, startServer } from './server.ts';
import { startVertexEndpoint, type VertexEndpoint } from './vertex-endpoint.ts';

export type Delivery = 'fragment' | 'helper' | 'shell';

export interface Examination extends Run {
  /** The line of each check, as `verdict text`. Several lines of one check are joined by a line break. */
  readonly checks: Readonly<Record<string, string>>;
  /** The commands that fix the problems. */
  readonly commands: readonly string[];
}

export interface Patient extends AsyncDisposable {
  readonly machine: Machine;
  readonly server: FaultyServer;
  readonly vertex: VertexEndpoint;
  /** The environment of the developer's shell. */
  readonly env: Readonly<Record<string, string>>;
  examine(options?: RunOptions & { readonly args?: readonly string[] }): Promise<Examination>;
  /** Replaces facts in the agent's state. */
  note(facts: Readonly<Record<string, string>>): void;
}

const standIn = readFileSync(join(import.meta.dirname, 'claude-stand-in.sh'), 'utf8');

export const accessToken = 'ya29.a0Very-secret_access.token~1';
export const adc = 'home/.config/gcloud/application_default_credentials.json';
export const userSettings = 'home/.claude/settings.json';
export const signer = '0123456789abcdef';

const formats = {
  fragment: ['settings.json', renderSettings],
  helper: ['helper.json', renderHelper],
  shell: ['sh', renderSh],
} as const;

/** `env`: further variables that the pins give to Claude Code. */
export async function newPatient(
  delivery: Delivery = 'fragment',
  cli = '2.1.331',
  env: Readonly<Record<string, string>> = {},
): Promise<Patient> {
  const resolution = (asked: string | null) => resolutionFor(asked, env);
  const machine = newMachine();
  const vertex = await startVertexEndpoint();
  const server = await startServer(({ url = '' }, response) => {
    const asked = new URL(url, 'http://localhost');
    if (asked.pathname === '/v1/pins.json') response.end(renderJson(resolution(asked.searchParams.get('cli'))));
    else response.end(`organisation acme.example\nkey ${signer} AAAA\n`);
  });
  const facts: Record<string, string> = {};
  const [format, render] = formats[delivery];
  const body = render(resolution(cli));
  const note = (changed: Readonly<Record<string, string>>) => {
    Object.assign(facts, changed);
    const lines = Object.entries(facts).map(([name, value]) => `${name}=${value}\n`);
    write(machine.path(`var/lib/pinward/pins.${format}.state`), lines.join(''));
  };
  machine.configure({ server: server.url, delivery, organisation: 'acme.example', state_dir: '/var/lib/pinward' });
  write(machine.path(`etc/pinward/keys/${signer}.pem`), 'a key\n');
  write(machine.path(`var/lib/pinward/pins.${format}`), body);
  if (delivery === 'fragment') write(machine.path(fragment), body);
  const checked = `${new Date().toISOString().slice(0, 19)}Z`;
  note({
    revision: '41',
    etag: sha256(body),
    checked_at: checked,
    valid_until: '2099-12-01T00:00:00Z',
    signed_by: signer,
  });
  write(machine.path(adc), '{"type": "authorized_user", "refresh_token": "x"}\n');
  write(machine.path('bin/gcloud'), gcloud, 0o755);
  write(machine.path('bin/curl'), curlTo(vertex.url), 0o755);
  write(machine.path('bin/id'), '#!/bin/sh\necho $ID\n', 0o755); // the doctor asks no client as root
  write(machine.path('bin/claude'), standIn.replaceAll('VERSION', cli), 0o755);
  const shellEnv: Record<string, string> = {
    PATH: `${machine.path('bin')}:${process.env['PATH']}`,
    HOME: '/home',
    ID: '1000',
    CLAUDE_CODE_VERSION: cli,
    ...(delivery === 'shell' ? resolution(cli).settings.env : {}),
  };
  return {
    machine,
    server,
    vertex,
    env: shellEnv,
    note,
    examine: async ({ args = [], ...options } = {}) =>
      read(await machine.run(['doctor', ...args], { ...options, env: { ...shellEnv, ...options.env } })),
    [Symbol.asyncDispose]: async () => {
      machine[Symbol.dispose]();
      await Promise.all([server[Symbol.asyncDispose](), vertex[Symbol.asyncDispose]()]);
    },
  };
}

/** Opus with 1M context in the EU, the others where the policy says; an old CLI gets an older opus. */
function resolutionFor(cli: string | null, env: Readonly<Record<string, string>>): Resolution {
  const stated = policy({
    settings: { env },
    rings: [
      ring({
        pins: {
          opus: { model: 'claude-opus-4-8', location: 'eu', context1m: true },
          sonnet: { model: 'claude-sonnet-4-6' },
          haiku: { model: 'claude-haiku-4-5@20251001' },
        },
      }),
    ],
  });
  const [everyone] = stated.rings;
  if (everyone === undefined) throw new Error('the policy has no ring');
  return resolve({
    policy: stated,
    ring: everyone,
    selector: '*',
    cli,
    catalogue,
    day,
    callableModels: null,
    reached: [],
  });
}

/** A curl that finds Google's hosts at this address. */
export function curlTo(url: string): string {
  return `#!/bin/sh
for word; do
  shift
  case $word in https://*googleapis.com/*) word='${url}'/\${word#https://*/} ;; esac
  set -- "$@" "$word"
done
exec '${pathOf('curl')}' "$@"
`;
}

/** A fake gcloud for the one call of the doctor. Variables of the environment set its output and exit code. */
const gcloud = `#!/bin/sh
[ "$*" = 'auth application-default print-access-token' ] || { echo "unexpected: $*" >&2; exit 2; }
[ -z "\${GCLOUD_HANGS-}" ] || { echo called >>"$0.calls"; exec sleep 60; }
[ -z "\${GCLOUD_SAYS-}" ] || { printf 'ERROR: (gcloud.auth.application-default.print-access-token) %s\\n' "$GCLOUD_SAYS" >&2; exit 1; }
echo 'WARNING: a new version is available' >&2
echo '${accessToken}'
`;

function read(run: Run): Examination {
  const checks: Record<string, string> = {};
  for (const [, state, check = '', text] of run.out.matchAll(/^(ok|problem|skipped) +(\w+) +(.*)$/gm)) {
    const before = checks[check];
    checks[check] = `${before === undefined ? '' : `${before}\n`}${state} ${text}`;
  }
  return { ...run, checks, commands: [...run.out.matchAll(/^ {2}(\S.*)$/gm)].map(([, command = '']) => command) };
}
