// The allow list: Claude Code's setting `availableModels`, and how Claude Code matches a model against it.

import { families, parseModel } from '../models/model.ts';

/** What `availableModels` allows, for look-ups. */
interface AllowList {
  /** Full ids and version prefixes, with `claude-`. */
  readonly prefixes: ReadonlySet<string>;
  /** Families that are allowed by their alias. */
  readonly families: ReadonlySet<string>;
}

/** One list is asked about every pin of a policy. It is never changed. */
const known = new WeakMap<readonly string[], AllowList>();

/**
 * Whether `availableModels` allows a model: by its full id, a version prefix or an alias; `[1m]` is ignored. An entry
 * with a version disables the alias of its family. Source: https://code.claude.com/docs/en/model-config
 */
export function isAllowedBy(availableModels: readonly string[], id: string): boolean {
  const allowed = known.get(availableModels) ?? read(availableModels);
  if (allowed.families.has(parseModel(id)?.family ?? '')) return true;
  return prefixesOf(id).some((prefix) => allowed.prefixes.has(prefix));
}

function read(availableModels: readonly string[]): AllowList {
  const entries = availableModels.map((entry) => entry.replace(/\[1m\]$/i, ''));
  const versioned = entries.filter((entry) => /\d/.test(entry));
  const aliases = families.filter((family) => entries.includes(family));
  const others = entries.filter((entry) => !families.some((family) => family === entry));
  const list: AllowList = {
    prefixes: new Set(others.map((entry) => (entry.startsWith('claude-') ? entry : `claude-${entry}`))),
    families: new Set(aliases.filter((family) => !versioned.some((entry) => entry.includes(family)))),
  };
  known.set(availableModels, list);
  return list;
}

/** The id itself, and what is before each `-` and `@` in it. */
function prefixesOf(id: string): readonly string[] {
  return [id, ...[...id.matchAll(/[-@]/g)].map(({ index }) => id.slice(0, index))];
}
