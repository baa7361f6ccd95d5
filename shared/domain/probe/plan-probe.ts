// Planning a probe: from the availability known before and the results of one run to the availability known now, and the events
// that say what changed. Ids of events derive from endpoint and count, so a repeated run announces nothing twice.

import {
  type AvailabilityChange,
  applyObservation,
  type Cell,
  isSurelyNotCallable,
  type Matrix,
} from '../availability/availability.ts';
import { type PinChange, pinStateOf } from '../changes/pin-change.ts';
import type { NewEvent } from '../events/event.ts';
import type { Catalogue } from '../models/catalogue.ts';
import { compareModels, parseModel } from '../models/model.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { updateBlindness } from './blindness.ts';
import { updatePinsAtRisk, updateRetirements } from './pin-risk.ts';
import { by, type ProbeInput } from './probe-input.ts';

/** Locations that follow within it are no second message. */
const oneMessageMs = 60 * 60_000;

export interface ProbePlan {
  readonly matrix: Matrix;
  readonly newEvents: readonly NewEvent[];
}

export function planProbe(input: ProbeInput): ProbePlan {
  const { before, now } = input;
  const pinned = input.policy === null ? [] : pinnedEndpoints(input.policy);
  const applied = applyResults(input);
  const cells = new Map(before.cells.map((cell) => [endpointKey(cell), cell]));
  for (const { cell } of applied) cells.set(endpointKey(cell), cell);
  const listed = updateListing(input);
  const enabled = updateEnabled(input, applied, listed.value);
  const blind = updateBlindness(input);
  const risk = updatePinsAtRisk(input, cells, pinned);
  const retiring = updateRetirements(input, pinned);
  return {
    matrix: {
      at: now,
      cells: [...cells.values()],
      listed: listed.value,
      enabled: enabled.value,
      blind: blind.value,
      blindCount: blind.blindCount,
      atRisk: risk.value,
      retiring: retiring.value,
    },
    newEvents: [
      ...blind.newEvents,
      ...listed.newEvents,
      ...lostEvents(applied, now),
      ...enabled.newEvents,
      ...risk.newEvents,
      ...retiring.newEvents,
    ],
  };
}

interface AppliedResult {
  readonly cell: Cell;
  readonly before: Cell | null;
  readonly change: AvailabilityChange | null;
}

function applyResults({ before, results }: ProbeInput): readonly AppliedResult[] {
  const known = new Map(before.cells.map((cell) => [endpointKey(cell), cell]));
  return results.map(({ endpoint, observation }) => {
    const cell = known.get(endpointKey(endpoint)) ?? null;
    return { before: cell, ...applyObservation(cell, endpoint, observation) };
  });
}

function lostEvents(applied: readonly AppliedResult[], now: string): readonly NewEvent[] {
  return applied
    .filter(({ change }) => change === 'lost')
    .map(({ cell: { project, location, model, enabledCount, evidence } }): NewEvent => {
      const id = `ModelLost.${model}.${location}.${project}.${enabledCount}`;
      return { id, kind: 'ModelLost', subject: model, at: now, by, data: { project, location, model, evidence } };
    });
}

/** What a run enabled, one piece of news a model however many its locations. A loss lets the next enabling be told again. */
function updateEnabled(
  input: ProbeInput,
  applied: readonly AppliedResult[],
  listed: Matrix['listed'],
): { value: Matrix['enabled']; newEvents: readonly NewEvent[] } {
  const value = { ...input.before.enabled };
  for (const { cell } of applied.filter(({ change }) => change === 'lost')) {
    const was = value[modelName(cell)];
    if (was !== undefined) value[modelName(cell)] = { ...was, notifiedAt: null };
  }
  const gained = applied.filter(
    ({ change, before, cell }) => change === 'gained' && isNewlyEnabled(before, cell, listed),
  );
  const newEvents = [...Map.groupBy(gained, ({ cell }) => modelName(cell))].flatMap(([name, group]) => {
    const was = value[name];
    const count = (was?.count ?? 0) + 1;
    const follows = Date.parse(input.now) - Date.parse(was?.notifiedAt ?? '') < oneMessageMs;
    value[name] = { count, notifiedAt: follows ? (was?.notifiedAt ?? null) : input.now };
    return enabledEvents(
      group.map(({ cell }) => cell),
      count,
      follows,
      input,
    );
  });
  return { value, newEvents };
}

/** What a first look finds was there before us; only a model that was seen not callable, or that is new, was enabled. */
function isNewlyEnabled(before: Cell | null, { model }: Cell, listed: Matrix['listed']): boolean {
  if (before !== null && isSurelyNotCallable(before)) return true;
  return (listed[model] ?? null) !== null;
}

function enabledEvents(
  cells: readonly Cell[],
  count: number,
  follows: boolean,
  input: ProbeInput,
): readonly NewEvent[] {
  const [first] = cells;
  if (first === undefined) return [];
  const { project, model, evidence } = first;
  const locations = cells.map(({ location }) => location);
  const upgrades = input.policy === null ? [] : upgradesTo(model, project, locations, input.policy, input.catalogue);
  const id = `ModelEnabled.${model}.${project}.${count}`;
  const data = { project, model, locations, evidence, follows, upgrades: [...upgrades] };
  return [{ id, kind: 'ModelEnabled', subject: model, at: input.now, by, data }];
}

/** Pins of the model's family that an older one has in one of these places, each as the move that would upgrade it. */
function upgradesTo(
  model: string,
  project: string,
  locations: readonly string[],
  policy: Policy,
  catalogue: Catalogue,
): readonly PinChange[] {
  const candidate = parseModel(model);
  return pinnedEndpoints(policy).flatMap(({ ring, family, endpoint }) => {
    const current = parseModel(endpoint.model);
    const isHere = endpoint.project === project && locations.includes(endpoint.location);
    if (!isHere || candidate?.family !== family || current?.family !== family) return [];
    if (compareModels(candidate, current) <= 0) return [];
    const common = { location: endpoint.location, context1m: false };
    const from = pinStateOf({ ...common, model: endpoint.model }, catalogue);
    return [{ ring, family, from, to: pinStateOf({ ...common, model }, catalogue) }];
  });
}

function modelName({ project, model }: Cell): string {
  return `${project}/${model}`;
}

/** The first listing is what was there before us. */
function updateListing({ before, listed, now }: ProbeInput): {
  value: Matrix['listed'];
  newEvents: readonly NewEvent[];
} {
  if (listed === null) return { value: before.listed, newEvents: [] };
  const isFirst = Object.keys(before.listed).length === 0;
  const fresh = listed.filter((model) => !(model in before.listed));
  const seen = Object.fromEntries(fresh.map((model) => [model, isFirst ? null : now]));
  const newEvents = isFirst
    ? []
    : fresh.map(
        (model): NewEvent => ({
          id: `ModelListed.${model}.1`,
          kind: 'ModelListed',
          subject: model,
          at: now,
          by,
          data: { model },
        }),
      );
  return { value: { ...before.listed, ...seen }, newEvents };
}
