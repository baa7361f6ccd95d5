// What a simulation of a fleet can be told, and how the command line is read.

import { parseArgs } from 'node:util';

/** What can be wrong in a world, to see that the simulation finds it. */
export const flaws = {
  forced: 'an admin forces a pin that is not callable',
  boastful: 'machines with an old Claude Code say that they have a new one',
  renamed: 'machines have another name in every revision',
  alike: 'half of the machines have one name',
  forgetful: 'an instance counts nobody',
  hasty: 'an instance writes what it counted twice a minute',
  stuck: 'an instance never learns of a change',
  deaf: 'machines come every 15 minutes, whatever they are told',
  discouraged: 'machines never ask again after a failure',
} as const;
export type Flaw = keyof typeof flaws;

export interface Options {
  readonly machines: number;
  readonly seed: number;
  /** Of the api, when all are needed. */
  readonly instances: number;
  /** Of virtual time, up to Monday 13:30 UTC. */
  readonly hours: number;
  /** How often a timer starts a machine's agent, in seconds. */
  readonly timer: number;
  readonly flaws: ReadonlySet<Flaw>;
}

/** With the night from Sunday to Monday, and without it. */
export const [withNight, withoutNight] = [15.5, 8.5] as const;

export const usage = `usage: npm run simulate -- [--machines N] [--seed N] [--timer SECONDS]

  --machines N      200 to 1000000; default 100000
  --seed N          the same seed makes the same world; default: another one each time
  --timer SECONDS   how often a timer starts the agent, which stays and polls until shortly before the next start while
                    something moves; default 300, as in infra/agents; with 1 machines poll exactly when asked to

Ends with 0 when every rule held, with 1 when one was broken, with 2 when it did not run.
`;

export type Given = { readonly options: Options } | { readonly help: true } | { readonly wrong: string };

export function readOptions(args: readonly string[], anySeed: number): Given {
  const text = { type: 'string' } as const;
  let values: { machines?: string; seed?: string; timer?: string; help?: boolean };
  try {
    const options = { machines: text, seed: text, timer: text, help: { type: 'boolean' } } as const;
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  if (values.help === true) return { help: true };
  const machines = wholeNumber(values.machines ?? '100000', 200, 1_000_000);
  const seed = wholeNumber(values.seed ?? String(anySeed), 0, 2 ** 31 - 1);
  const timer = wholeNumber(values.timer ?? '300', 1, 3_600);
  if (machines === null) return { wrong: `--machines is a number from 200 to 1000000, not ${values.machines}` };
  if (seed === null) return { wrong: `--seed is a number from 0 to ${2 ** 31 - 1}, not ${values.seed}` };
  if (timer === null) return { wrong: `--timer is a number of seconds from 1 to 3600, not ${values.timer}` };
  return { options: { machines, seed, timer, instances: 8, hours: withNight, flaws: new Set() } };
}

function wholeNumber(text: string, least: number, most: number): number | null {
  const number = Number(text);
  return /^\d+$/.test(text) && number >= least && number <= most ? number : null;
}
