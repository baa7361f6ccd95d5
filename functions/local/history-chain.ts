// Checks an export of the history line by line, however long it is, and names the first place where it isn't whole. Each
// line is an event as JSON, oldest first; the last says where the chain ended when it was exported.

import { z } from 'zod';
import { appendEvent, type Event, emptyJournal, findBreak, Journal } from '../../shared/domain/event.ts';

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

const End = z.strictObject({ end: Journal });

export interface Break {
  /** The number of the event that should stand here. */
  readonly event: number;
  readonly line: number;
  readonly what: 'changed' | 'replaced' | 'removed' | 'reordered' | 'inserted' | 'cut' | 'rewritten' | 'damaged';
  readonly words: string;
}

export interface Verdict {
  /** The last event before the break, or the last at all. */
  readonly end: Journal;
  readonly broken: Break | null;
}

export function endLine(end: Journal): string {
  return JSON.stringify({ end });
}

/** `expected`: an event that the chain is known to have had; against a cut or a new history only such knowledge helps. */
export async function checkHistory(
  lines: AsyncIterable<string> | Iterable<string>,
  expected: Journal | null,
): Promise<Verdict> {
  let end = emptyJournal;
  let stated: Journal | null = null;
  let broken: Break | null = null;
  let stray: Link | null = null;
  let line = 0;
  for await (const text of lines) {
    line++;
    const entry = readEntry(text);
    if (broken !== null) {
      // What comes later tells why a number is out of turn.
      if (stray !== null && 'seq' in entry) broken = reconsider(broken, stray, entry);
      continue;
    }
    const here = { event: end.seq + 1, line };
    if (stated !== null) broken = { ...here, what: 'inserted', words: 'it stands behind the line that tells the end' };
    else if ('end' in entry) stated = entry.end;
    else if ('trouble' in entry) broken = { ...here, what: entry.what, words: entry.trouble };
    else if (findBreak([asEvent(entry)], end) !== null) {
      broken = { ...here, ...explain(entry, end) };
      stray = entry;
    } else {
      end = { seq: entry.seq, hash: entry.hash };
      if (expected?.seq === end.seq && expected.hash !== end.hash) broken = { ...here, event: end.seq, ...rewritten };
    }
  }
  return { end, broken: broken ?? endsEarly(end, stated, expected, line) };
}

type Entry = Link | z.infer<typeof End> | { readonly trouble: string; readonly what: 'changed' | 'damaged' };

const rewritten = {
  what: 'rewritten',
  words: 'it has another hash than was expected: it, or one before it, was made anew',
} as const;

function readEntry(text: string): Entry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { what: 'damaged', trouble: 'the line is not JSON: the file was cut or damaged there' };
  }
  const end = End.safeParse(value);
  if (end.success) return end.data;
  const link = Link.safeParse(value);
  if (link.success) return link.data;
  const [issue] = link.error.issues;
  return { what: 'changed', trouble: `it is not as events are (/${issue?.path.join('/')}: ${issue?.message})` };
}

/** For the chain's own functions, which look at no more than what a Link has. */
function asEvent(link: Link): Event {
  return link as Event;
}

function explain(link: Link, end: Journal): Pick<Break, 'what' | 'words'> {
  const { seq, previous, hash, ...news } = asEvent(link);
  const own = appendEvent({ seq: seq - 1, hash: previous }, news).event.hash;
  const next = end.seq + 1;
  if (own !== hash) return { what: 'changed', words: 'it does not have the hash of what it says' };
  if (seq > next) return { what: 'removed', words: `events ${next} to ${seq - 1} are missing: ${seq} stands here` };
  if (seq < next) return { what: 'inserted', words: `event ${seq} stands here, a second time` };
  return {
    what: 'replaced',
    words: `it follows another event than the one before it: ${seq === 1 ? 'a part is missing' : `one of the two was replaced`}`,
  };
}

function reconsider(broken: Break, stray: Link, later: Link): Break {
  if (broken.what !== 'removed' && broken.what !== 'reordered') return broken;
  if (later.seq === stray.seq)
    return { ...broken, what: 'inserted', words: `event ${stray.seq} stands here, and again in its place` };
  if (later.seq !== broken.event || broken.what === 'reordered') return broken;
  return { ...broken, what: 'reordered', words: `event ${stray.seq} stands here, and event ${broken.event} later` };
}

function endsEarly(end: Journal, stated: Journal | null, expected: Journal | null, line: number): Break | null {
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
