// `npm run simulate -- --machines 100000 --seed N`: a fleet on virtual time against the real policy caches, response caches, adoption, probe,
// advance and API on one store. Upgrades go through the rings by themselves and by approval, are taken back and aborted, while
// machines sleep, lose their networks and run old CLIs. Prints adoption over time and how soon machines are back; the last
// line is one JSON object; exit code 1 when a rule of fleet-rules.ts is broken, 2 for options that it doesn't have.

import { createProgress } from '../../functions/cli/progress.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { chart } from './fleet-chart.ts';
import { type Options, readOptions } from './fleet-options.ts';
import { lineOf, linesOf, type Simulated, summaryOf } from './fleet-report.ts';
import { story } from './fleet-story.ts';
import { World } from './fleet-world.ts';

export async function simulate(
  options: Options,
  onRevision = (_: Revision) => {},
  onMinute = (_: number) => {},
): Promise<Simulated> {
  const world = new World(options, onRevision);
  await world.live(story(world), onMinute);
  await world.service.store.close();
  return { summary: summaryOf(world), chart: chart(world.samples, 'cea', world.counters), words: world.rules.words };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), Date.now() % 1_000_000);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const { machines, seed, hours } = options;
  say(`simulating ${machines} machines from Sunday 22:00 to Monday 13:30 (UTC), seed ${seed}`);
  const progress = createProgress();
  const onRevision = (revision: Revision) => {
    progress.end();
    say(lineOf(revision));
  };
  const onMinute = (now: number) => progress.show(`hour ${Math.floor(now / 3_600)} of ${hours}`);
  const simulated = await simulate(options, onRevision, onMinute).finally(progress.end);
  for (const line of linesOf(simulated)) say(line);
  process.exitCode = Object.keys(simulated.summary.broken).length === 0 ? 0 : 1;
}

if (import.meta.main) await main();
