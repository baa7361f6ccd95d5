/** A rule of the contract, and the verdict on one agent. The rules are in rules-*.ts. */

import type { Behaviour } from '../../agents/posix/server.ts';
import type { Adapter } from './adapter.ts';
import { bodyOf, honest, type World } from './faulty-server.ts';
import { maxMs, type Run } from './process.ts';
import { startTrial, type Trial } from './trial.ts';

export interface Rule {
  readonly id: string;
  readonly says: string;
  readonly because: string;
  /** The rule is not applicable to an agent whose adapter leaves one of these empty. */
  readonly needs: readonly ('trust' | 'refresh' | 'helper' | 'clock')[];
  readonly check: (bench: Bench) => Promise<Verdict>;
}

export interface Bench {
  readonly adapter: Adapter;
  /** Runs only as many cases of a rule as show whether the agent keeps the rule at all. */
  readonly brief: boolean;
  /** What a test expects of its own agent beyond the rules. */
  readonly expectations?: Expectations;
}

/** Each function returns evidence if something is wrong. */
export interface Expectations {
  readonly afterFailure: (trial: Trial, failure: Failure) => string | undefined;
  readonly afterRecovery: (trial: Trial, login: Run) => Promise<string | undefined>;
}

/** A login that failed, and what shells and Claude Code started with afterwards. */
export interface Failure {
  readonly login: Run;
  readonly starts: Starts;
  readonly reason: RegExp;
}

/** The output of the commands that run when a shell (env) or Claude Code (helper) starts; '' without such a command. */
export type Starts = Readonly<Record<'env' | 'helper', string>>;

export type Verdict =
  | { readonly kind: 'kept' }
  | { readonly kind: 'broken'; readonly evidence: string }
  | { readonly kind: 'not applicable'; readonly evidence: string };

/** A fault of a server or an attack on an answer. It must change nothing on the machine. */
export interface Case {
  readonly title: string;
  /** The reason that pinward.sh prints. Other agents may use other words. */
  readonly reason?: RegExp;
  readonly pins: (world: World) => Behaviour;
  /** The answer of /v1/keys.txt; the true list when not given. */
  readonly keys?: (world: World) => Behaviour;
}

export const kept: Verdict = { kind: 'kept' };

const starting = { env: 'shells start', helper: 'Claude Code starts' };

export function broken(evidence: string): Verdict {
  return { kind: 'broken', evidence };
}

/** Runs the cases one after another on one machine, and an honest answer at the end. */
export async function keepsThrough(
  bench: Bench,
  cases: readonly Case[],
  { least = 1 }: { readonly least?: number } = {},
): Promise<Verdict> {
  await using trial = await startTrial(bench.adapter);
  const before = await startsWithPins(bench, trial);
  for (const fault of bench.brief ? cases.slice(0, least) : cases) {
    const wrong = await whatCaseDid(bench, trial, before, fault);
    if (wrong !== undefined) return broken(wrong);
  }
  return (await goesOn(bench, trial)) ?? kept;
}

/** Runs a login and the starts during a case. Returns what changed since the trial began, as evidence. */
export async function whatCaseDid(
  bench: Bench,
  trial: Trial,
  before: Starts,
  { title, reason, pins, keys }: Case,
): Promise<string | undefined> {
  trial.world.behave(pins(trial.world), keys?.(trial.world));
  const login = await trial.run('login');
  const starts = await startsOf(bench, trial);
  const wrong =
    (login.ms >= maxMs ? 'login did not end' : undefined) ??
    whatChanged(trial) ??
    whatStartsLost(before, starts) ??
    (reason && bench.expectations?.afterFailure(trial, { login, starts, reason }));
  return wrong === undefined ? undefined : `when ${title}: ${wrong}`;
}

/** What shells and Claude Code start with once the pins reached them. Throws if the pins never do. */
export async function startsWithPins(bench: Bench, trial: Trial): Promise<Starts> {
  return { env: await outputWithPins(bench, trial, 'env'), helper: await outputWithPins(bench, trial, 'helper') };
}

/**
 * The first start may be over before the pins are there, since no start waits long; on a busy machine the next one may be,
 * too.
 */
async function outputWithPins(bench: Bench, trial: Trial, command: keyof Starts): Promise<string> {
  for (let left = 10; ; left--) {
    const output = await outputOf(bench, trial, command);
    if (bench.adapter[command] === '' || output.includes(trial.world.held.mark)) return output;
    if (left === 0) throw new Error(`the pins do not arrive: ${starting[command]} with ${excerpt(output)}`);
  }
}

/** Runs what a starting shell and a starting Claude Code run. */
async function startsOf(bench: Bench, trial: Trial): Promise<Starts> {
  return { env: await outputOf(bench, trial, 'env'), helper: await outputOf(bench, trial, 'helper') };
}

async function outputOf({ adapter }: Bench, trial: Trial, command: keyof Starts): Promise<string> {
  if (adapter[command] === '') return '';
  const { code, out } = await trial.run(command);
  return code === 0 ? out : `exit ${code}`;
}

/** Returns what differs from the beginning of the trial. */
export function whatChanged({ world, file }: Trial): string | undefined {
  const found = file();
  if (found === undefined) return 'the file is gone';
  if (found !== bodyOf(world.held, 'settings.json')) return `the file holds ${excerpt(found)}`;
  return world.elsewhere.asked.length > 0 ? 'another host was asked' : undefined;
}

function whatStartsLost(before: Starts, starts: Starts): string | undefined {
  const lost = (['env', 'helper'] as const).find((command) => starts[command] !== before[command]);
  return lost === undefined ? undefined : `${starting[lost]} with ${excerpt(starts[lost])}`;
}

/** Whether the agent accepts the next honest answer. */
export async function goesOn({ expectations }: Bench, trial: Trial): Promise<Verdict | undefined> {
  const { world, file, run } = trial;
  world.behave(honest(world, world.next));
  const login = await run('login');
  if (file() !== bodyOf(world.next, 'settings.json')) {
    return broken(`afterwards the next honest answer is not put in place (exit ${login.code})`);
  }
  const wrong = await expectations?.afterRecovery(trial, login);
  return wrong === undefined ? undefined : broken(`afterwards ${wrong}`);
}

export function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
