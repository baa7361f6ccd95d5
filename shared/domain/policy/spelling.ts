// Spelling: the name that a misspelt one means.

import { distance } from 'fastest-levenshtein';

/** Longer texts are no name that somebody misspelt. */
const maxLength = 64;
/** More edits than this make another name. */
const maxEdits = 3;

/** Names to compare with: folded, with what each stands for. */
export type Names = ReadonlyMap<string, string>;

/** Names that stand for themselves, and other words for some of them. */
export function namesOf(names: readonly string[], words: Readonly<Record<string, string>> = {}): Names {
  const own = names.map((name) => [name, name] as const);
  return new Map([...Object.entries(words), ...own].map(([written, meant]) => [written.toLowerCase(), meant]));
}

/** The name that a text means; null when none is within `most` edits. By default, each five letters may have one. */
export function meantBy(text: string, names: Names, most = editsOf(text)): string | null {
  if (text.length > maxLength) return null;
  const folded = text.toLowerCase();
  let edits = most + 1;
  let meant: string | null = null;
  for (const [name, stands] of names) {
    if (Math.abs(name.length - folded.length) >= edits) continue;
    const needed = distance(folded, name);
    if (needed >= edits) continue;
    edits = needed;
    meant = stands;
  }
  return meant;
}

function editsOf({ length }: string): number {
  return Math.min(maxEdits, Math.max(1, Math.floor(length / 5)));
}
