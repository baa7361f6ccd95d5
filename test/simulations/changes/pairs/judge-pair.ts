// Judges what the product says of a pair. Every difference that a machine sees must be named, with its values, for the machine
// and its version. What the oracle's table calls neither lower nor neutral must raise risk, and nothing else may.

import { type Catalogue, extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import type { Policy, Ring } from '../../../../shared/domain/policy/policy.ts';
import { differencesBetween, type Told } from '../oracle/differences.ts';
import { governanceBetween } from '../oracle/governance.ts';
import { everyMachine, everyVersion } from '../oracle/machines.ts';
import { isExact, stopsOf } from '../oracle/model-lists.ts';
import { type Place, type Rendered, renderer, type State } from '../oracle/render.ts';
import { type Files, movesMachines, type Verdict, verdictOn } from '../oracle/risk-table.ts';
import { type Claim, type ClaimsOf, concernsMove, concernsVersion, says } from './claims.ts';
import type { Pair } from './draw-pair.ts';
import { day, shipped } from './draw-policy.ts';

export const faults = ['unnamed', 'unasked', 'askedForNothing'] as const;

export interface Judged {
  /** Once for machines that are in the same rings before and after. */
  readonly differences: number;
  /** Lines for people. */
  readonly found: Readonly<Record<(typeof faults)[number], ReadonlySet<string>>>;
}

interface Difference extends Told {
  readonly verdict: Verdict;
}

/** Machines that are served the same before, and the same after. */
interface Kind {
  readonly from: Place;
  readonly to: Place;
}

export function judgePair({ before, after }: Pair, claimsOf: ClaimsOf): Judged {
  const claims = claimsOf(before, after, shipped, day);
  const catalogues = [before, after].map(({ policy }) => extendCatalogue(shipped, policy.models));
  const compare = createComparison(catalogues);
  const versions = everyVersion(catalogues);
  const found = { unnamed: new Set<string>(), unasked: new Set<string>(), askedForNothing: new Set<string>() };
  const real = new Set<Claim>();
  // With rollouts the machines drawn here need not be in every place.
  const hasRollouts = before.rollouts.length + after.rollouts.length > 0;
  let differences = 0;
  for (const kinds of Map.groupBy(kindsOf(before, after), ({ from, to }) => `${from.ring} ${to.ring}`).values()) {
    const [from, to] = [ringOf(before.policy, kinds[0]?.from), ringOf(after.policy, kinds[0]?.to)];
    const concerning = claims.filter((claim) => concernsMove(claim, from.name, to.name));
    const seen = new Map(
      governed(before.policy, from, after.policy, to, catalogues).map((each) => [each, new Set([null])]),
    );
    for (const kind of kinds) addSeen(seen, kind, versions, compare);
    const stops = stopsOf(kinds.flatMap(({ to: place }) => versions.map((cli) => place.serve(cli))));
    differences += seen.size;
    const isRaised =
      hasRollouts || [...seen.keys()].some((each) => each.verdict === 'higher' || movesMachines(each, stops));
    for (const [told, clients] of seen) {
      const isMoving = told.verdict === 'lower' && movesMachines(told, stops);
      const difference: Difference = isMoving ? { ...told, verdict: 'higher' } : told;
      const naming = concerning.filter((claim) => says(claim, difference));
      for (const claim of naming) real.add(claim);
      const fault = faultOf(difference, clients, naming, isRaised);
      // A machine that isn't drawn here may be moved.
      if (fault === 'askedForNothing' && hasRollouts && /Models$|^\/pins/.test(difference.path)) continue;
      if (fault !== null) found[fault].add(`${from.name} to ${to.name}: ${lineOf(difference)}`);
    }
  }
  const idle = hasRollouts ? [] : claims.filter((claim) => !real.has(claim));
  for (const claim of idle) if (claim.risk === 'raises') found.askedForNothing.add(`nobody: ${lineOf(claim)}`);
  return { differences, found };
}

function faultOf(
  { path, verdict }: Difference,
  clients: ReadonlySet<string | null>,
  naming: readonly Claim[],
  isRaised: boolean,
): (typeof faults)[number] | null {
  if ([...clients].some((cli) => !naming.some((claim) => concernsVersion(claim, cli)))) return 'unnamed';
  const raises = naming.some(({ risk }) => risk === 'raises');
  if (verdict === 'higher') return naming.every(({ risk }) => risk === 'raises') ? null : 'unasked';
  // A move to another ring needs a second person where what it brings does.
  return raises && !(path === '/ring' && isRaised) ? 'askedForNothing' : null;
}

/** Adds what one kind of machine sees with each version. */
function addSeen(
  seen: Map<Difference, Set<string | null>>,
  { from, to }: Kind,
  versions: readonly (string | null)[],
  compare: (from: Rendered, to: Rendered) => readonly Difference[],
): void {
  for (const cli of versions) {
    for (const each of compare(from.serve(cli), to.serve(cli))) {
      const clients = seen.get(each) ?? new Set();
      seen.set(each, clients.add(cli));
    }
  }
}

function kindsOf(before: State, after: State): readonly Kind[] {
  const known = new Map<string, Rendered>();
  const [from, to] = [before, after].map((state) => renderer(state, shipped, day, known));
  const kinds = new Map<string, Kind>();
  const hasRollouts = before.rollouts.length + after.rollouts.length > 0;
  for (const machine of everyMachine([before.policy, after.policy], hasRollouts)) {
    const places = [from?.(machine), to?.(machine)];
    if (places[0] && places[1]) kinds.set(`${places[0].key}\n${places[1].key}`, { from: places[0], to: places[1] });
  }
  return [...kinds.values()];
}

/** Compares each pair of files once. Equal differences are the same object. */
function createComparison(catalogues: readonly Catalogue[]) {
  const pairs = new Map<Rendered, Map<Rendered, readonly Difference[]>>();
  const same = new Map<string, Difference>();
  return function compare(from: Rendered, to: Rendered): readonly Difference[] {
    const ofFrom = pairs.get(from) ?? new Map<Rendered, readonly Difference[]>();
    pairs.set(from, ofFrom);
    const known = ofFrom.get(to);
    if (known !== undefined) return known;
    const fresh = differencesBetween(from, to, catalogues).map((told) => {
      const text = `${lineOf(told)} ${[from, to].map(isExact)} ${to.locked}`;
      const difference = same.get(text) ?? withVerdict(told, catalogues, [from, to]);
      same.set(text, difference);
      return difference;
    });
    ofFrom.set(to, fresh);
    return fresh;
  };
}

function governed(before: Policy, ring: Ring, after: Policy, target: Ring, catalogues: readonly Catalogue[]) {
  return governanceBetween([before, ring], [after, target]).map((told) => withVerdict(told, catalogues, null));
}

function withVerdict(told: Told, catalogues: readonly Catalogue[], files: Files): Difference {
  return { ...told, verdict: verdictOn(told, catalogues[1] ?? shipped, files) };
}

function ringOf({ rings }: Policy, place: Place | undefined): Ring {
  const ring = rings[place?.ring ?? -1];
  if (ring === undefined) throw new Error('a machine is in a ring');
  return ring;
}

function lineOf({ path, from, to }: Pick<Claim, 'path' | 'from' | 'to'>): string {
  return `${path} from ${JSON.stringify(from) ?? 'nothing'} to ${JSON.stringify(to) ?? 'nothing'}`;
}
