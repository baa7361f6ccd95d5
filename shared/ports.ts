// The ports: small interfaces for everything that Pinward needs from the outside. Adapters implement the ports and
// functions use them; neither imports the other.

import type { Observation } from './domain/availability/observation.ts';
import type { Documents, Kind } from './domain/documents.ts';
import type { Posted } from './domain/events/announcement.ts';
import type { Event } from './domain/events/event.ts';
import type { Message } from './domain/events/message.ts';
import type { Result } from './domain/fault.ts';
import type { ModelEndpoint } from './domain/models/model-endpoint.ts';
import type { PublicKey } from './domain/serving/statement.ts';

/** A document as the store returned it. */
export interface Stored<T> {
  readonly id: string;
  /** Opaque. Changes with every write of this document; serves only as `expect` of a later write. */
  readonly version: string;
  readonly value: T;
}

/** Writes a whole document. */
export type Put = { readonly [K in Kind]: PutOf<K> }[Kind];

interface PutOf<K extends Kind> {
  readonly kind: K;
  readonly id: string;
  /** `absent`: there must be no such document. A version: the document must not have changed since it was read. */
  readonly expect: 'absent' | 'any' | { readonly version: string };
  readonly value: Documents[K];
}

/** Deletes a document; succeeds also when there is none. */
export interface Remove {
  readonly kind: Kind;
  readonly id: string;
  readonly remove: true;
}

export type Write = Put | Remove;

/** One page of a list. */
export interface Page {
  /** Only ids that follow this one in `order`. */
  readonly after?: string;
  readonly limit: number;
  readonly order: 'ascending' | 'descending';
}

/**
 * Documents by kind and id; ids are ordered as text. Faults: `store_unavailable`, `document_corrupt` (the document
 * doesn't match its schema) and, from `commit`, `write_conflict`.
 */
export interface Store {
  read<K extends Kind>(kind: K, id: string): Promise<Result<Stored<Documents[K]> | null>>;
  list<K extends Kind>(kind: K, page: Page): Promise<Result<readonly Stored<Documents[K]>[]>>;
  /** Atomic, and durable when it returns. Every value is checked against its schema first. */
  commit(writes: readonly Write[]): Promise<Result<null>>;
  close(): Promise<void>;
}

/** Delivers each event to subscribers at least once; events of one subject in order. Fault: `bus_unavailable`. */
export interface Bus {
  publish(event: Event): Promise<Result<null>>;
  close(): Promise<void>;
}

/** A channel that shows messages to people, such as one of Slack. */
export interface Channel {
  post(message: Message): Promise<Posted>;
}

/** Vertex Model Garden. No method throws: a failed request is an observation, too. */
export interface Garden {
  /** Ids of the models that Anthropic lists, also those that no project may call; null when the request failed. */
  list(): Promise<{ readonly models: readonly string[] | null; readonly evidence: string }>;
  /** Asks whether Vertex would serve the model to the project; free. */
  screen(endpoint: ModelEndpoint): Promise<Observation>;
  /** Asks the model itself; costs one token. */
  confirm(endpoint: ModelEndpoint): Promise<Observation>;
  close(): Promise<void>;
}

/** A key that signs by ES256: ECDSA on P-256 over SHA-256. Fault: `signer_unavailable`. */
export interface Signer {
  publicKey(): Promise<Result<PublicKey>>;
  /** The signature in DER, the form that openssl reads. */
  sign(text: string): Promise<Result<Buffer>>;
}

/** The time in milliseconds since 1970, as of Date.now. */
export type Clock = () => number;

/** The `expect` of a write that must fail if the document changed since it was read. */
export function expectOf(read: { readonly version: string } | null): 'absent' | { readonly version: string } {
  return read === null ? 'absent' : { version: read.version };
}

/** An id of ten digits: ids then sort as text in the order of their numbers. */
export function numberedId(number: number): string {
  return String(number).padStart(10, '0');
}
