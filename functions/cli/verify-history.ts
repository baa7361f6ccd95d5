// `npm run verify-history`: checks that the hash chain of events is intact, in an export or in a service. It can export
// the events of the service at the same time.

import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { oneKeyForAll, readWriterKeys } from '../../shared/adapters/documents/document-keys.ts';
import { openKeyFile } from '../../shared/adapters/key-file.ts';
import type { ChainHead } from '../../shared/domain/events/event.ts';
import { parseList, readEnvironment } from '../environment.ts';
import { printable } from '../printable.ts';
import { readCommandLine } from './command-line.ts';
import { checkHistory, type Verdict } from './history/history-chain.ts';
import { readService, type Source } from './history/history-export.ts';
import { checkEvents, checkRevisions, type Heads, readHeads } from './history/history-heads.ts';
import { checkAccess, checkNumbers } from './history/history-numbers.ts';
import { readTarget } from './read-target.ts';
import { type CommandError, messageOf } from './service-client.ts';

const help = `Check that the history is intact: no event was changed, removed, inserted or moved, and no older roles were put back.

  npm run verify-history -- FILE                       check an export, without a service
  npm run verify-history -- --url URL [--export FILE]  check the history of a service, and export it

  --url URL           call this service (default: PINWARD_URL, else npm start in this folder)
  --token-file FILE   read the token from this file (default: PINWARD_TOKEN, else that of npm start)
  --export FILE       write the events to this file, one a line, oldest first
  --expect SEQ:HASH   check that this event is still there. Take the value from an earlier output of this command,
                      and keep it outside of Pinward. It finds a history that was cut or rewritten as a whole.
  --heads FILE        check against the heads of the history: log lines of the functions, one JSON a line. They name
                      each event that was cut or rewritten and, of a service, each revision. infra/README.md says how
                      to export them. PINWARD_WRITERS has the public keys that they are checked with. Those of npm start
                      are in heads.jsonl of its data folder, with their key.

Exit codes: 0 intact, 1 broken, 2 not checked.
`;

const exits = { intact: 0, broken: 1, unchecked: 2 } as const;
/** Far above any event; a file with longer lines isn't an export. */
const maxLineLength = 4_000_000;

async function main(): Promise<number> {
  const { values, positionals } = readCommandLine(help, {
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      'token-file': { type: 'string' },
      export: { type: 'string' },
      expect: { type: 'string' },
      heads: { type: 'string' },
    },
  });
  const [file, ...others] = positionals;
  const expected = readExpected(values.expect);
  if (others.length > 0 || (file !== undefined && (values.url ?? values.export) !== undefined)) {
    return unchecked(`Name a file or a service, not both.\n\n${help}`);
  }
  const target = file === undefined ? readTarget(values, readEnvironment()) : null;
  if (target?.ok === false) return unchecked(`${target.commandError.title}\n  ${target.commandError.hint}\n\n${help}`);
  const source: Source =
    target === null
      ? { lines: readLines(file ?? ''), commandError: () => null, refused: () => [] }
      : readService(target.value);
  const heads = values.heads === undefined ? null : await openHeads(values.heads);
  if (heads?.count === 0 && heads.findings.length === 0) return unchecked(`${values.heads} has no head of a history\n`);
  const lines = values.export === undefined ? source.lines : copyTo(values.export, source);
  const numbers = checkNumbers(lines);
  const events = heads === null ? { lines: numbers.lines, findings: [] } : checkEvents(numbers.lines, heads);
  const verdict = await checkHistory(events.lines, expected);
  const commandError = source.commandError();
  if (commandError !== null) return unchecked(errorText(commandError));
  const revisions = heads === null || target === null ? [] : await checkRevisions(target.value, heads);
  if ('code' in revisions) return unchecked(errorText(revisions));
  const access = target === null ? [] : await checkAccess(target.value, numbers.newest);
  if ('code' in access) return unchecked(errorText(access));
  const inLog = [...(heads?.findings ?? []), ...events.findings, ...revisions];
  const findings = [...source.refused(), ...numbers.findings, ...inLog, ...access];
  process.stdout.write(verdictText(verdict));
  if (heads !== null)
    process.stdout.write(
      `${heads.count} heads, ${target === null ? 'revisions not checked' : `${heads.revisions.size} revisions`}\n`,
    );
  for (const finding of findings) process.stdout.write(`Broken: ${printable(finding)}\n`);
  return verdict.broken === null && findings.length === 0 ? exits.intact : exits.broken;
}

async function openHeads(file: string): Promise<Heads> {
  const { PINWARD_WRITERS: writers } = readEnvironment();
  if (writers) return readHeads(readLines(file), readWriterKeys(parseList(writers)));
  // `npm start` has one key for all that it writes, beside its heads.
  const keyFile = join(dirname(file), 'writer-key.pem');
  if (existsSync(keyFile)) return readHeads(readLines(file), oneKeyForAll(openKeyFile(keyFile, 'refuse').key));
  throw new Error(noKeys);
}

const noKeys = `PINWARD_WRITERS is not set: set it to the public keys of the functions that write documents, which are
Terraform's output writers. Heads of npm start need none: name their file in its data folder.`;

function errorText({ title, hint }: CommandError): string {
  return `${printable(title)}\n  ${printable(hint)}\n`;
}

function unchecked(text: string): number {
  process.stderr.write(text);
  return exits.unchecked;
}

function readExpected(text: string | undefined): ChainHead | null {
  if (text === undefined) return null;
  const [, seq, hash = ''] = /^(\d{1,10}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined) throw new Error('--expect is SEQ:HASH, as this command printed it');
  return { seq: Number(seq), hash };
}

/** Replaces node:readline, which also splits lines at U+2028. A note may contain that character. */
async function* readLines(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const [first = '', ...others] = String(chunk).split('\n');
    rest += first;
    for (const other of others) {
      yield rest;
      rest = other;
    }
    if (rest.length > maxLineLength) throw new Error(`${file} is not an export: it has a line that is too long`);
  }
  if (rest !== '') yield rest;
}

/** Copies to FILE.partial, which is renamed when complete, so that a partial copy never replaces an older export. */
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

function verdictText({ end, broken }: Verdict): string {
  const upTo = `${end.seq}:${end.hash}`;
  if (broken === null) return `${end.seq} events, chain intact, ends at ${upTo}\n`;
  const { event, line, what, text } = broken;
  return `Broken at event ${event} (line ${line}), ${what}: ${printable(text)}.\nIntact up to ${upTo}\n`;
}

process.exitCode = await main().catch((error) => unchecked(`${messageOf(error)}\n`));
