// What the simulation of changes can be told, and how the command line is read.

import { readCommandLine, readWholeNumber } from '../../../functions/cli/command-line.ts';

export interface Options {
  readonly pairs: number;
  readonly walks: number;
  readonly seed: number;
}

const usage = `usage: npm run simulate:changes -- [--pairs N] [--walks N] [--seed N]

  --pairs N   pairs of policies whose consequences are compared with what machines would read; default 10000
  --walks N   random walks of several people over all calls; default 200
  --seed N    the same seed makes the same pairs and walks; default: another one each time

The last line is one JSON object. Ends with 0 when nothing was unnamed, unasked, asked for nothing or escaped, with 1 when
something was, with 2 when it did not run.
`;

/** `anySeed` is taken when none is given. Ends the program for help and for a wrong option. */
export function readOptions(args: readonly string[], anySeed: number): Options {
  const { values } = readCommandLine(usage, {
    args: [...args],
    options: {
      pairs: { type: 'string', default: '10000' },
      walks: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(anySeed) },
    },
  });
  return {
    pairs: readWholeNumber(usage, 'pairs', values.pairs, 0),
    walks: readWholeNumber(usage, 'walks', values.walks, 0),
    seed: readWholeNumber(usage, 'seed', values.seed, 0),
  };
}
