// The consequences of a change: what would differ for each kind of machine and each class of Claude Code versions, and
// in the rules for later changes. Pure. Second person, lint, dry run, announcement and history all use this one list.

import { type Catalogue, extendCatalogue } from '../models/catalogue.ts';
import { percentOf } from '../serving/bucketing.ts';
import type { Rollout } from '../serving/rollout.ts';
import { pinVariable } from '../serving/written-settings.ts';
import { clientClasses } from './client-classes.ts';
import type { Consequence, Risk } from './consequence.ts';
import { type Difference, FoundDifferences } from './found-differences.ts';
import { policyDifferences, ringDifferences } from './governance-differences.ts';
import { type MachineKind, machineKinds } from './machine-kinds.ts';
import { allowListRisk, denyListRisk } from './model-list-risk.ts';
import { deniedModelsOf, outcomeOf, withOutcome } from './outcome.ts';
import { type PinDifference, pinDifferences } from './pin-differences.ts';
import { type Served, type ServedState, serveFrom } from './served.ts';
import { settingRisk } from './setting-risk.ts';
import { type LeafDifference, leafDifferences, passedDifferences } from './settings-differences.ts';

/** Every difference between two states. The first policy has none: there is nothing that it changes. */
export function consequencesOf(
  before: ServedState | null,
  after: ServedState,
  shipped: Catalogue,
  day: string,
): readonly Consequence[] {
  if (before === null) return [];
  const from = extendCatalogue(shipped, before.policy.models);
  const to = extendCatalogue(shipped, after.policy.models);
  const classes = clientClasses([from, to]);
  const found = new FoundDifferences(classes);
  const equal = new Map<string, Served>();
  const serveBefore = serveFrom(before, from, day, equal);
  const serveAfter = serveFrom(after, to, day, equal);
  const compare = createComparison(to);
  const kinds = machineKinds(before.policy, after.policy);
  const concerned = kinds.map((kind) => {
    const reached = reaches(before, after, kind);
    const served = reached.flatMap(([, each]) => classes.map(({ cli }) => serveAfter(kind.after, each, cli)));
    return {
      kind,
      reached,
      concern: concernOf(kind),
      outcome: outcomeOf(served, deniedModelsOf(after.policy, kind.after)),
    };
  });
  for (const each of policyDifferences(before.policy, after.policy)) found.add(['every change'], each);
  const everybody = concerned.map(({ concern }) => concern);
  for (const { kinds: indices, ...each } of passedDifferences(before.policy, after.policy, kinds)) {
    const all = indices === undefined ? concerned : indices.flatMap((index) => concerned[index] ?? []);
    const byRisk =
      each.keys[0] === 'deniedModels'
        ? Map.groupBy(all, ({ outcome }) => denyListRisk(each.from, each.to, outcome.called))
        : [[settingRisk(each.keys, each.from, each.to), all] as const];
    for (const [risk, alike] of byRisk) {
      // Thousands of variables share one list.
      const concerns = alike === concerned ? everybody : alike.map(({ concern }) => concern);
      found.add(concerns, { ...each, keys: ['settings', ...each.keys], risk });
    }
  }
  for (const { kind, reached, concern, outcome } of concerned) {
    const rules = ringDifferences(
      { policy: before.policy, ring: kind.before },
      { policy: after.policy, ring: kind.after },
    );
    for (const each of rules) found.add([concern], each);
    for (const [reachedBefore, reachedAfter] of reached) {
      for (const [index, { cli }] of classes.entries()) {
        const all = compare(serveBefore(kind.before, reachedBefore, cli), serveAfter(kind.after, reachedAfter, cli));
        for (const each of all) found.addFor(index, [concern], withOutcome(each, outcome));
      }
    }
  }
  const raising = found.raisingConcerns();
  for (const { kind } of concerned) addMove(found, kind, raising);
  return found.toConsequences();
}

/** A machine in another ring gets what the other differences say. Without one of them its move is neutral. */
function addMove(found: FoundDifferences, kind: MachineKind, raising: ReadonlySet<string>): void {
  const [from, to] = [kind.before.name, kind.after.name];
  if (from === to) return;
  const concern = concernOf(kind);
  found.add([concern], { keys: ['ring'], from, to, risk: raising.has(concern) ? 'raises' : 'neutral' });
}

/** A function that compares what is served. It compares each pair of results once. */
function createComparison(catalogue: Catalogue): (from: Served, to: Served) => readonly Difference[] {
  const cache = new Map<Served, Map<Served, readonly Difference[]>>();
  return function compare(from, to) {
    const ofFrom = cache.get(from) ?? new Map<Served, readonly Difference[]>();
    const known = ofFrom.get(to) ?? servedDifferences(from, to, catalogue);
    cache.set(from, ofFrom.set(to, known));
    return known;
  };
}

