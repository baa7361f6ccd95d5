// Reads the history of a service as the lines of an export, oldest first. The API lists the newest first, so each page
// is requested by the number that it ends before. Events that are added meanwhile aren't part of the export.

import { z } from 'zod';
import { type ChainHead, emptyChain } from '../../../shared/domain/events/event.ts';
import { type CommandError, call, type Target } from '../service-client.ts';
import { endLine, Link } from './history-chain.ts';

/** Events as they were sent, unparsed, so that the export can't change one. */
const Page = z.looseObject({ events: z.array(z.unknown()), refused: z.array(z.string()), next: z.int().nullable() });

const pageSize = 200;

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

  /** Newest first. Null after an error. */
  async function readPage(before: number | null, limit: number): Promise<z.infer<typeof Page> | null> {
    const path = `v1/events?limit=${limit}${before === null ? '' : `&before=${before}`}`;
    const page = await call(target, { method: 'GET', path }, Page);
    if (!page.ok) {
      commandError = page.commandError;
      return null;
    }
    for (const document of page.value.body.refused) refused.add(`${document} is left out: no writer signed it`);
    return page.value.body;
  }

  /** The newest event that a writer signed. What somebody put after it may have any number, so it is stepped over. */
  async function readNewest(): Promise<ChainHead> {
    for (let before: number | null | undefined; before !== null; ) {
      const page = await readPage(before ?? null, pageSize);
      const [newest] = page?.events ?? [];
      if (newest !== undefined) return Link.parse(newest);
      before = page?.next ?? null;
    }
    return emptyChain;
  }

  /** The events from `low` on and before `high`, oldest first. There may be other documents between them. */
  async function readRange(low: number, high: number): Promise<readonly unknown[]> {
    const events: unknown[] = [];
    for (let before: number | null = high; before !== null && before > low; ) {
      const page = await readPage(before, pageSize);
      events.push(...(page?.events ?? []).filter((event) => !isBefore(low, event)));
      before = page?.next ?? null;
    }
    return events.toReversed();
  }

  async function* lines(): AsyncGenerator<string> {
    const { seq, hash } = await readNewest();
    for (let low = 1; low <= seq && commandError === null; low += pageSize) {
      const events = await readRange(low, Math.min(low + pageSize, seq + 1));
      yield* events.map((event) => JSON.stringify(event));
    }
    if (commandError === null) yield endLine({ seq, hash });
  }

  return { lines: lines(), commandError: () => commandError, refused: () => [...refused] };
}

function isBefore(low: number, event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'seq' in event && Number(event.seq) < low;
}
