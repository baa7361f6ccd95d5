// Runs the real Claude Code as on a developer machine: a fixed version by npx, an empty HOME, a fake Vertex. A private mount
// namespace puts the machine's folder over /etc, /usr/local/bin and /var/lib, so no file of this system changes.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The newest version that was verified, and the oldest version that is supported. */
export const cliVersions = ['2.1.331', '2.1.197'] as const;
/** Versions that differ in what they hold, and the newest. */
export const holdingVersions = ['2.1.137', '2.1.219', '2.1.283', '2.1.331', '2.1.332'] as const;
export type CliVersion = (typeof cliVersions)[number] | (typeof holdingVersions)[number];

/** A version of Claude Code that npm has, such as 2.1.331. */
export type Version = `2.1.${number}`;

export interface Machine {
  /** The value of the agent's --root. */
  readonly root: string;
}

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

const laidOver = ['etc', 'usr/local/bin', 'var/lib'];
const agent = join(import.meta.dirname, '../../../infra/agents/posix/pinward.sh');
const binaries = new Map<Version, string>();

/** False if this machine can run the real client, else the reason. */
export function whyNoClient(): false | string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mount namespaces need Linux and root';
  return false;
}

export function newMachine(): Machine {
  const root = mkdtempSync(join(tmpdir(), 'pinward-machine-'));
  for (const folder of laidOver) mkdirSync(join(root, folder), { recursive: true });
  return { root };
}

/** Runs the agent for the machine, outside of the namespace. */
export function runAgent({ root }: Machine, ...words: readonly string[]): Promise<Ran> {
  return run('sh', [agent, '--root', root, ...words], { PATH: process.env['PATH'] ?? '' });
}

export interface ClientOptions {
  readonly version: CliVersion;
  readonly vertex: string;
  /** Words before the prompt, such as `--model opus`. */
  readonly words?: readonly string[];
  /** The variables of the developer's shell. */
  readonly shell?: Readonly<Record<string, string>>;
  /** The developer's own settings of Claude Code. */
  readonly user?: object;
}

/** `claude -p ping` on the machine; ends within 60 s. */
export function runClaude(machine: Machine, options: ClientOptions): Promise<Ran> {
  const { version, vertex, words = [], shell = {}, user = {} } = options;
  const home = mkdtempSync(join(tmpdir(), 'pinward-home-'));
  mkdirSync(join(home, '.claude'));
  writeFileSync(join(home, '.claude/settings.json'), JSON.stringify(user));
  const env = {
    PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`,
    HOME: home,
    CLAUDE_CODE_USE_VERTEX: '1',
    CLAUDE_CODE_SKIP_VERTEX_AUTH: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    ANTHROPIC_VERTEX_BASE_URL: vertex,
    ...shell,
  };
  return inMachine(machine, `cd ${home} && exec "$0" -p "$@" ping </dev/null`, env, [fetchClaude(version), ...words]);
}

/** Runs a script of sh as root of the machine; `words` are its $0 and $@. */
export function inMachine(
  { root }: Machine,
  script: string,
  env: Record<string, string>,
  words: readonly string[] = [],
): Promise<Ran> {
  const overlays = laidOver.map((folder) => {
    const work = join(root, '.overlay', folder);
    return `mkdir -p ${work} && mount -t overlay overlay -o lowerdir=/${folder},upperdir=${root}/${folder},workdir=${work} /${folder}`;
  });
  return run('unshare', ['-m', 'sh', '-c', [...overlays, script].join(' && '), ...words], env);
}

/** The path of this version's program in npx's cache. The first call downloads the program. */
export function fetchClaude(version: Version): string {
  const known = binaries.get(version);
  if (known !== undefined) return known;
  const words = ['--yes', '--package', `@anthropic-ai/claude-code@${version}`, '--call', 'command -v claude'];
  const binary = execFileSync('npx', words, {
    encoding: 'utf8',
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  binaries.set(version, binary);
  return binary;
}

function run(program: string, words: readonly string[], env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}
