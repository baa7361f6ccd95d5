// Checks the numbers that changes of the policy and of access carry: each is greater than the one before. A number that comes again
// shows that somebody put an older policy or older roles back into the database, although each document is authentic.

import { z } from 'zod';
import { type CommandError, call, type Target } from '../service-client.ts';
import { readLink } from './history-chain.ts';

const numberFields = { PolicyChanged: 'revision', AccessChanged: 'number' } as const;
type NumberedKind = keyof typeof numberFields;

interface CheckedNumbers {
  readonly lines: AsyncIterable<string>;
  /** Complete when the lines have ended. */
  readonly findings: string[];
  /** The newest number of each kind; 0 for none. */
  readonly newest: Record<NumberedKind, number>;
}

/** Passes the lines of an export on. */
export function checkNumbers(lines: AsyncIterable<string>): CheckedNumbers {
  const findings: string[] = [];
  const newest = { PolicyChanged: 0, AccessChanged: 0 };
  async function* checked(): AsyncGenerator<string> {
    for await (const line of lines) {
      const link = readLink(line);
      if (link !== undefined && isNumbered(link.kind)) {
        const number = z.record(z.string(), z.unknown()).safeParse(link.data).data?.[numberFields[link.kind]];
        if (typeof number === 'number' && number <= newest[link.kind])
          findings.push(`event ${link.seq} is ${link.kind} ${number} again: an older state was put back before it`);
        if (typeof number === 'number') newest[link.kind] = Math.max(newest[link.kind], number);
      }
      yield line;
    }
  }
  return { lines: checked(), findings, newest };
}

/** Compares the service's access with the newest change of it. */
export async function checkAccess(
  target: Target,
  { AccessChanged: newest }: CheckedNumbers['newest'],
): Promise<readonly string[] | CommandError> {
  const access = await call(target, { method: 'GET', path: 'v1/access' }, z.looseObject({}));
  if (!access.ok && access.commandError.code === 'document_corrupt')
    return [`access: ${access.commandError.title} (${access.commandError.hint})`];
  if (!access.ok) return access.commandError;
  const number = Number(access.value.etag?.replaceAll('"', ''));
  return number < newest ? [`access ${number} is in force, but the history has access ${newest}`] : [];
}

function isNumbered(kind: string): kind is NumberedKind {
  return kind in numberFields;
}
