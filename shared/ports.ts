// What Pinward needs from the outside, as small interfaces. Adapters implement them, functions use them, and neither
// knows the other.

import type { Observation } from './domain/availability/observation.ts';
import type { Documents, Kind } from './domain/documents.ts';
import type { Posted } from './domain/events/announcement.ts';
import type { Event } from './domain/events/event.ts';
import type { Message } from './domain/events/message.ts';
import type { Result } from './domain/fault.ts';
import type { ModelEndpoint } from './domain/models/model-endpoint.ts';
import type { PublicKey } from './domain/serving/statement.ts';

export interface Stored<T> {
  readonly id: string;
  /** Changes with every write of this document; only good for `expect` of a later write. */
  readonly version: string;
  readonly value: T;
}

/** `absent`: there must be no such document. A version: it must not have changed since it was read. */
export type Put = { readonly [K in Kind]: PutOf<K> }[Kind];

interface PutOf<K extends Kind> {
  readonly kind: K;
  readonly id: string;
  readonly expect: 'absent' | 'any' | { readonly version: string };
  readonly value: Documents[K];
}

/** Takes a document away; no matter whether it is still there. */
export interface Remove {
  readonly kind: Kind;
  readonly id: string;
  readonly remove: true;
}

export type Write = Put | Remove;

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

/** Carries events to whoever listens, at least once each, those of one subject in order. */
export interface Bus {
  publish(event: Event): Promise<Result<null>>;
  close(): Promise<void>;
}

/** Where people are told, such as a Slack channel. */
export interface Channel {
  post(message: Message): Promise<Posted>;
}

/** Vertex Model Garden. None of these throws: what can't be asked is an observation, too. */
export interface Garden {
  /** Ids of the Anthropic models that the publisher lists, whoever may call them; null when the list could not be had. */
  list(): Promise<{ readonly models: readonly string[] | null; readonly evidence: string }>;
  /** Free: whether the model is servable for the project there. */
  screen(endpoint: ModelEndpoint): Promise<Observation>;
  /** Costs one token: whether it answers. */
  confirm(endpoint: ModelEndpoint): Promise<Observation>;
  close(): Promise<void>;
}

/** A key that signs by ES256: ECDSA on P-256 over SHA-256. What it can't do now is the fault `signer_unavailable`. */
export interface Signer {
  publicKey(): Promise<Result<PublicKey>>;
  /** The signature in DER, as openssl takes it. */
  sign(text: string): Promise<Result<Buffer>>;
}

/** Milliseconds since 1970, as Date.now gives them. */
export type Clock = () => number;

/** What to expect of a document in the next write: that it still is as it was read, or still absent. */
export function expectOf(read: { readonly version: string } | null): 'absent' | { readonly version: string } {
  return read === null ? 'absent' : { version: read.version };
}

/** An id whose text order is the order of the numbers. */
export function numberedId(number: number): string {
  return String(number).padStart(10, '0');
}
