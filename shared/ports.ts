// What Pinward needs from the outside, as small interfaces. Adapters implement them, functions use them, and neither
// knows the other.

import type { Documents, Kind } from './domain/documents.ts';
import type { Result } from './domain/fault.ts';

export interface Stored<T> {
  readonly id: string;
  /** Changes with every write of this document; only good for `expect` of a later write. */
  readonly version: string;
  readonly value: T;
}

/** `absent`: there must be no such document. A version: it must not have changed since it was read. */
export type Write = { readonly [K in Kind]: WriteOf<K> }[Kind];

interface WriteOf<K extends Kind> {
  readonly kind: K;
  readonly id: string;
  readonly expect: 'absent' | 'any' | { readonly version: string };
  readonly value: Documents[K];
}

export interface Page {
  /** Only ids behind this one, in the order asked for. */
  readonly after?: string;
  readonly limit: number;
  readonly order: 'ascending' | 'descending';
}

/**
 * Documents by kind and id. Ids are compared as text. Expected faults are `store_unavailable`, `document_corrupt` (what
 * was read isn't what Pinward writes) and, from `commit`, `write_conflict`.
 */
export interface Store {
  read<K extends Kind>(kind: K, id: string): Promise<Result<Stored<Documents[K]> | null>>;
  list<K extends Kind>(kind: K, page: Page): Promise<Result<readonly Stored<Documents[K]>[]>>;
  /** All of the writes or none of them; durable when it returns. Values are checked against their schemas first. */
  commit(writes: readonly Write[]): Promise<Result<null>>;
  close(): Promise<void>;
}

/** Milliseconds since 1970, as Date.now gives them. */
export type Clock = () => number;

/** An id whose text order is the order of the numbers. */
export function numberedId(number: number): string {
  return String(number).padStart(10, '0');
}
