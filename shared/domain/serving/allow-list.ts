// The allow list and the deny list: Claude Code's settings `availableModels` and `deniedModels`, and how Claude Code
// matches a model against them.

import { families, parseModel } from '../models/model.ts';

/** What `availableModels` allows, for look-ups. */
interface AllowList {
  /** As they are written. */
  readonly entries: ReadonlySet<string>;
  /** Full ids and version prefixes, with `claude-`. */
  readonly prefixes: ReadonlySet<string>;
  /** Families that are allowed by their alias. */
  readonly families: ReadonlySet<string>;
}

/** One list is asked about every pin of a policy. It is never changed. */
const known = new WeakMap<readonly string[], AllowList>();

/**
 * Whether `availableModels` allows a model: by its full id, a version prefix or an alias; `[1m]` is ignored. An entry
 * with a version disables the alias of its family. With `availableModelsMatch: "exact"` only the id or an alias count.
 * Source: https://code.claude.com/docs/en/model-config
 */
export function isAllowedBy(availableModels: readonly string[], id: string, isExact = false): boolean {
  const allowed = known.get(availableModels) ?? read(availableModels);
  if (allowed.families.has(parseModel(id)?.family ?? '')) return true;
  if (isExact) return allowed.entries.has(id);
  return prefixesOf(id).some((prefix) => allowed.prefixes.has(prefix));
}

function read(availableModels: readonly string[]): AllowList {
  const entries = availableModels.map(withoutSuffix);
  const versioned = entries.filter((entry) => /\d/.test(entry));
  const aliases = families.filter((family) => entries.includes(family));
  const others = entries.filter((entry) => !families.some((family) => family === entry));
  const list: AllowList = {
    entries: new Set(entries),
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

/**
 * Whether `deniedModels` denies a model: by an alias, a version prefix or the id. Claude Code then calls another model
 * that nobody pinned, as 2.1.283, 2.1.331 and 2.1.332 did.
 */
export function isDeniedBy(deniedModels: readonly unknown[], id: string): boolean {
  const entries = entriesOf(deniedModels);
  const texts = prefixesOf(id).flatMap((prefix) => [prefix, prefix.replace(/^claude-/, '')]);
  return [parseModel(id)?.family ?? '', ...texts].some((text) => text !== 'claude' && entries.has(text));
}

const denials = new WeakMap<readonly unknown[], ReadonlySet<string>>();

/** The entries of a list without `[1m]`; kept, because a list is matched with each pin of each ring. */
function entriesOf(list: readonly unknown[]): ReadonlySet<string> {
  const entries = denials.get(list) ?? new Set(list.map((entry) => withoutSuffix(String(entry))));
  denials.set(list, entries);
  return entries;
}

function withoutSuffix(entry: string): string {
  return entry.replace(/\[1m\]$/i, '');
}
