// Checks a history against its heads: lines of the log, which are outside of the database. Each says what was the newest
// event or revision at a time, signed by the function that wrote it. So a history that was cut, or made anew as a whole,
// contradicts them.

import { z } from 'zod';
import { createVerifier, headHash } from '../../../shared/adapters/documents/commit-signature.ts';
import type { WriterKeys } from '../../../shared/adapters/documents/document-keys.ts';
import { appendEvent, ChainHead, type Event } from '../../../shared/domain/events/event.ts';
import { revisionHash } from '../../../shared/domain/events/head.ts';
import { type CommandError, call, type Target } from '../service-client.ts';
import { type Link, readLink } from './history-chain.ts';

export interface Heads {
  readonly count: number;
  /** Hashes by the event's number. More than one: the history was made anew. */
  readonly events: ReadonlyMap<number, ReadonlySet<string>>;
  /** Hashes by the revision's number. */
  readonly revisions: ReadonlyMap<number, ReadonlySet<string>>;
  /** What is wrong with the heads themselves, as sentences for people. */
  readonly findings: readonly string[];
}

const Head = z.object({
  message: z.literal('history head'),
  event: ChainHead.nullable(),
  revision: z.object({ number: z.int().positive(), sha256: z.string() }).nullable(),
  signature: z.string(),
});
/** A line of the log, as the function wrote it or as Cloud Logging exports it. */
const Line = z.union([
  z.looseObject({ jsonPayload: z.looseObject({}) }).transform(({ jsonPayload }) => jsonPayload),
  z.looseObject({}),
]);

/** Revisions as they were sent: a schema of today could add a field to one of an older Pinward. */
const Unparsed = z.looseObject({});

/** Lines of other messages are skipped. A line that can't be read is a finding: it may have been a head. */
export async function readHeads(lines: AsyncIterable<string> | Iterable<string>, keys: WriterKeys): Promise<Heads> {
  const verify = createVerifier(keys);
  const [events, revisions] = [new Map<number, Set<string>>(), new Map<number, Set<string>>()];
  const findings: string[] = [];
  let [line, count] = [0, 0];
  const unreadable: number[] = [];
  for await (const text of lines) {
    line++;
    // Some tools put a byte order mark in front of a file.
    const json = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (json.trim() === '') continue;
    const logged = Line.safeParse(parseJson(json)).data;
    if (logged === undefined) unreadable.push(line);
    if (logged?.['message'] !== 'history head') continue;
    const head = Head.safeParse(logged);
    if (!head.success) {
      findings.push(`the head in line ${line} of the log is damaged (/${head.error.issues[0]?.path.join('/')})`);
      continue;
    }
    const { event, revision, signature } = head.data;
    const signed = verify(signature, headHash({ event, revision }));
    if (!signed.ok) {
      findings.push(`the head in line ${line} of the log is forged: ${signed.fault.detail}`);
      continue;
    }
    count++;
    if (event !== null) add(events, event.seq, event.hash);
    if (revision !== null) add(revisions, revision.number, revision.sha256);
  }
  if (unreadable.length > 0) findings.push(unreadableText(unreadable));
  findings.push(...anew('event', events), ...anew('revision', revisions));
  return { count, events, revisions, findings };
}

/** Passes the lines of an export on. When they have ended, `findings` has each event that contradicts the heads. */
export function checkEvents(lines: AsyncIterable<string>, { events }: Heads) {
  const findings: string[] = [];
  const missing = new Set(events.keys());
  let newest = 0;
  async function* checked(): AsyncGenerator<string> {
    for await (const line of lines) {
      const link = readLink(line);
      const hashes = link === undefined ? undefined : events.get(link.seq);
      if (link !== undefined) newest = Math.max(newest, link.seq);
      if (link !== undefined && hashes !== undefined) {
        missing.delete(link.seq);
        if (!hashes.has(contentHash(link))) findings.push(`event ${link.seq} isn't the one that the log has`);
      }
      yield line;
    }
    for (const seq of missing) {
      findings.push(`event ${seq} is in the log, but not in the history${seq > newest ? ', which was cut' : ''}`);
    }
  }
  return { lines: checked(), findings };
}

/** Compares each revision of the log with the service's, and the newest one with what is published. */
export async function checkRevisions(target: Target, { revisions }: Heads): Promise<readonly string[] | CommandError> {
  const findings: string[] = [];
  for (const [number, hashes] of revisions) {
    const read = await call(target, { method: 'GET', path: `v1/revisions/${number}` }, Unparsed);
    if (read.ok && hashes.has(revisionHash(read.value.body))) continue;
    if (read.ok) findings.push(`revision ${number} isn't the one that the log has`);
    else if (isMissingOrRefused(read.commandError)) findings.push(`revision ${number}: ${textOf(read.commandError)}`);
    else return read.commandError;
  }
  const newest = Math.max(0, ...revisions.keys());
  const published = await call(target, { method: 'GET', path: 'v1/policy' }, Unparsed);
  if (!published.ok) {
    if (!isMissingOrRefused(published.commandError)) return published.commandError;
    return newest === 0 ? findings : [...findings, `the published policy: ${textOf(published.commandError)}`];
  }
  const number = Number(published.value.etag?.replaceAll('"', ''));
  if (number < newest) findings.push(`revision ${number} is published, but the log has revision ${newest}`);
  return findings;
}

function isMissingOrRefused({ code }: CommandError): boolean {
  return ['document_corrupt', 'revision_unknown', 'no_policy'].includes(code);
}

function textOf({ title, hint }: CommandError): string {
  return `${title} (${hint})`;
}

/** The hash that an event must have by its content, whatever it says of itself. */
function contentHash(link: Link): string {
  // The cast is safe: the chain only reads the fields of a Link.
  const { seq, previous, hash: _, ...newEvent } = link as Event;
  return appendEvent({ seq: seq - 1, hash: previous }, newEvent).event.hash;
}

function unreadableText([first, ...others]: readonly number[]): string {
  const more = others.length === 0 ? '' : `, nor are ${others.length} others`;
  return `line ${first} of the log is not a JSON object${more}: export one object a line, whole`;
}

function add(heads: Map<number, Set<string>>, number: number, hash: string): void {
  heads.set(number, (heads.get(number) ?? new Set()).add(hash));
}

function anew(what: string, heads: ReadonlyMap<number, ReadonlySet<string>>): readonly string[] {
  const first = [...heads].find(([, hashes]) => hashes.size > 1)?.[0];
  return first === undefined
    ? []
    : [`the log has ${what} ${first} twice, differently: the history was made anew there`];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
