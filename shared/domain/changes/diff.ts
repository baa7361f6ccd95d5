// A diff: the values that differ between two policies, for people. Rings are compared by name: a new first ring is one
// added ring and a new order, not a change of every ring.

import { isDeepStrictEqual } from 'node:util';
import { pointer } from '../policy/pointer.ts';

/** One value that differs. `from` is absent for an added value, `to` for a removed one. */
export interface Change {
  /** A JSON pointer (RFC 6901); a ring has its name there instead of its index. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/**
 * Members behind a longer path are not compared one by one: each would repeat the path, and a key can be as long as a
 * whole body.
 */
const maxPathLength = 512;

/** `from` is null before the first policy: the whole policy is then one change. */
export function diffPolicies(from: object | null, to: object): readonly Change[] {
  return from === null ? [{ path: '', to }] : diff('', from, to);
}

function diff(path: string, from: unknown, to: unknown): readonly Change[] {
  if (isDeepStrictEqual(from, to)) return [];
  const before = membersOf(from);
  const after = membersOf(to);
  if (before === null || after === null || path.length > maxPathLength) return [{ path, from, to }];
  const order = before.order !== after.order ? [{ path, from: before.order, to: after.order }] : [];
  const keys = new Set([...before.members.keys(), ...after.members.keys()]);
  return [
    ...order,
    ...[...keys].flatMap((key) => diffMember(pointer(path, [key]), key, before.members, after.members)),
  ];
}

function diffMember(
  path: string,
  key: string,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly Change[] {
  if (!after.has(key)) return [{ path, from: before.get(key) }];
  if (!before.has(key)) return [{ path, to: after.get(key) }];
  return diff(path, before.get(key), after.get(key));
}

/** The members of an object, or of a list whose items all have different names. `order` is the order of such a list. */
function membersOf(value: unknown): { members: ReadonlyMap<string, unknown>; order: string | null } | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value)) return { members: new Map(Object.entries(value)), order: null };
  const named = value.map((item) => [nameOf(item), item] as const);
  const members = new Map(named.map(([name, item]) => [String(name), item]));
  if (named.length === 0 || members.size < named.length || named.some(([name]) => name === null)) return null;
  return { members, order: named.map(([name]) => name).join(' ') };
}

function nameOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('name' in item)) return null;
  return typeof item.name === 'string' ? item.name : null;
}
