// Differences in settings, by leaf. Lists are compared as a whole.

import { isDeepStrictEqual } from 'node:util';
import type { Policy, Ring } from '../policy/policy.ts';
import type { Settings } from '../policy/settings.ts';
import type { MachineKind } from './machine-kinds.ts';
import { isResolved, isResolvedVariable } from './served.ts';

/** One leaf that differs. `keys` leads to it. An absent value is undefined. */
export interface LeafDifference {
  readonly keys: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

/** The leaves that differ between two values of JSON. */
export function leafDifferences(keys: readonly string[], from: unknown, to: unknown): readonly LeafDifference[] {
  if (isDeepStrictEqual(from, to)) return [];
  const [before, after] = [from ?? {}, to ?? {}];
  if (!isObject(before) || !isObject(after)) return [{ keys, from, to }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (names.length === 0 || from === null || to === null) return [{ keys, from, to }];
  return names.flatMap((name) => leafDifferences([...keys, name], own(before, name), own(after, name)));
}

/** A difference in settings that pass unchanged, and the indices of the kinds of machines that get it. */
export interface PassedDifference extends LeafDifference {
  /** Undefined for all kinds. */
  readonly kinds: readonly number[] | undefined;
}

/**
 * The differences in the settings that pass unchanged. Those of the policies are compared once, for all kinds of
 * machines. A ring adds its own keys.
 */
export function passedDifferences(
  before: Policy,
  after: Policy,
  kinds: readonly MachineKind[],
): readonly PassedDifference[] {
  const ofRing = createCache((ring: Ring) => passedFrom(ring.settings ?? {}));
  const [policyBefore, policyAfter] = [passedFrom(before.settings), passedFrom(after.settings)];
  const owners = new Map<string, number[]>();
  for (const [index, kind] of kinds.entries()) {
    for (const name of new Set([...ofRing(kind.before).keys(), ...ofRing(kind.after).keys()])) {
      owners.set(name, [...(owners.get(name) ?? []), index]);
    }
  }
  const shared = differingNames(policyBefore, policyAfter).flatMap((name) => {
    const own = new Set(owners.get(name));
    const others = own.size === 0 ? undefined : [...kinds.keys()].filter((index) => !own.has(index));
    return leafDifferences(keysOf(name), policyBefore.get(name), policyAfter.get(name)).map((difference) => ({
      ...difference,
      kinds: others,
    }));
  });
  const own = [...owners].flatMap(([name, indices]) =>
    indices.flatMap((index) => {
      const kind = kinds[index];
      if (kind === undefined) return [];
      const from = served(name, ofRing(kind.before), policyBefore);
      const to = served(name, ofRing(kind.after), policyAfter);
      return leafDifferences(keysOf(name), from, to).map((each) => ({ ...each, kinds: [index] }));
    }),
  );
  return [...shared, ...own];
}

/** The settings that pass unchanged, by name: each variable of `env`, and any other key as a whole. */
function passedFrom(settings: Settings): ReadonlyMap<string, unknown> {
  const passed = new Map<string, unknown>();
  for (const [key, value] of Object.entries(settings)) {
    if (key !== 'env' && !isResolved(key)) passed.set(`${topKey}${key}`, value);
  }
  for (const [name, value] of Object.entries(settings.env ?? {})) {
    if (!isResolvedVariable(name)) passed.set(`${variable}${name}`, value);
  }
  return passed;
}

/** The first character of a name says what the rest of it is. A key can have any text. */
const [topKey, variable] = ['/', '$'];

function keysOf(name: string): readonly string[] {
  return name.startsWith(variable) ? ['env', name.slice(1)] : [name.slice(1)];
}

/** A ring's value is served though it is null. */
function served(name: string, ofRing: ReadonlyMap<string, unknown>, ofPolicy: ReadonlyMap<string, unknown>): unknown {
  return ofRing.has(name) ? ofRing.get(name) : ofPolicy.get(name);
}

function differingNames(from: ReadonlyMap<string, unknown>, to: ReadonlyMap<string, unknown>): readonly string[] {
  return [...new Set([...from.keys(), ...to.keys()])].filter(
    (name) => !isDeepStrictEqual(from.get(name), to.get(name)),
  );
}

function createCache<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const cache = new WeakMap<K, V>();
  return (key) => {
    const known = cache.get(key) ?? make(key);
    cache.set(key, known);
    return known;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
