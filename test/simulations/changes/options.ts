// What the simulation of changes can be told, and how the command line is read.

import { parseArgs } from 'node:util';

export interface Options {
  readonly pairs: number;
  readonly walks: number;
  readonly seed: number;
}

export const usage = `usage: npm run simulate:changes -- [--pairs N] [--walks N] [--seed N]

  --pairs N   pairs of policies whose consequences are compared with what machines would read; default 10000
  --walks N   random walks of several people over all calls; default 200
  --seed N    the same seed makes the same pairs and walks; default: another one each time

The last line is one JSON object. Ends with 0 when nothing was unnamed, unasked, asked for nothing or escaped, with 1 when
something was, with 2 when it did not run.
`;

const defaults: Readonly<Record<keyof Options, string | null>> = { pairs: '10000', walks: '200', seed: null };

export type Given = { readonly options: Options } | { readonly help: true } | { readonly wrong: string };

export function readOptions(args: readonly string[], anySeed: number): Given {
  const text = { type: 'string' } as const;
  let values: { readonly [key in keyof Options]?: string } & { readonly help?: boolean };
  try {
    const options = { pairs: text, walks: text, seed: text, help: { type: 'boolean' } } as const;
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  if (values.help === true) return { help: true };
  const numberOf = (key: keyof Options) => Number(values[key] ?? defaults[key] ?? anySeed);
  for (const key of ['pairs', 'walks', 'seed'] as const) {
    if (values[key] !== undefined && !/^\d{1,9}$/.test(values[key]))
      return { wrong: `--${key} is a number of at most nine digits, not ${values[key]}` };
  }
  return { options: { pairs: numberOf('pairs'), walks: numberOf('walks'), seed: numberOf('seed') } };
}
