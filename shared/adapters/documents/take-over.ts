// Takes over a store from before documents were signed: signs every document that has no signature yet. It can be
// stopped, repeated, and run while instances write: each document is written on the version that was read.

import type { Kind } from '../../domain/documents.ts';
import { ok, type Result } from '../../domain/fault.ts';
import { signedKinds, type Writer, writersOf } from '../../domain/writers.ts';
import { listReadable, type ReadablePage } from '../../list-readable.ts';
import type { Put, Store } from '../../ports.ts';
import { editionOf } from './edition.ts';

export interface TakenOver {
  readonly signed: number;
  /** What nobody signed. */
  readonly left: readonly LeftDocument[];
}

interface LeftDocument {
  /** Its name, such as `revision/0000000041`. */
  readonly document: string;
  /** Why, as a clause for people. */
  readonly reason: string;
}

interface Found {
  readonly unsigned: readonly Put[];
  readonly left: readonly LeftDocument[];
}

const pageSize = 200;
/** Each document keeps the hashes of all that were signed with it. */
const signedTogether = 20;

/**
 * `store` accepts documents without a signature, and signs with the key of `owners`. A document whose signature is wrong, or
 * that breaks its schema, is left: what is signed is believed from then on. Faults: those of the store.
 */
export async function takeOver(store: Store, owners: readonly Writer[]): Promise<Result<TakenOver>> {
  let signed = 0;
  const left: LeftDocument[] = [];
  for (const kind of signedKinds) {
    const found = await findUnsigned(store, kind);
    if (!found.ok) return found;
    left.push(...found.value.left);
    const ours: Put[] = [];
    for (const put of found.value.unsigned) {
      const writers = writersOf(put.kind, put.value);
      if (writers.some((writer) => owners.includes(writer))) ours.push(put);
      else left.push({ document: nameOf(put), reason: `only ${writers.join(' or ')} may sign it` });
    }
    for (let from = 0; from < ours.length; from += signedTogether) {
      const puts = ours.slice(from, from + signedTogether);
      const committed = await store.commit(puts);
      if (committed.ok) signed += puts.length;
      else if (committed.fault.code !== 'write_conflict') return committed;
      else
        left.push(
          ...puts.map((put) => ({ document: nameOf(put), reason: 'it was written meanwhile: run this again' })),
        );
    }
  }
  return ok({ signed, left });
}

async function findUnsigned(store: Store, kind: Kind): Promise<Result<Found>> {
  const [unsigned, left]: [Put[], LeftDocument[]] = [[], []];
  for (let after: string | null | undefined; after !== null; ) {
    const from = after === undefined ? {} : { after };
    const page: Result<ReadablePage<Kind>> = await listReadable(store, kind, {
      order: 'ascending',
      limit: pageSize,
      ...from,
    });
    if (!page.ok) return page;
    const { documents, refused } = page.value;
    left.push(...refused.map(({ document, detail }) => ({ document, reason: detail })));
    for (const { id, version, value } of documents) {
      // The cast is safe: the store gave a value of this kind.
      if (editionOf(version) === 0) unsigned.push({ kind, id, expect: { version }, value } as Put);
    }
    after = page.value.after;
  }
  return ok({ unsigned, left });
}

function nameOf({ kind, id }: Put): string {
  return `${kind}/${id}`;
}
