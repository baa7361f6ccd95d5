// Everything that a store has of one kind, page by page; asks again while the store does not answer.

import type { Documents, Kind } from '../../shared/domain/documents.ts';
import type { Store } from '../../shared/ports.ts';

export async function readAll<K extends Kind>(store: Store, kind: K): Promise<readonly Documents[K][]> {
  const all: Documents[K][] = [];
  let after: string | undefined;
  for (;;) {
    const page = await store.list(kind, { order: 'ascending', limit: 100, ...(after === undefined ? {} : { after }) });
    if (!page.ok) continue;
    all.push(...page.value.map(({ value }) => value));
    after = page.value.at(-1)?.id;
    if (page.value.length < 100) return all;
  }
}
