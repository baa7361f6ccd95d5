// The allow list and the deny list: Claude Code's settings `availableModels` and `deniedModels`, and how Claude Code
// matches a model against them.

import { parseModel } from '../models/model.ts';

/**
 * Whether `availableModels` allows a model: by its full id, a version prefix or an alias; `[1m]` is ignored. An entry
 * with a version disables the alias of its family. With `availableModelsMatch: "exact"` only the id or an alias count.
 * Source: https://code.claude.com/docs/en/model-config
 */
export function isAllowedBy(availableModels: readonly string[], id: string, isExact = false): boolean {
  const family = parseModel(id)?.family ?? '';
  const entries = availableModels.map(withoutSuffix);
  const isNarrowed = entries.some((entry) => entry.includes(family) && /\d/.test(entry));
  return entries.some((entry) => (entry === family ? !isNarrowed : isExact ? entry === id : isPrefix(entry, id)));
}

/**
 * Whether `deniedModels` denies a model: by an alias, a version prefix or the id. Claude Code then calls another model
 * that nobody pinned, as 2.1.283, 2.1.331 and 2.1.332 did.
 */
export function isDeniedBy(deniedModels: readonly unknown[], id: string): boolean {
  const entries = entriesOf(deniedModels);
  const prefixes = [...id.matchAll(/[-@]|$/g)].map(({ index }) => id.slice(0, index));
  const texts = prefixes.flatMap((prefix) => [prefix, prefix.replace(/^claude-/, '')]);
  return [parseModel(id)?.family ?? '', ...texts].some((text) => text !== 'claude' && entries.has(text));
}

const denials = new WeakMap<readonly unknown[], ReadonlySet<string>>();

/** The entries of a list without `[1m]`; kept, because a list is matched with each pin of each ring. */
function entriesOf(list: readonly unknown[]): ReadonlySet<string> {
  const entries = denials.get(list) ?? new Set(list.map((entry) => withoutSuffix(String(entry))));
  denials.set(list, entries);
  return entries;
}

function isPrefix(entry: string, id: string): boolean {
  const full = entry.startsWith('claude-') ? entry : `claude-${entry}`;
  return full === id || id.startsWith(`${full}-`) || id.startsWith(`${full}@`);
}

function withoutSuffix(entry: string): string {
  return entry.replace(/\[1m\]$/i, '');
}
