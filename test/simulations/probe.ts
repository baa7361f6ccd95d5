// `npm run simulate:probe -- --runs 10000 --seed N`: the real probe, outbox and announcer on virtual time, in worlds of a few
// hundred runs each, against a Vertex whose truth changes and with everything failing that can. What counts as a transition is
// defined in probe-oracle.ts. The last line is one JSON object; exit code 1 if anything was missed, false or said twice.

import { readCommandLine, readWholeNumber } from '../../functions/cli/command-line.ts';
import { createProgress } from '../../functions/cli/progress.ts';
import { Chance } from './chance.ts';
import { ProbeWorld } from './probe-world.ts';

export interface Outcome {
  readonly runs: number;
  readonly seed: number;
  readonly transitions: number;
  readonly announced: number;
  readonly missed: number;
  readonly false: number;
  readonly duplicate: number;
  readonly detectionP95Runs: number;
}

export interface Simulated {
  readonly outcome: Outcome;
  /** Posts repeated since the process died, or the store failed, between a post and its record: no code can close that gap. */
  readonly repeats: number;
  /** How often each hardship and each kind of event came about. */
  readonly tally: ReadonlyMap<string, number>;
  /** The first things that were wrong. */
  readonly complaints: readonly string[];
}

const runsAWorld = 200;

export async function simulate(runs: number, seed: number, onWorld = (_runs: number) => {}): Promise<Simulated> {
  const worlds: ProbeWorld[] = [];
  let done = 0;
  while (done < runs) {
    const world = new ProbeWorld(new Chance(seed * 100_003 + worlds.length));
    await world.live(Math.min(runsAWorld, runs - done));
    done += world.runs;
    worlds.push(world);
    onWorld(done);
  }
  const sum = (of: (world: ProbeWorld) => number) => worlds.reduce((total, world) => total + of(world), 0);
  const count = (of: keyof ProbeWorld['oracle']['verdicts']) => sum(({ oracle }) => oracle.verdicts[of]);
  const detections = worlds.flatMap(({ oracle }) => oracle.detections).sort((a, b) => a - b);
  return {
    outcome: {
      runs: done,
      seed,
      transitions: count('transitions'),
      announced: sum(({ announced }) => announced),
      missed: count('missed'),
      false: count('false'),
      duplicate: count('duplicate'),
      detectionP95Runs: detections[Math.ceil(detections.length * 0.95) - 1] ?? 0,
    },
    repeats: sum(({ deliveries: { posts } }) => [...posts.values()].reduce((total, count) => total + count - 1, 0)),
    tally: new Map(
      [...new Set(worlds.flatMap(({ tally }) => [...tally.keys()]))]
        .sort()
        .map((what) => [what, sum(({ tally }) => tally.get(what) ?? 0)]),
    ),
    complaints: worlds
      .flatMap(({ oracle }, at) => oracle.complaints.map((each) => `world ${at}: ${each}`))
      .slice(0, 20),
  };
}

export function isGood({ missed, false: untrue, duplicate, detectionP95Runs }: Outcome): boolean {
  return missed === 0 && untrue === 0 && duplicate === 0 && detectionP95Runs <= 2;
}

const help = `Run the probe on virtual time, against a Vertex whose truth changes, with everything failing that can.

  npm run simulate:probe -- [--runs N] [--seed N]

  --runs N  how many runs of the probe (default 10000)
  --seed N  the same seed makes the same worlds (default: another one each time)
  --help    show this text

The last line is one JSON object. Exit codes: 0 nothing was missed, false or said twice, 1 something was, 2 wrong options.
`;

async function main(): Promise<void> {
  const anySeed = String(Date.now() % 1_000_000);
  const { values } = readCommandLine(help, {
    options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: anySeed } },
  });
  const runs = readWholeNumber(help, 'runs', values.runs, 1);
  const seed = readWholeNumber(help, 'seed', values.seed, 0);
  const progress = createProgress();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`simulating ${runs} probe runs, seed ${seed}`);
  const onWorld = (done: number) => progress.show(`${done} of ${runs} runs`);
  const { outcome, repeats, tally, complaints } = await simulate(runs, seed, onWorld).finally(progress.end);
  say([...tally].map(([what, count]) => `${what}: ${count}`).join(', '));
  for (const complaint of complaints) say(complaint);
  say(`${repeats} posts repeated by a death between the post and its record`);
  say(JSON.stringify(outcome));
  process.exitCode = isGood(outcome) ? 0 : 1;
}

if (import.meta.main) await main();
