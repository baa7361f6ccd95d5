// The differences between two JSON documents, by path. Lists of named things, such as rings, are compared by name.

export interface Difference {
  /** The steps to the value. A step into a list of named things is the name. */
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

type Json = Readonly<Record<string, unknown>>;

export function differences(from: unknown, to: unknown, path: readonly string[] = []): readonly Difference[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  const [a, b] = [byKey(from), byKey(to)];
  if (a === null || b === null || isReordered(from, to)) return [{ path, from, to }];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(a[key], b[key], [...path, key]),
  );
}

/** Whether two sets of differences are about different values, so that both can be made. */
export function areApart(some: readonly Difference[], others: readonly Difference[]): boolean {
  return !some.some((a) => others.some((b) => isWithin(a.path, b.path) || isWithin(b.path, a.path)));
}

/** A document with the differences made in it. */
export function withDifferences<T>(document: T, changes: readonly Difference[]): T {
  const copy = structuredClone(document);
  for (const { path, to } of changes) put(copy, path, to);
  return copy;
}

function put(holder: unknown, [step = '', ...rest]: readonly string[], value: unknown): void {
  if (Array.isArray(holder)) {
    putInto(holder, step, rest, value);
    return;
  }
  // A path only leads into objects and lists.
  const record = holder as Record<string, unknown>;
  if (rest.length > 0) put(record[step], rest, value);
  else if (value === undefined) delete record[step];
  else record[step] = value;
}

function putInto(list: unknown[], name: string, rest: readonly string[], value: unknown): void {
  const at = list.findIndex((each) => nameOf(each) === name);
  if (rest.length > 0) put(list[at], rest, value);
  else if (value === undefined) list.splice(at, 1);
  // Before the last, which matches everyone.
  else if (at === -1) list.splice(-1, 0, value);
  else list[at] = value;
}

/** Whether the things that two lists have in common stand in another order: that of rings decides who gets what. */
function isReordered(from: unknown, to: unknown): boolean {
  if (!Array.isArray(from) || !Array.isArray(to)) return false;
  const [a, b] = [from.map(nameOf), to.map(nameOf)];
  return a.filter((name) => b.includes(name)).join() !== b.filter((name) => a.includes(name)).join();
}

function byKey(value: unknown): Json | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value)) return value as Json; // an object of JSON is a record
  const names = value.map(nameOf);
  if (names.length === 0 || names.includes(null)) return null;
  return Object.fromEntries(value.map((each, at) => [names[at], each]));
}

function nameOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if ('name' in value && typeof value.name === 'string') return value.name;
  return 'id' in value && typeof value.id === 'string' ? value.id : null;
}

function isWithin(path: readonly string[], outer: readonly string[]): boolean {
  return outer.every((step, at) => path[at] === step);
}
