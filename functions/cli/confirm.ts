// Asks a person on the terminal to confirm.

import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type Attempt, commandError } from './service-client.ts';

interface Asked {
  /** Confirmed already. */
  readonly yes: boolean;
  readonly json: boolean;
  /** `-` is standard input. */
  readonly file: string;
}

/** Not confirmed where nobody can answer: with --json, without a terminal, or when standard input is the file. */
export async function confirm({ yes, json, file }: Asked, question: string): Promise<Attempt<null>> {
  if (yes) return { ok: true, value: null };
  if (json || file === '-' || !process.stdin.isTTY) {
    return commandError('not_agreed', 'Confirmation needs a terminal', 'Add --yes to apply without confirmation.');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // After Ctrl-D, some versions of Node close the terminal and others reject the question.
  const answer = await Promise.race([
    terminal.question(`${question} [y/N] `).catch(() => ''),
    once(terminal, 'close').then(() => ''),
  ]);
  terminal.close();
  if (/^y(?:es)?$/i.test(answer.trim())) return { ok: true, value: null };
  return commandError('not_agreed', 'You did not confirm', 'Nothing was changed.');
}
