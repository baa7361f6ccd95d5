// Takes over a store from before documents were signed: signs every document that has no signature yet. It can be
// stopped, repeated, and run while instances write: each document is written on the version that was read.

import type { Kind } from '../../domain/documents.ts';
import { ok, type Result } from '../../domain/fault.ts';
import { signedKinds, type Writer, writersOf } from '../../domain/writers.ts';
import type { Put, Store } from '../../ports.ts';
import { editionOf } from './edition.ts';

export interface TakenOver {
  readonly signed: number;
  /** Names of documents that are still without a signature: of other writers, or written meanwhile. */
  readonly left: readonly string[];
}

const pageSize = 200;
/** Each document keeps the hashes of all that were signed with it. */
const signedTogether = 20;

/**
 * `store` accepts documents without a signature, and signs with the key of `owners`. Faults: those of the store;
 * `document_corrupt` names a document that doesn't pass its schema, which nobody should sign.
 */
export async function takeOver(store: Store, owners: readonly Writer[]): Promise<Result<TakenOver>> {
  let signed = 0;
  const left: string[] = [];
  for (const kind of signedKinds) {
    const unsigned = await unsignedOf(store, kind);
    if (!unsigned.ok) return unsigned;
    const ours = unsigned.value.filter((put) =>
      writersOf(put.kind, put.value).some((writer) => owners.includes(writer)),
    );
    left.push(...unsigned.value.filter((put) => !ours.includes(put)).map(nameOf));
    for (let from = 0; from < ours.length; from += signedTogether) {
      const puts = ours.slice(from, from + signedTogether);
      const committed = await store.commit(puts);
      if (committed.ok) signed += puts.length;
      else if (committed.fault.code === 'write_conflict') left.push(...puts.map(nameOf));
      else return committed;
    }
  }
  return ok({ signed, left });
}

async function unsignedOf(store: Store, kind: Kind): Promise<Result<readonly Put[]>> {
  const puts: Put[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await store.list(kind, {
      order: 'ascending',
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    if (!page.ok) return page;
    for (const { id, version, value } of page.value) {
      after = id;
      // The cast is safe: the store gave a value of this kind.
      if (editionOf(version) === 0) puts.push({ kind, id, expect: { version }, value } as Put);
    }
    if (page.value.length < pageSize) return ok(puts);
  }
}

function nameOf({ kind, id }: Put): string {
  return `${kind}/${id}`;
}
