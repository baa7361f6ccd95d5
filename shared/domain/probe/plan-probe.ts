// The probe plan: the next matrix and the events of one run of the probe. A pure function of the matrix before and of
// the results. The ids of events derive from endpoint and count, so a repeated run announces nothing twice.

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
import { type ProbeInput, probeActor } from './probe-input.ts';

/** Further locations of a model within this time (milliseconds) make no second message. */
const oneMessageMs = 60 * 60_000;

/** What the caller commits after a run. */
export interface ProbePlan {
  readonly matrix: Matrix;
  readonly newEvents: readonly NewEvent[];
}

/** The next matrix, and the events of what changed. */
export function planProbe(input: ProbeInput): ProbePlan {
  const { before, now } = input;
  const pinned = input.policy === null ? [] : pinnedEndpoints(input.policy);
  const applied = applyResults(input);
  const cells = new Map(before.cells.map((cell) => [endpointKey(cell), cell]));
  for (const { cell } of applied) cells.set(endpointKey(cell), cell);
  const listed = updateListing(input);
  const enabled = updateEnabled(input, applied, listed.value);
  const { newEvents: sightEvents, ...blindness } = updateBlindness(input);
  const risk = updatePinsAtRisk(input, cells, pinned);
  const retiring = updateRetirements(input, pinned);
  return {
    matrix: {
      at: now,
      cells: [...cells.values()],
      listed: listed.value,
      enabled: enabled.value,
      ...blindness,
      atRisk: risk.value,
      retiring: retiring.value,
    },
    newEvents: [
      ...sightEvents,
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
  const cellsByKey = new Map(before.cells.map((cell) => [endpointKey(cell), cell]));
  return results.map(({ endpoint, observation }) => {
    const cell = cellsByKey.get(endpointKey(endpoint)) ?? null;
    return { before: cell, ...applyObservation(cell, endpoint, observation) };
  });
}

function lostEvents(applied: readonly AppliedResult[], now: string): readonly NewEvent[] {
  return applied
    .filter(({ change }) => change === 'lost')
    .map(({ cell: { project, location, model, enabledCount, evidence } }): NewEvent => {
      const id = `ModelLost.${model}.${location}.${project}.${enabledCount}`;
      return {
        id,
        kind: 'ModelLost',
        subject: model,
        at: now,
        by: probeActor,
        data: { project, location, model, evidence },
      };
    });
}

/** One event for each model that a run found enabled, whatever the number of locations. */
function updateEnabled(
  input: ProbeInput,
  applied: readonly AppliedResult[],
  listed: Matrix['listed'],
): { value: Matrix['enabled']; newEvents: readonly NewEvent[] } {
  const value = { ...input.before.enabled };
  for (const { cell } of applied.filter(({ change }) => change === 'lost')) {
    const previous = value[modelKey(cell)];
    // After a loss the next enabling is a message of its own.
    if (previous !== undefined) value[modelKey(cell)] = { ...previous, notifiedAt: null };
  }
  const gained = applied.filter(
    ({ change, before, cell }) => change === 'gained' && isNewlyEnabled(before, cell, listed),
  );
  const newEvents = [...Map.groupBy(gained, ({ cell }) => modelKey(cell))].flatMap(([key, group]) => {
    const previous = value[key];
    const count = (previous?.count ?? 0) + 1;
    const follows = Date.parse(input.now) - Date.parse(previous?.notifiedAt ?? '') < oneMessageMs;
    value[key] = { count, notifiedAt: follows ? (previous?.notifiedAt ?? null) : input.now };
    return enabledEvents(
      group.map(({ cell }) => cell),
      count,
      follows,
      input,
    );
  });
  return { value, newEvents };
}

/** A model that the first probe finds callable isn't new. It must be new in the list, or surely not callable before. */
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
  return [{ id, kind: 'ModelEnabled', subject: model, at: input.now, by: probeActor, data }];
}

/** For each pin of an older model of the family in these locations: the pin change that would upgrade it. */
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

function modelKey({ project, model }: Cell): string {
  return `${project}/${model}`;
}

/** Each model that is new in the list is an event. The first list makes none, because its models aren't new. */
function updateListing({ before, listed, now }: ProbeInput): {
  value: Matrix['listed'];
  newEvents: readonly NewEvent[];
} {
  if (listed === null) return { value: before.listed, newEvents: [] };
  const isFirst = Object.keys(before.listed).length === 0;
  const newModels = listed.filter((model) => !(model in before.listed));
  const firstSeen = Object.fromEntries(newModels.map((model) => [model, isFirst ? null : now]));
  const newEvents = isFirst
    ? []
    : newModels.map(
        (model): NewEvent => ({
          id: `ModelListed.${model}.1`,
          kind: 'ModelListed',
          subject: model,
          at: now,
          by: probeActor,
          data: { model },
        }),
      );
  return { value: { ...before.listed, ...firstSeen }, newEvents };
}
