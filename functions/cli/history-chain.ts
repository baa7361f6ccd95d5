// Checks an export of the history line by line, however long it is, and names the first place where it isn't whole. Each
// line is an event as JSON, oldest first; the last says where the chain ended when it was exported.

import { z } from 'zod';
import { appendEvent, ChainHead, type Event, emptyChain, findBreak } from '../../shared/domain/events/event.ts';

/** What the chain needs of an event. Kinds and data of a later Pinward are as good: only the hash tells of them. */
export const Link = z.strictObject({
  seq: z.int().positive(),
  id: z.string(),
  kind: z.string(),
  subject: z.string(),
  at: z.string(),
  by: z.string(),
  data: z.unknown(),
  previous: z.string(),
  hash: z.string(),
});
type Link = z.infer<typeof Link>;

const End = z.strictObject({ end: ChainHead });

export interface Break {
  /** The number of the event that should stand here. */
  readonly event: number;
  readonly line: number;
  readonly what: 'changed' | 'replaced' | 'removed' | 'reordered' | 'inserted' | 'cut' | 'rewritten' | 'damaged';
  readonly words: string;
}

export interface Verdict {
  /** The last event before the break, or the last at all. */
  readonly end: ChainHead;
  readonly broken: Break | null;
}

export function endLine(end: ChainHead): string {
  return JSON.stringify({ end });
}

/** `expected`: an event that the chain is known to have had; against a cut or a new history only such knowledge helps. */
export async function checkHistory(
  lines: AsyncIterable<string> | Iterable<string>,
  expected: ChainHead | null,
): Promise<Verdict> {
  let end = emptyChain;
  let stated: ChainHead | null = null;
  let broken: Break | null = null;
  let stray: CatalogueModel | null = null;
  let line = 0;
  for await (const text of lines) {
    line++;
    const entry = readEntry(text);
    if (broken !== null) {
      // What comes later tells why a number is out of turn.
      broken = reconsider(broken, stray, entry);
      continue;
    }
    const wrong = stated === null ? whatIsWrong(entry, end, expected) : behindEnd;
    if (wrong !== null) {
      broken = { event: end.seq + 1, line, ...wrong };
      stray = entry;
    } else if ('end' in entry) stated = entry.end;
    else if ('seq' in entry) end = { seq: entry.seq, hash: entry.hash };
  }
  return { end, broken: broken ?? endsEarly(end, stated, expected, line) };
}

type Wrong = Pick<Break, 'what' | 'words'>;
type CatalogueModel = Link | z.infer<typeof End> | { readonly wrong: Wrong };

const behindEnd: Wrong = { what: 'inserted', words: 'it stands behind the line that tells the end' };
const rewritten = 'it has another hash than was expected: it, or one before it, was made anew';
const damaged = 'the line is not JSON: the file was cut or damaged there';

function readEntry(text: string): CatalogueModel {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { wrong: { what: 'damaged', words: damaged } };
  }
  const isEnd = typeof value === 'object' && value !== null && 'end' in value;
  const read = isEnd ? End.safeParse(value) : Link.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const words = `it is not as events are (/${issue?.path.join('/')}: ${issue?.message})`;
  return { wrong: { what: 'changed', words } };
}

function whatIsWrong(entry: CatalogueModel, end: ChainHead, expected: ChainHead | null): Wrong | null {
  if ('wrong' in entry) return entry.wrong;
  if ('end' in entry) return null;
  if (findBreak([asEvent(entry)], end) !== null) return explain(entry, end);
  return expected?.seq === entry.seq && expected.hash !== entry.hash ? { what: 'rewritten', words: rewritten } : null;
}

/** For the chain's own functions, which look at no more than what a Link has. */
function asEvent(link: Link): Event {
  return link as Event;
}

function explain(link: Link, end: ChainHead): Wrong {
  const { seq, previous, hash, ...newEvent } = asEvent(link);
  const own = appendEvent({ seq: seq - 1, hash: previous }, newEvent).event.hash;
  const next = end.seq + 1;
  if (own !== hash) return { what: 'changed', words: 'its hash is not that of what it says' };
  if (seq < next) return { what: 'inserted', words: `event ${seq} stands here, a second time` };
  if (seq === next) return { what: 'replaced', words: 'it says that it follows another event than the one before it' };
  const missing = seq - 1 === next ? `event ${next} is` : `events ${next} to ${seq - 1} are`;
  return { what: 'removed', words: `${missing} missing: event ${seq} stands here` };
}

function reconsider(broken: Break, stray: CatalogueModel | null, later: CatalogueModel): Break {
  if (stray === null || !('seq' in stray) || !('seq' in later)) return broken;
  if (broken.what !== 'removed' && broken.what !== 'reordered') return broken;
  const here = `event ${stray.seq} stands here`;
  if (later.seq === stray.seq) return { ...broken, what: 'inserted', words: `${here}, and again in its place` };
  if (later.seq !== broken.event) return broken;
  return { ...broken, what: 'reordered', words: `${here}, and event ${later.seq} later` };
}

function endsEarly(end: ChainHead, stated: ChainHead | null, expected: ChainHead | null, line: number): Break | null {
  const here = { event: end.seq + 1, line: line + 1, what: 'cut' } as const;
  if (stated === null) return { ...here, words: 'the file ends without the line that tells the end' };
  if (stated.seq > end.seq)
    return { ...here, line, words: `the end is told to be ${stated.seq}, but ${end.seq} is the last` };
  if (stated.seq < end.seq || stated.hash !== end.hash) {
    return { event: end.seq, line, what: 'changed', words: 'the line that tells the end tells another' };
  }
  if (expected !== null && expected.seq > end.seq) {
    return { ...here, words: `event ${expected.seq} was expected, but ${end.seq} is the last` };
  }
  return null;
}
