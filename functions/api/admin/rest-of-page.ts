// What a list of numbered documents says beside its items: which ones it leaves out, and where the next page begins.

import type { Kind } from '../../../shared/domain/documents.ts';
import type { ReadablePage } from '../../../shared/list-readable.ts';

/** What somebody else put there may have another name, which comes after all numbers. */
const afterAllNumbers = 9_999_999_999;

export function restOf<K extends Kind>(page: ReadablePage<K>): { refused: readonly string[]; next: number | null } {
  const { after } = page;
  const last = after === null ? 0 : Number(/^\d{1,10}/.exec(after)?.[0] ?? afterAllNumbers);
  return { refused: namesOf(page), next: last <= 1 ? null : last };
}

export function namesOf<K extends Kind>({ refused }: ReadablePage<K>): readonly string[] {
  return refused.map(({ document }) => document);
}
