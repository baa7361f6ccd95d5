// What the contract suite needs of a store under test beside the port itself, and documents to keep in it.

import assert from 'node:assert/strict';
import type { Kind } from '../../shared/domain/documents.ts';
import type { Fault, Result } from '../../shared/domain/fault.ts';
import type { Policy } from '../../shared/domain/policy/policy.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';
import { numberedId, type Put, type Store } from '../../shared/ports.ts';
import { policy, revision } from './world.ts';

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  /** A second handle onto the same data, as another process or instance has one. */
  readonly other: Store;
  /** Replaces the body of a document past the adapter, as somebody at the database's console could. */
  corrupt(kind: Kind, id: string, body: string): Promise<void>;
}

/** A store that holds nothing yet. */
export type Open = () => Promise<TestStore>;

/** How much of the slow tests a store can take. */
export interface Size {
  /** How many revisions are written and paged through. */
  readonly revisions: number;
  /** How many random histories are played. */
  readonly runs: number;
}

/** The value, or a failed test with the fault. */
export async function must<T>(answer: Promise<Result<T>>): Promise<T> {
  const result = await answer;
  return result.ok ? result.value : assert.fail(`an unexpected fault: ${JSON.stringify(result.fault)}`);
}

export async function faultOf(answer: Promise<Result<unknown>>): Promise<Fault | null> {
  const result = await answer;
  return result.ok ? null : result.fault;
}

/** The smallest document there is; `seq` tells one from another. */
export function chainHead(seq: number) {
  return { seq, hash: String(seq).padStart(64, '0') };
}

export function writeJournal(id: string, seq: number, expect: Put['expect'] = 'any'): Put {
  return { kind: 'chainHead', id, expect, value: chainHead(seq) };
}

export function writeRevision(number: number, over: Partial<Revision> = {}): Put {
  return { kind: 'revision', id: numberedId(number), expect: 'absent', value: revision({ number, ...over }) };
}

/** Version of a document that must exist. */
export async function versionOf(store: Store, kind: Kind, id: string): Promise<string> {
  const stored = await must(store.read(kind, id));
  return stored?.version ?? assert.fail(`${kind}/${id} is not there`);
}

/** A policy whose JSON is just under the 256 KiB that the API takes. */
export function largestPolicy(): Policy {
  const match = Array.from({ length: 5000 }, (_, at) => `email:${String(at).padStart(28, 'x')}@acme.test`);
  const first = { name: 'many', match, pins: {} };
  const large = policy({ rings: [first, ...policy().rings] });
  const room = 256 * 1024 - Buffer.byteLength(JSON.stringify(large)) - 64;
  return { ...large, settings: { note: 'ü'.repeat(Math.floor(room / 2)) } };
}

/** Settings as deep as a policy may be. */
export function maxDepthSettings(): Record<string, unknown> {
  let value: unknown = { 'a "key"\\\u2028\n': ['', null, 0, 1e-7, 1e21, false] };
  for (let depth = 0; depth < 20; depth++) value = depth % 2 === 0 ? { [`k${depth}`]: value } : [value];
  return { deep: value };
}
