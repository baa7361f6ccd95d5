// Reads the history of a service as the lines of an export, oldest first. The API lists the newest first, so each page
// is requested by the number that it ends before. Events that are added meanwhile aren't part of the export.

import { z } from 'zod';
import { type ChainHead, emptyChain } from '../../../shared/domain/events/event.ts';
import { type Answer, type Attempt, type CommandError, call, type Target } from '../service-client.ts';
import { endLine, Link } from './history-chain.ts';

/** Events as they were sent, unparsed, so that the export can't change one. */
const Page = z.looseObject({ events: z.array(z.unknown()) });

const pageSize = 200;
/** The greatest that the API takes for `before`. */
const lastNumber = 9_999_999_999;

export interface Source {
  readonly lines: AsyncIterable<string>;
  /** Why the lines ended too early, or null. */
  commandError(): CommandError | null;
  /** Events that the service refuses to read, because no writer signed them. The lines don't have them. */
  refused(): readonly string[];
}

export function readService(target: Target): Source {
  let commandError: CommandError | null = null;
  const refused = new Set<string>();

  /** Newest first. A page with a refused event is read in halves. */
  async function read(before: number, limit: number): Promise<readonly unknown[]> {
    const page = await readPage(before, limit);
    if (page.ok) return page.value.body.events;
    if (page.commandError.code !== 'document_corrupt') {
      commandError = page.commandError;
      return [];
    }
    if (limit === 1) {
      refused.add(page.commandError.title);
      return [];
    }
    const half = Math.ceil(limit / 2);
    const newer = await read(before, half);
    return before - half <= 1 ? newer : [...newer, ...(await read(before - half, limit - half))];
  }

  /** The newest event that a writer signed. What somebody put after it may have any number, so it is stepped over. */
  async function readNewest(): Promise<ChainHead> {
    for (let before: number | null = null; before !== 0; ) {
      const page: Attempt<Answer<z.infer<typeof Page>>> = await readPage(before, 1);
      if (page.ok) {
        const [newest] = page.value.body.events;
        return newest === undefined ? emptyChain : Link.parse(newest);
      }
      const { code, title } = page.commandError;
      const next: number = Number(/event\/(\d{10})/.exec(title)?.[1] ?? lastNumber);
      if (code !== 'document_corrupt' || next >= (before ?? Number.POSITIVE_INFINITY)) {
        commandError = page.commandError;
        break;
      }
      refused.add(title);
      before = next;
    }
    return emptyChain;
  }

  function readPage(before: number | null, limit: number): Promise<Attempt<Answer<z.infer<typeof Page>>>> {
    const path = `v1/events?limit=${limit}${before === null ? '' : `&before=${before}`}`;
    return call(target, { method: 'GET', path }, Page);
  }

  async function* lines(): AsyncGenerator<string> {
    const { seq, hash } = await readNewest();
    let last: ReadonlySet<string> = new Set();
    for (let low = 1; low <= seq && commandError === null; low += pageSize) {
      const events = await read(Math.min(low + pageSize, seq + 1), pageSize);
      // Where an event is missing, halves overlap.
      const page = [...new Set(events.toReversed().map((event) => JSON.stringify(event)))];
      // If an event is missing, this page overlaps the one before.
      yield* page.filter((line) => !last.has(line));
      if (page.length > 0) last = new Set(page);
    }
    if (commandError === null) yield endLine({ seq, hash });
  }

  return { lines: lines(), commandError: () => commandError, refused: () => [...refused] };
}
