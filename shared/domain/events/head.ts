// A head of the history: what a commit made newest. It is signed and kept outside of the database, where it still shows
// that events, revisions or the published policy were changed, cut or made anew.

import { createHash } from 'node:crypto';
import type { ChainHead } from './event.ts';

export interface Head {
  /** The newest event. Null when the commit had none. */
  readonly event: ChainHead | null;
  /** The published revision. Null when the commit published none. */
  readonly revision: RevisionHead | null;
}

export interface RevisionHead {
  readonly number: number;
  /** See `revisionHash`. */
  readonly sha256: string;
}

/** The text that is signed. */
export function headText({ event, revision }: Head): string {
  return [
    'pinward-head-v1',
    `event: ${event === null ? 'none' : `${event.seq} ${event.hash}`}`,
    `revision: ${revision === null ? 'none' : `${revision.number} ${revision.sha256}`}`,
    '',
  ].join('\n');
}

/** Hex SHA-256 of a revision as JSON with sorted fields, so that a copy from the API has the same. */
export function revisionHash(revision: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(revision)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
