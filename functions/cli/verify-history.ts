// `npm run verify-history`: whether the chain of events is whole, from an export without any service, or from a service,
// which it can export on the way.

import { once } from 'node:events';
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ChainHead } from '../../shared/domain/events/event.ts';
import { readEnvironment } from '../environment.ts';
import { printable } from '../printable.ts';
import { checkHistory, type Verdict } from './history-chain.ts';
import { readService, type Source } from './history-export.ts';
import { messageOf, readTarget } from './service-client.ts';

const help = `Whether the history is whole: no event changed, removed, inserted or moved.

  npm run verify-history -- FILE                       check an export; needs no service
  npm run verify-history -- --url URL [--export FILE]  check what a service has, and export it

  --url URL           the service (default PINWARD_URL); its token comes from PINWARD_TOKEN, or
  --token-file FILE   from a file
  --export FILE       write the events into a file, one a line, oldest first
  --expect SEQ:HASH   what this command printed before. A history that was cut at its end, or made anew as a whole,
                      shows only against that: keep it elsewhere.

Exit: 0 whole, 1 broken, 2 could not be checked.
`;

const exits = { whole: 0, broken: 1, unchecked: 2 } as const;
/** Far above any event; a file with longer lines isn't an export. */
const maxLineLength = 4_000_000;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      'token-file': { type: 'string' },
      export: { type: 'string' },
      expect: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return exits.whole;
  }
  const [file, ...others] = positionals;
  const expected = readExpected(values.expect);
  if (others.length > 0 || (file !== undefined && (values.url ?? values.export) !== undefined)) {
    return unchecked(`Name a file or a service.\n\n${help}`);
  }
  const target = file === undefined ? readTarget(values, readEnvironment()) : null;
  if (target?.ok === false) return unchecked(`${target.commandError.title}\n  ${target.commandError.hint}\n\n${help}`);
  const source: Source =
    target === null ? { lines: readLines(file ?? ''), commandError: () => null } : readService(target.value);
  const verdict = await checkHistory(
    values.export === undefined ? source.lines : copyTo(values.export, source),
    expected,
  );
  const commandError = source.commandError();
  if (commandError !== null) return unchecked(`${printable(commandError.title)}\n  ${printable(commandError.hint)}\n`);
  process.stdout.write(wordsOf(verdict));
  return verdict.broken === null ? exits.whole : exits.broken;
}

function unchecked(words: string): number {
  process.stderr.write(words);
  return exits.unchecked;
}

function readExpected(text: string | undefined): ChainHead | null {
  if (text === undefined) return null;
  const [, seq, hash = ''] = /^(\d{1,10}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined) throw new Error('--expect is SEQ:HASH, as this command printed it');
  return { seq: Number(seq), hash };
}

/** Not by node:readline, which ends lines at U+2028, too, and that may stand in a note. */
async function* readLines(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const [first = '', ...others] = String(chunk).split('\n');
    rest += first;
    for (const other of others) {
      yield rest;
      rest = other;
    }
    if (rest.length > maxLineLength) throw new Error(`${file} is no export: a line of it is far too long`);
  }
  if (rest !== '') yield rest;
}

/** Writes lines as they pass, under another name until all are there: half an export replaces no whole one. */
async function* copyTo(file: string, { lines, commandError }: Source): AsyncGenerator<string> {
  const partial = `${file}.partial`;
  const copy = createWriteStream(partial);
  await once(copy, 'open');
  for await (const line of lines) {
    if (!copy.write(`${line}\n`)) await once(copy, 'drain');
    yield line;
  }
  copy.end();
  await once(copy, 'close');
  if (commandError() === null) renameSync(partial, file);
  else rmSync(partial);
}

function wordsOf({ end, broken }: Verdict): string {
  const upTo = `${end.seq}:${end.hash}`;
  if (broken === null) return `${end.seq} events, chain whole, ends at ${upTo}\n`;
  const { event, line, what, words } = broken;
  return `Broken at event ${event} (line ${line}), ${what}: ${printable(words)}.\nWhole up to ${upTo}\n`;
}

process.exitCode = await main().catch((error) => unchecked(`${messageOf(error)}\n`));
