/**
 * A developer machine for the agent's tests: a temporary root folder with a configuration, and `run`, which starts
 * pinward.sh in one of the shells as a real process.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe } from 'node:test';
import { setTimeout } from 'node:timers/promises';

export const script = join(import.meta.dirname, '../../../infra/agents/posix/pinward.sh');
export const token = 'tok-3n.very_secret~+/==';

export const shells: ReadonlyMap<string, readonly string[]> = new Map([
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
  ['zsh', ['zsh', '--emulate', 'sh']],
  ['mksh', ['mksh']], // calculates with 32 bits
]);

/** The shell for tests that need only one: Debian's, the strictest. */
export const oneShell = 'dash';

export const isRoot = process.getuid?.() === 0;

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly shell?: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
  readonly cwd?: string;
}

export interface Machine extends Disposable {
  readonly root: string;
  /** Every file, folder and link below the root, sorted. */
  files(): string[];
  path(name: string): string;
  read(name: string): string;
  configure(lines: Record<string, string>): void;
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
  start(args: readonly string[], options?: RunOptions): ChildProcess;
}

export const fragment = 'etc/claude-code/managed-settings.d/50-pinward.json';
export const lock = 'var/lib/pinward/pins.settings.json.lock';
export const state = 'var/lib/pinward/pins.settings.json.state';

export function hasTool(name: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0;
}

export function pathOf(tool: string): string {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool]).stdout.toString().trim();
}

/** The reason to skip tests that need this program, for node:test's `skip`; false to run them. */
export function whyNot(shell: string): string | false {
  return hasTool(shell) ? false : `${shell} is not installed`;
}

/**
 * Runs `cases` in each shell: they depend on jobs, traps, quoting or redirections, where shells differ. Runs `casesOfOne` in
 * one shell.
 */
export function inEveryShell(
  subject: string,
  cases: (shell: string) => void,
  casesOfOne: () => void,
  skip: string | false = false,
): void {
  describe(subject, { concurrency: 3, skip }, () => {
    describe('in one shell', { concurrency: 3, skip: whyNot(oneShell) }, casesOfOne);
    for (const shell of shells.keys()) {
      describe(`in ${shell}`, { concurrency: 2, skip: whyNot(shell) }, () => cases(shell));
    }
  });
}

export function newMachine(defaultShell = oneShell): Machine {
  const root = mkdtempSync(join(tmpdir(), 'pinward-'));
  const path = (name: string) => join(root, name);
  const start = (args: readonly string[], { shell = defaultShell, env = {}, cwd }: RunOptions = {}) => {
    const [program = shell, ...flags] = shells.get(shell) ?? [];
    return spawn(program, [...flags, script, '--root', root, ...args], { env: cleanEnvironment(root, env), cwd });
  };
  return {
    root,
    path,
    start,
    files: () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort(),
    read: (name) => readFileSync(path(name), 'utf8'),
    configure: (lines) => {
      write(path('etc/pinward/token'), `${token}\n`);
      const settings = { token_file: '/etc/pinward/token', machine: 'm-1', timeout: '60', ...lines }; // on a busy machine
      const config = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`);
      write(path('etc/pinward/agent.conf'), config.join(''));
    },
    run: async (args, options = {}) => await finished(start(args, options), options.input),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The output and exit code of a process, once all holders of its pipes have closed them. */
export async function finished(child: ChildProcess, input = ''): Promise<Run> {
  if (child.stdin === null || child.stdout === null || child.stderr === null) throw new Error('started without pipes');
  child.stdin.on('error', () => {}).end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

export function write(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
}

/** Waits until the condition holds, at most a minute: this machine may be busy. */
export async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; !holds(); await setTimeout(10)) {
    if (Date.now() > deadline) throw new Error(`still not so: ${holds}`);
  }
}

/** The agent gets nothing of the developer's environment, such as a home folder or a proxy. */
function cleanEnvironment(root: string, env: Record<string, string>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: join(root, 'home'), CLAUDE_CODE_VERSION: '2.1.331', ...env };
}

/** Locks, work files and temporary files. An agent removes all of its own before it exits. */
export function leftovers(machine: Machine): string[] {
  return machine.files().filter((name) => /\.lock$|\/\.work\.|\/\.(?:50-)?(?:pins|pinward)\./.test(name));
}