/** The rollouts that can have reached a machine, before and after. */
type Reached = readonly [readonly Rollout[], readonly Rollout[]];

function reaches(before: ServedState, after: ServedState, kind: MachineKind): readonly Reached[] {
  const rollouts: Reached = [
    before.rollouts.filter(({ ring }) => ring === kind.before.name),
    after.rollouts.filter(({ ring }) => ring === kind.after.name),
  ];
  const ids = [...new Set(rollouts.flat().map(({ id }) => id))];
  return ids.reduce<readonly Reached[]>(
    (all, id) =>
      all.flatMap(([from, to]) =>
        placesIn(rollouts, id).map(
          (place): Reached => [
            [...from, ...place[0]],
            [...to, ...place[1]],
          ],
        ),
      ),
    [[[], []]],
  );
}

/** A machine's place in one rollout: below the smaller percentage, between it and the larger one, or above both. */
function placesIn([before, after]: Reached, id: number): readonly Reached[] {
  const percents = [...before, ...after].filter((rollout) => rollout.id === id).map(percentOf);
  const reachedAt = (percent: number) => (rollout: Rollout) => rollout.id === id && percent <= percentOf(rollout);
  return [...new Set([...percents, 100])].map((percent) => [
    before.filter(reachedAt(percent)),
    after.filter(reachedAt(percent)),
  ]);
}

function servedDifferences(from: Served, to: Served, catalogue: Catalogue): readonly Difference[] {
  if (from === to) return [];
  const pins = pinDifferences(from, to, catalogue);
  const lockRisk = to.locked ? 'lowers' : 'raises';
  return [
    ...differenceOf('project', from.project, to.project, 'raises'),
    ...differenceOf('location', from.location, to.location, 'raises'),
    ...differenceOf('locked', from.locked, to.locked, lockRisk),
    ...pins.map(({ family, from: before, to: after, risk }) => ({
      keys: ['pins', family],
      from: before,
      to: after,
      risk,
    })),
    ...leafDifferences([], from.settings, to.settings)
      .filter((leaf) => !isExplained(leaf, from, to, pins))
      .map(({ keys, ...each }) => {
        const risk =
          keys[0] === 'availableModels' ? allowListRisk(from, to, catalogue) : settingRisk(keys, each.from, each.to);
        return { keys: ['settings', ...keys], ...each, risk };
      }),
  ];
}

function differenceOf(key: string, from: unknown, to: unknown, risk: Risk): readonly Difference[] {
  return from === to ? [] : [{ keys: [key], from, to, risk }];
}

/** Whether a setting that Pinward writes differs because of a difference that is in the list by itself. */
function isExplained(
  { keys: [key = '', variable = ''], from: before, to: after }: LeafDifference,
  from: Served,
  to: Served,
  pins: readonly PinDifference[],
): boolean {
  const isLockMoved = from.locked !== to.locked;
  if (key === 'enforceAvailableModels' || key === 'availableModelsMatch') return isLockMoved;
  if (key === 'allowedProviders') return isLockMoved && (before === undefined || after === undefined);
  // A pinned id is mapped to itself.
  if (key === 'modelOverrides')
    return pins.length > 0 && (before ?? after) === variable && (after ?? before) === variable;
  if (key === 'availableModels') return from.locked && to.locked && pins.length > 0;
  if (key !== 'env') return false;
  // A lock empties variables that would lead around it.
  if (isLockMoved && (before ?? '') === '' && (after ?? '') === '') return true;
  // A lock drops the suffix of a pin for clients that refuse it.
  const isPinned = from.pins.some(({ family }) => variable === pinVariable(family));
  if (isLockMoved && isPinned && (before === `${after}[1m]` || after === `${before}[1m]`)) return true;
  if (variable === 'CLOUD_ML_REGION') return from.location !== to.location;
  if (variable === 'ANTHROPIC_VERTEX_PROJECT_ID') return from.project !== to.project;
  return pins.some(({ family, from: pinBefore, to: pinAfter }) => {
    if (variable === pinVariable(family)) return true;
    if (![...from.pins, ...to.pins].some((pin) => pin.family === family && pin.regionVariable === variable))
      return false;
    // Two families can share a variable: the one that moved has its locations.
    return (
      (before === undefined || before === pinBefore?.location) && (after === undefined || after === pinAfter?.location)
    );
  });
}

function concernOf({ before, after, example }: MachineKind): string {
  if (before.name === after.name) return `ring ${before.name}`;
  const such = example.length > 120 ? `${example.slice(0, 120)}…` : example;
  return `machines that move from ring ${before.name} to ring ${after.name}, such as those of ${such}`;
}
