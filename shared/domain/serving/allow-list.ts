// The allow list and the deny list: Claude Code's settings `availableModels` and `deniedModels`, and how Claude Code
// matches a model against them. What the documentation leaves open was asked of 2.1.197, .219, .283, .331 and .332.

import { families, parseModel } from '../models/model.ts';
import { canonicalName, canonicalNamesOf, plainName } from '../models/model-name.ts';

/** What `availableModels` allows, for look-ups. */
interface AllowList {
  /** Full ids and version prefixes, with `claude-`. */
  readonly entries: ReadonlySet<string>;
  /** Families that are allowed by their alias. */
  readonly families: ReadonlySet<string>;
}

/** One list is asked about every pin of a policy. It is never changed. */
const known = new WeakMap<readonly string[], AllowList>();

/**
 * Whether `availableModels` allows a model: by its full id, a version prefix or an alias. A prefix ends before a `-`,
 * never before the `@` of a date. An entry with a version disables the alias of its family. With
 * `availableModelsMatch: "exact"` only the id or a family counts. Source: https://code.claude.com/docs/en/model-config
 */
export function isAllowedBy(availableModels: readonly string[], id: string, isExact = false): boolean {
  const allowed = known.get(availableModels) ?? read(availableModels);
  const family = parseModel(id)?.family ?? '';
  if (allowed.families.has(family) || allowed.entries.has(id)) return true;
  if (isExact) return allowed.entries.has(`claude-${family}`);
  return prefixesOf(id).some((prefix) => allowed.entries.has(prefix));
}

function read(availableModels: readonly string[]): AllowList {
  const entries = availableModels.map(plainName);
  const versioned = entries.filter((entry) => /\d/.test(entry));
  const aliases = families.filter((family) => entries.includes(family));
  const list: AllowList = {
    entries: new Set(entries),
    families: new Set(aliases.filter((family) => !versioned.some((entry) => entry.includes(family)))),
  };
  known.set(availableModels, list);
  return list;
}

/** What is before each `-` of an id. */
function prefixesOf(id: string): readonly string[] {
  return [...id.matchAll(/-/g)].map(({ index }) => id.slice(0, index));
}

/**
 * Whether `deniedModels` denies a model: by an alias, a version prefix or the id, in any spelling. Claude Code then
 * calls another model that nobody pinned. 2.1.260 and earlier ignore the list.
 */
export function isDeniedBy(deniedModels: readonly unknown[], id: string): boolean {
  const names = namesOf(deniedModels);
  return canonicalNamesOf(id).some((name) => names.has(name));
}

const denials = new WeakMap<readonly unknown[], ReadonlySet<string | null>>();

/** What the entries of a list mean; kept, because a list is matched with each pin of each ring. */
function namesOf(list: readonly unknown[]): ReadonlySet<string | null> {
  const names = denials.get(list) ?? new Set(list.map((entry) => canonicalName(String(entry))));
  denials.set(list, names);
  return names;
}
