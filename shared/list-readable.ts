// Lists the documents of a kind that can be read, and names those that can't. One document that nobody signed, which somebody put into
// the database, must not hide all others.

import type { Documents, Kind } from './domain/documents.ts';
import { ok, type Result } from './domain/fault.ts';
import type { Page, Store, Stored } from './ports.ts';

export interface ReadablePage<K extends Kind> {
  readonly documents: readonly Stored<Documents[K]>[];
  readonly refused: readonly RefusedDocument[];
  /** Pass it as `after` for the next page; null on the last page. */
  readonly after: string | null;
}

export interface RefusedDocument {
  readonly id: string;
  /** Its name, such as `revision/0000000041`. */
  readonly document: string;
  /** Why, as a clause for people. */
  readonly detail: string;
}

/** Both kinds together are a page. Faults: those of `list`, without `document_corrupt`. */
export async function listReadable<K extends Kind>(
  store: Store,
  kind: K,
  { order, limit, after: first }: Page,
): Promise<Result<ReadablePage<K>>> {
  const documents: Stored<Documents[K]>[] = [];
  const refused: RefusedDocument[] = [];
  let after = first;
  // After a refused document, the rest is read one by one up to it.
  let next = limit;
  while (documents.length + refused.length < limit) {
    const step = Math.min(next, limit - documents.length - refused.length);
    const page: Result<readonly Stored<Documents[K]>[]> = await store.list(kind, {
      order,
      limit: step,
      ...(after === undefined ? {} : { after }),
    });
    if (page.ok) {
      documents.push(...page.value);
      if (page.value.length < step) return ok({ documents, refused, after: null });
      after = page.value.at(-1)?.id;
      continue;
    }
    if (page.fault.code !== 'document_corrupt') return page;
    next = 1;
    if (step > 1) continue;
    const { document, detail } = page.fault;
    after = document.slice(kind.length + 1);
    refused.push({ id: after, document, detail });
    next = limit;
  }
  return ok({ documents, refused, after: after ?? null });
}
