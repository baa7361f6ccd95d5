// The command line of a program: `--help` prints its help and ends it with 0; a mistake ends it with one line, the help and 2.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { printable } from '../printable.ts';

/** The largest number of an option that has no other limit. */
const maxNumber = 2 ** 31 - 1;

type Parsed<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>;

/** The parsed options. `config` needs no `help`. */
export function readCommandLine<T extends ParseArgsConfig>(help: string, config: T): Parsed<T> {
  const words = config.args ?? process.argv.slice(2);
  const end = words.indexOf('--');
  if (words.some((word, at) => (word === '--help' || word === '-h') && (end === -1 || at < end))) {
    process.stdout.write(help);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    return refuseCommandLine(help, error instanceof Error ? error.message : String(error));
  }
}

/** An option's whole number. Ends the program if the text is no such number from `least` to `most`. */
export function readWholeNumber(help: string, option: string, text: string, least: number, most = maxNumber): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  return refuseCommandLine(help, `--${option} is a whole number from ${least} to ${most}, not ${printable(text)}`);
}

/** Ends the program because of a wrong option. */
export function refuseCommandLine(help: string, mistake: string): never {
  process.stderr.write(`${mistake}\n\n${help}`);
  process.exit(2);
}
