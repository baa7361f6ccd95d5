// Reads the history of a service as the lines of an export, oldest first. The API lists the newest first, so each page
// is requested by the number that it ends before. Events that are added meanwhile aren't part of the export.

import { z } from 'zod';
import { emptyChain } from '../../shared/domain/events/event.ts';
import { endLine, Link } from './history-chain.ts';
import { type CommandError, call, type Target } from './service-client.ts';

/** Events as they were sent, unparsed, so that the export can't change one. */
const Page = z.looseObject({ events: z.array(z.unknown()) });

const pageSize = 200;

export interface Source {
  readonly lines: AsyncIterable<string>;
  /** Why the lines ended too early, or null. */
  commandError(): CommandError | null;
}

export function readService(target: Target): Source {
  let commandError: CommandError | null = null;

  async function read(before: number | null, limit: number): Promise<readonly unknown[]> {
    const path = `v1/events?limit=${limit}${before === null ? '' : `&before=${before}`}`;
    const page = await call(target, { method: 'GET', path }, Page);
    if (page.ok) return page.value.body.events.toReversed();
    commandError = page.commandError;
    return [];
  }

  async function* lines(): AsyncGenerator<string> {
    const [newest] = await read(null, 1);
    const { seq, hash } = newest === undefined ? emptyChain : Link.parse(newest);
    let last: ReadonlySet<string> = new Set();
    for (let low = 1; low <= seq && commandError === null; low += pageSize) {
      const page = (await read(Math.min(low + pageSize, seq + 1), pageSize)).map((event) => JSON.stringify(event));
      // If an event is missing, this page overlaps the one before.
      yield* page.filter((line) => !last.has(line));
      if (page.length > 0) last = new Set(page);
    }
    if (commandError === null) yield endLine({ seq, hash });
  }

  return { lines: lines(), commandError: () => commandError };
}
