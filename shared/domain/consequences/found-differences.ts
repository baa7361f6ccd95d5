// Found differences: collects each difference with the machines and the classes of clients that get it, and merges those
// that are alike into consequences.

import { pointer } from '../policy/read-draft.ts';
import { type ClientClass, describeClasses } from './client-classes.ts';
import type { Consequence, Risk } from './consequence.ts';
import { inOrder, isRunningVariable } from './consequence-order.ts';
import type { LeafDifference } from './settings-differences.ts';

/** A difference with its risk. `keys` leads to it in what is served, or in the rules. */
export interface Difference extends LeafDifference {
  readonly risk: Risk;
}

interface Found {
  readonly difference: Difference;
  /** Equal for differences that are alike. */
  readonly text: string;
  readonly concerns: readonly string[];
  readonly clients: string | null;
}

const maxConcerns = 20;
const maxValueLength = 1000;
const maxPathLength = 1000;
/** More variables than this that go together are told as one difference of `env`. */
const maxVariables = 10;

export class FoundDifferences {
  readonly #classes: readonly ClientClass[];
  /** Those of every class of clients. */
  readonly #all: Found[] = [];
  /** Those of some classes, by concern and text. */
  readonly #some = new Map<string, Omit<Found, 'clients'> & { readonly indices: Set<number> }>();
  readonly #raising = new Set<readonly string[]>();

  constructor(classes: readonly ClientClass[]) {
    this.#classes = classes;
  }

  add(concerns: readonly string[], difference: Difference): void {
    if (concerns.length === 0) return;
    this.#all.push({ difference, text: textOf(difference), concerns, clients: null });
    if (difference.risk === 'raises') this.#raising.add(concerns);
  }

  /** `index` is that of the class which gets the difference. */
  addFor(index: number, concerns: readonly string[], difference: Difference): void {
    const text = textOf(difference);
    const key = `${concerns.join()} ${text}`;
    const entry = this.#some.get(key) ?? { difference, text, concerns, indices: new Set() };
    entry.indices.add(index);
    this.#some.set(key, entry);
    if (difference.risk === 'raises') this.#raising.add(concerns);
  }

  /** All concerns that have a difference which raises risk. */
  raisingConcerns(): ReadonlySet<string> {
    return new Set([...this.#raising].flat());
  }

  toConsequences(): readonly Consequence[] {
    const some = [...this.#some.values()].map(({ indices, ...found }) => ({
      ...found,
      clients: describeClasses(this.#classes, indices),
    }));
    const alike = Map.groupBy([...this.#all, ...some], ({ text, clients }) => `${clients} ${text}`);
    const merged = [...alike.values()].flatMap((entries) => {
      const [first] = entries;
      if (first === undefined) return [];
      const concerns = entries.length === 1 ? first.concerns : entries.flatMap((entry) => entry.concerns);
      return [{ ...first, concerns }];
    });
    return inOrder(withJoinedVariables(merged).map(consequence));
  }
}

/** Thousands of variables must not hide everything else. */
function withJoinedVariables(all: readonly Found[]): readonly Found[] {
  // Variables of the whole policy share one list, which names each ring.
  const [idsOfTexts, ids] = [new Map<string, number>(), new Map<readonly string[], number>()];
  const idOf = (concerns: readonly string[]) => {
    const known = ids.get(concerns);
    if (known !== undefined) return known;
    const text = JSON.stringify(concerns);
    const id = idsOfTexts.get(text) ?? idsOfTexts.size;
    idsOfTexts.set(text, id);
    ids.set(concerns, id);
    return id;
  };
  const groups = Map.groupBy(all, ({ difference: { keys, risk }, concerns, clients }) => {
    const isPlain =
      keys[0] === 'settings' && keys[1] === 'env' && keys.length === 3 && !isRunningVariable(keys[2] ?? '');
    return isPlain ? `${risk} ${clients} ${idOf(concerns)}` : '';
  });
  return [...groups].flatMap(([group, entries]) =>
    group === '' || entries.length <= maxVariables ? entries : joined(entries),
  );
}

function joined(entries: readonly Found[]): readonly Found[] {
  const [first] = entries;
  if (first === undefined) return [];
  const valuesOf = (pick: (difference: Difference) => unknown) =>
    Object.fromEntries(
      entries
        .map(({ difference }) => [difference.keys[2], pick(difference)])
        .filter(([, value]) => value !== undefined),
    );
  const values = { from: valuesOf((each) => each.from), to: valuesOf((each) => each.to) };
  return [{ ...first, difference: { ...first.difference, keys: ['settings', 'env'], ...values } }];
}

function textOf({ keys, from, to, risk }: Difference): string {
  return JSON.stringify([keys, from ?? null, to ?? null, from === undefined, to === undefined, risk]);
}

function consequence({ difference: { keys, from, to, risk }, concerns, clients }: Found): Consequence {
  const others = concerns.length - maxConcerns;
  const path = pointer('', keys);
  return {
    concerns: others > 0 ? [...concerns.slice(0, maxConcerns), `and ${others} more`] : [...concerns],
    clients,
    path: path.length > maxPathLength ? `${path.slice(0, maxPathLength)}…` : path,
    ...(from === undefined ? {} : { from: bounded(from) }),
    ...(to === undefined ? {} : { to: bounded(to) }),
    risk,
  };
}

/** A long value is cut: an event and a proposal keep it. */
function bounded(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length <= maxValueLength ? value : `${text.slice(0, maxValueLength)}… (${text.length} characters)`;
}
