/** What a rule of the contract is, and what came of holding an agent against it. The rules stand in rules-*.ts. */

import { bodyOf, honest, type World } from '../../agents/attacks/faulty-server.ts';
import type { Behaviour } from '../../agents/posix/server.ts';
import type { Adapter } from './adapter.ts';
import { startTrial, type Trial } from './trial.ts';

export interface Rule {
  readonly id: string;
  readonly says: string;
  readonly because: string;
  /** Not applicable to an agent whose adapter leaves one of these empty. */
  readonly needs: readonly ('trust' | 'refresh' | 'helper' | 'clock')[];
  readonly check: (bench: Bench) => Promise<Verdict>;
}

export interface Bench {
  readonly adapter: Adapter;
  /** Only as many cases of a rule as show whether it is kept at all. */
  readonly brief: boolean;
}

export type Verdict =
  | { readonly kind: 'kept' }
  | { readonly kind: 'broken'; readonly evidence: string }
  | { readonly kind: 'not applicable'; readonly evidence: string };

/** Something that a server does to an agent, which is to change nothing. Attacks are cases, too. */
export interface Case {
  readonly title: string;
  readonly pins: (world: World) => Behaviour;
  readonly keys?: (world: World) => Behaviour;
}

export const kept: Verdict = { kind: 'kept' };

export function broken(evidence: string): Verdict {
  return { kind: 'broken', evidence };
}

/** Cases one after another on one machine, which keeps what it has, tells no other host, and goes on afterwards. */
export async function keepsThrough(
  bench: Bench,
  cases: readonly Case[],
  { trust = false, least = 1 }: { readonly trust?: boolean; readonly least?: number } = {},
): Promise<Verdict> {
  await using trial = await startTrial(bench.adapter, { trust });
  for (const { title, pins, keys } of bench.brief ? cases.slice(0, least) : cases) {
    trial.world.behave(pins(trial.world), keys?.(trial.world));
    await trial.run('login');
    const wrong = whatChanged(trial);
    if (wrong !== undefined) return broken(`when ${title}: ${wrong}`);
  }
  return (await goesOn(trial)) ?? kept;
}

/** What is no longer as it was when the trial began. */
export function whatChanged({ world, file }: Trial): string | undefined {
  const found = file();
  if (found === undefined) return 'the file is gone';
  if (found !== bodyOf(world.held, 'settings.json')) return `the file holds ${excerpt(found)}`;
  return world.elsewhere.asked.length > 0 ? 'another host was asked' : undefined;
}

/** Whether the agent takes the next honest answer as if nothing had been. */
export async function goesOn({ world, file, run }: Trial): Promise<Verdict | undefined> {
  world.behave(honest(world, world.next));
  const { code } = await run('login');
  if (file() === bodyOf(world.next, 'settings.json')) return undefined;
  return broken(`afterwards the next honest answer is not put in place (exit ${code})`);
}

export function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
