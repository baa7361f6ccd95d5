// `npm run simulate -- --machines 100000 --seed N`: a fleet on virtual time against the real snapshots, frames, adoption, probe,
// advance and API on one store. An upgrade goes through the rings by itself and by approval, is taken back, aborted and
// restored, while machines sleep, lose their networks and run old CLIs. Prints adoption over time and how soon machines are
// back; the last line is one JSON object; exit code 1 when a rule of fleet-rules.ts is broken.

import { parseArgs } from 'node:util';
import type { Revision } from '../../shared/domain/revision.ts';
import { shareOf } from '../../shared/domain/share.ts';
import { chart } from './fleet-chart.ts';
import { rules } from './fleet-rules.ts';
import { story } from './fleet-story.ts';
import { type Options, seconds, World } from './fleet-world.ts';

export interface Simulated {
  readonly summary: ReturnType<typeof summaryOf>;
  readonly chart: readonly string[];
  /** The first breaches of each rule. */
  readonly words: readonly string[];
}

export async function simulate(options: Options, onRevision = (_revision: Revision) => {}): Promise<Simulated> {
  const world = new World(options, onRevision);
  await world.live(story(world));
  return { summary: summaryOf(world), chart: chart(world.samples, 'cea', world.marks), words: world.rules.words };
}

function summaryOf(world: World) {
  const { options, agents, service, rollbacks, counts, rules: judged } = world;
  const calls = (of: 'reads' | 'writes') =>
    Object.fromEntries(
      ['snapshot', 'adoption', 'probe', 'advance', 'people'].map((purpose) => [
        purpose,
        service.store.total(purpose)[of],
      ]),
    );
  return {
    machines: options.machines,
    seed: options.seed,
    instances: options.instances,
    timerSeconds: options.timer,
    virtualHours: seconds / 3_600,
    onlineAtMost: world.onlineAtMost,
    ...agents.tally,
    asked: agents.witness.asked,
    revisions: service.revisions.length,
    storeReads: calls('reads'),
    storeWrites: calls('writes'),
    heldBack: counts?.heldBack ?? [],
    adoptionErrorAtMost: Number(world.worstCount.toFixed(2)),
    rollbacks: rollbacks.map(({ what, isMoving, affected, after }) => ({ what, isMoving, affected, ...after })),
    broken: Object.fromEntries(judged.breaches),
  };
}

function lineOf({ number, at, note, restores, rollouts }: Revision): string {
  const time = new Date(at)
    .toUTCString()
    .slice(0, 22)
    .replace(/ \d+ \w+ \d+/, '');
  const shares = rollouts.map((rollout) => `${rollout.ring} ${rollout.family} ${shareOf(rollout)} %`).join(', ');
  const what = restores === null ? (note ?? 'stated') : `revision ${restores} restored`;
  return `${time}  revision ${String(number).padEnd(3)}${what}${shares === '' ? '' : ` (${shares})`}`;
}

async function main(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const options = { machines: 2000, seed: 1, instances: 8, timer: 1, flaw: null };
  const { values } = parseArgs({ options: { machines: { type: 'string' }, seed: { type: 'string' } } });
  const given = { ...options, machines: Number(values.machines ?? 2000), seed: Number(values.seed ?? 1) };
  const started = performance.now();
  const { summary, chart, words } = await simulate(given, (revision) => say(lineOf(revision)));
  for (const line of chart) say(line);
  for (const line of words) say(line);
  say(`${Math.round(performance.now() - started)} ms ${process.cpuUsage().user / 1e6} s`);
  say(JSON.stringify(summary));
  process.exitCode = Object.keys(summary.broken).length === 0 ? 0 : 1;
}
void rules;
if (import.meta.main) await main();
