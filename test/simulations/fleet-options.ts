// What a simulation of a fleet can be told, and how the command line is read.

import { readCommandLine, readWholeNumber } from '../../functions/cli/command-line.ts';

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

const usage = `usage: npm run simulate -- [--machines N] [--seed N] [--timer SECONDS]

  --machines N      200 to 1000000; default 100000
  --seed N          the same seed makes the same world; default: another one each time
  --timer SECONDS   how often a timer starts the agent, which stays and polls until shortly before the next start while
                    something moves; default 300, as in infra/agents; with 1 machines poll exactly when asked to

Ends with 0 when every rule held, with 1 when one was broken, with 2 when it did not run.
`;

/** `anySeed` is taken when none is given. Ends the program for help and for a wrong option. */
export function readOptions(args: readonly string[], anySeed: number): Options {
  const { values } = readCommandLine(usage, {
    args: [...args],
    options: {
      machines: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(anySeed) },
      timer: { type: 'string', default: '300' },
    },
  });
  return {
    machines: readWholeNumber(usage, 'machines', values.machines, 200, 1_000_000),
    seed: readWholeNumber(usage, 'seed', values.seed, 0),
    timer: readWholeNumber(usage, 'timer', values.timer, 1, 3_600),
    instances: 8,
    hours: withNight,
    flaws: new Set(),
  };
}
