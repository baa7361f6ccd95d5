// The allow list: how Claude Code reads the setting `availableModels`.

import { parseModel } from '../models/model.ts';

/**
 * Whether `availableModels` lets a model through: by a full id, a version prefix or an alias (`[1m]` is stripped). An entry
 * with a version switches the alias of its family off. Source: claude-code-fleet facts 1.4.
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
