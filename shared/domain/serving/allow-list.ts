// The allow list: Claude Code's setting `availableModels`, and how Claude Code matches a model against it.

import { parseModel } from '../models/model.ts';

/**
 * Whether `availableModels` allows a model: by its full id, a version prefix or an alias; `[1m]` is ignored. An entry
 * with a version disables the alias of its family. Source: https://code.claude.com/docs/en/model-config
 */
export function isAllowedBy(availableModels: readonly string[], id: string): boolean {
  const family = parseModel(id)?.family ?? '';
  const entries = availableModels.map((entry) => entry.replace(/\[1m\]$/i, ''));
  const isNarrowed = entries.some((entry) => entry.includes(family) && /\d/.test(entry));
  return entries.some((entry) => {
    if (entry === family) return !isNarrowed;
    const full = entry.startsWith('claude-') ? entry : `claude-${entry}`;
    return full === id || id.startsWith(`${full}-`) || id.startsWith(`${full}@`);
  });
}
