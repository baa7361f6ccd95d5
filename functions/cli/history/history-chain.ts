// Checks an export of the history and finds the first event where the hash chain breaks. Each line is an event as JSON,
// the oldest first. The last line, the end line, says where the chain ended at export. Memory doesn't grow with the
// export.

import { z } from 'zod';
import { appendEvent, ChainHead, type Event, emptyChain, findBreak } from '../../../shared/domain/events/event.ts';

/**
 * The parts of an event that the chain needs. Any kind and data is accepted, because a later Pinward may have new ones.
 */
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
export type Link = z.infer<typeof Link>;

/** The event of a line; undefined for a line that is none. */
export function readLink(line: string): Link | undefined {
  try {
    return Link.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const End = z.strictObject({ end: ChainHead });

export interface Break {
  /** The number of the event that is expected at this line. */
  readonly event: number;
  readonly line: number;
  readonly what: 'changed' | 'replaced' | 'removed' | 'reordered' | 'inserted' | 'cut' | 'rewritten' | 'damaged';
  /** What is wrong, as a clause for people. */
  readonly text: string;
}

export interface Verdict {
  /** The last event before the break, or the last of all. */
  readonly end: ChainHead;
  readonly broken: Break | null;
}

export function endLine(end: ChainHead): string {
  return JSON.stringify({ end });
}

/** `expected`: an event that the chain is known to have had. Only this reveals a history that was cut or rewritten. */
export async function checkHistory(
  lines: AsyncIterable<string> | Iterable<string>,
  expected: ChainHead | null,
): Promise<Verdict> {
  let end = emptyChain;
  let endLineHead: ChainHead | null = null;
  let broken: Break | null = null;
  let strayLine: HistoryLine | null = null;
  let line = 0;
  for await (const text of lines) {
    line++;
    const parsed = parseLine(text);
    if (broken !== null) {
      // Later lines show why a number is out of order.
      broken = refineBreak(broken, strayLine, parsed);
      continue;
    }
    const defect = endLineHead === null ? findDefect(parsed, end, expected) : afterEnd;
    if (defect !== null) {
      broken = { event: end.seq + 1, line, ...defect };
      strayLine = parsed;
    } else if ('end' in parsed) endLineHead = parsed.end;
    else if ('seq' in parsed) end = { seq: parsed.seq, hash: parsed.hash };
  }
  return { end, broken: broken ?? checkEnd(end, endLineHead, expected, line) };
}

type Defect = Pick<Break, 'what' | 'text'>;
type HistoryLine = Link | z.infer<typeof End> | { readonly defect: Defect };

const afterEnd: Defect = { what: 'inserted', text: 'it comes after the end line' };
const rewritten = "its hash isn't the expected one: this event or an earlier one was rewritten";
const damaged = "the line isn't JSON: the file was cut or damaged here";

function parseLine(text: string): HistoryLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { defect: { what: 'damaged', text: damaged } };
  }
  const isEnd = typeof value === 'object' && value !== null && 'end' in value;
  const read = isEnd ? End.safeParse(value) : Link.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return {
    defect: { what: 'changed', text: `it isn't an event (/${issue?.path.join('/')}: ${issue?.message})` },
  };
}

function findDefect(parsed: HistoryLine, end: ChainHead, expected: ChainHead | null): Defect | null {
  if ('defect' in parsed) return parsed.defect;
  if ('end' in parsed) return null;
  if (findBreak([asEvent(parsed)], end) !== null) return explain(parsed, end);
  return expected?.seq === parsed.seq && expected.hash !== parsed.hash ? { what: 'rewritten', text: rewritten } : null;
}

/** The cast is safe: the functions of the chain only read the fields of a Link. */
function asEvent(link: Link): Event {
  return link as Event;
}

function explain(link: Link, end: ChainHead): Defect {
  const { seq, previous, hash, ...newEvent } = asEvent(link);
  const contentHash = appendEvent({ seq: seq - 1, hash: previous }, newEvent).event.hash;
  const next = end.seq + 1;
  if (contentHash !== hash) return { what: 'changed', text: "its hash doesn't match its content" };
  if (seq < next) return { what: 'inserted', text: `event ${seq} appears here for a second time` };
  if (seq === next) return { what: 'replaced', text: "its previous hash isn't that of the event before it" };
  const missing = seq - 1 === next ? `event ${next} is` : `events ${next} to ${seq - 1} are`;
  return { what: 'removed', text: `${missing} missing: event ${seq} appears here` };
}

/** A removal may turn out to be a move or an insertion. */
function refineBreak(broken: Break, strayLine: HistoryLine | null, later: HistoryLine): Break {
  if (strayLine === null || !('seq' in strayLine) || !('seq' in later)) return broken;
  if (broken.what !== 'removed' && broken.what !== 'reordered') return broken;
  const here = `event ${strayLine.seq} appears here`;
  if (later.seq === strayLine.seq) return { ...broken, what: 'inserted', text: `${here}, and again in its own place` };
  if (later.seq !== broken.event) return broken;
  return { ...broken, what: 'reordered', text: `${here}, and event ${later.seq} later` };
}

function checkEnd(
  end: ChainHead,
  endLineHead: ChainHead | null,
  expected: ChainHead | null,
  line: number,
): Break | null {
  const here = { event: end.seq + 1, line: line + 1, what: 'cut' } as const;
  if (endLineHead === null) return { ...here, text: 'the file has no end line' };
  if (endLineHead.seq > end.seq)
    return { ...here, line, text: `the end line names event ${endLineHead.seq}, but ${end.seq} is the last` };
  if (endLineHead.seq < end.seq || endLineHead.hash !== end.hash) {
    return { event: end.seq, line, what: 'changed', text: 'the end line names another event' };
  }
  if (expected !== null && expected.seq > end.seq) {
    return { ...here, text: `event ${expected.seq} was expected, but ${end.seq} is the last` };
  }
  return null;
}
