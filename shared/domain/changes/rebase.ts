// A rebase: the change that a proposal makes, made to the policy of today instead of the one that its author read. A
// three-way merge of JSON, in which rings are matched by name.

import { isDeepStrictEqual } from 'node:util';
import { pointer } from '../policy/pointer.ts';

/** The merged value, or the JSON pointers to what both sides changed in different ways. */
export type Rebased =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly conflicts: readonly string[] };

/** Undefined stands for an absent value. */
export function rebase(base: unknown, proposed: unknown, current: unknown): Rebased {
  const conflicts: string[] = [];
  const value = merge('', base, proposed, current, conflicts);
  return conflicts.length === 0 ? { ok: true, value } : { ok: false, conflicts };
}

function merge(path: string, base: unknown, proposed: unknown, current: unknown, conflicts: string[]): unknown {
  if (isDeepStrictEqual(proposed, base)) return current;
  if (isDeepStrictEqual(current, base) || isDeepStrictEqual(current, proposed)) return proposed;
  if (isObject(base) && isObject(proposed) && isObject(current)) {
    const keys = [...new Set([...Object.keys(current), ...Object.keys(proposed)])];
    const members = keys.map((key) => [
      key,
      merge(pointer(path, [key]), base[key], proposed[key], current[key], conflicts),
    ]);
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  }
  const [from, theirs, ours] = [namedItems(base), namedItems(proposed), namedItems(current)];
  if (from !== null && theirs !== null && ours !== null && isDeepStrictEqual([...theirs.keys()], [...ours.keys()])) {
    return [...ours.keys()].map((name) =>
      merge(pointer(path, [name]), from.get(name), theirs.get(name), ours.get(name), conflicts),
    );
  }
  conflicts.push(path);
  return current;
}

/** The items of a list by their names; null for any other value. */
function namedItems(value: unknown): ReadonlyMap<string, unknown> | null {
  if (!Array.isArray(value)) return null;
  const items = new Map<string, unknown>();
  for (const item of value) {
    if (!isObject(item) || typeof item['name'] !== 'string' || items.has(item['name'])) return null;
    items.set(item['name'], item);
  }
  return items;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
