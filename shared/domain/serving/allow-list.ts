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
export function isDeniedBy(deniedModels: readonly string[], id: string): boolean {
  const family = parseModel(id)?.family;
  return deniedModels.map(withoutSuffix).some((entry) => entry === family || isPrefix(entry, id));
}

function isPrefix(entry: string, id: string): boolean {
  const full = entry.startsWith('claude-') ? entry : `claude-${entry}`;
  return full === id || id.startsWith(`${full}-`) || id.startsWith(`${full}@`);
}

function withoutSuffix(entry: string): string {
  return entry.replace(/\[1m\]$/i, '');
}
