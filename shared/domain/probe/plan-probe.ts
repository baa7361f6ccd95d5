// Planning a probe's outcome: from what was known and one run's observations to what is known now, and the news in it.
// Pure; functions/probe/run.ts reads, asks, calls this and commits. Ids of news come from place and count, so that a run
// that is repeated says nothing twice.

import { type Cell, fold, isSurelyNotCallable, type Matrix, type Turn } from '../availability/availability.ts';
import { type PinChange, pinStateOf } from '../changes/pin-change.ts';
import type { NewEvent } from '../events/event.ts';
import type { Catalogue } from '../models/catalogue.ts';
import { compareModels, parseModel } from '../models/model.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { foldBlindness } from './blindness.ts';
import { foldRetiring, foldRisk } from './pin-risk.ts';
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
  const folded = foldLooks(input);
  const cells = new Map(before.cells.map((cell) => [endpointKey(cell), cell]));
  for (const { cell } of folded) cells.set(endpointKey(cell), cell);
  const listed = foldListing(input);
  const enabled = foldEnablings(input, folded, listed.value);
  const blind = foldBlindness(input);
  const risk = foldRisk(input, cells, pinned);
  const retiring = foldRetiring(input, pinned);
  return {
    matrix: {
      at: now,
      cells: [...cells.values()],
      listed: listed.value,
      enabled: enabled.value,
      blind: blind.value,
      blindings: blind.blindings,
      atRisk: risk.value,
      retiring: retiring.value,
    },
    newEvents: [
      ...blind.newEvents,
      ...listed.newEvents,
      ...lostEvents(folded, now),
      ...enabled.newEvents,
      ...risk.newEvents,
      ...retiring.newEvents,
    ],
  };
}

interface Folded {
  readonly cell: Cell;
  readonly before: Cell | null;
  readonly turn: Turn | null;
}

function foldLooks({ before, looks }: ProbeInput): readonly Folded[] {
  const known = new Map(before.cells.map((cell) => [endpointKey(cell), cell]));
  return looks.map(({ endpoint, observation }) => {
    const cell = known.get(endpointKey(endpoint)) ?? null;
    return { before: cell, ...fold(cell, endpoint, observation) };
  });
}

function lostEvents(folded: readonly Folded[], now: string): readonly NewEvent[] {
  return folded
    .filter(({ turn }) => turn === 'lost')
    .map(({ cell: { project, location, model, enablings, evidence } }): NewEvent => {
      const id = `ModelLost.${model}.${location}.${project}.${enablings}`;
      return { id, kind: 'ModelLost', subject: model, at: now, by, data: { project, location, model, evidence } };
    });
}

/** What a run enabled, one piece of news a model however many its locations. A loss lets the next enabling be told again. */
function foldEnablings(
  input: ProbeInput,
  folded: readonly Folded[],
  listed: Matrix['listed'],
): { value: Matrix['enabled']; newEvents: readonly NewEvent[] } {
  const value = { ...input.before.enabled };
  for (const { cell } of folded.filter(({ turn }) => turn === 'lost')) {
    const was = value[modelName(cell)];
    if (was !== undefined) value[modelName(cell)] = { ...was, told: null };
  }
  const gained = folded.filter(({ turn, before, cell }) => turn === 'gained' && isNewlyEnabled(before, cell, listed));
  const newEvents = [...Map.groupBy(gained, ({ cell }) => modelName(cell))].flatMap(([name, group]) => {
    const was = value[name];
    const times = (was?.times ?? 0) + 1;
    const follows = Date.parse(input.now) - Date.parse(was?.told ?? '') < oneMessageMs;
    value[name] = { times, told: follows ? (was?.told ?? null) : input.now };
    return enabledEvents(
      group.map(({ cell }) => cell),
      times,
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
  times: number,
  follows: boolean,
  input: ProbeInput,
): readonly NewEvent[] {
  const [first] = cells;
  if (first === undefined) return [];
  const { project, model, evidence } = first;
  const locations = cells.map(({ location }) => location);
  const upgrades = input.policy === null ? [] : upgradesTo(model, project, locations, input.policy, input.catalogue);
  const base = { subject: model, at: input.now, by };
  const enabled: NewEvent = {
    ...base,
    id: `ModelEnabled.${model}.${project}.${times}`,
    kind: 'ModelEnabled',
    data: { project, model, locations, evidence, follows, upgrades: [...upgrades] },
  };
  if (upgrades.length === 0) return [enabled];
  const data = { project, model, upgrades: [...upgrades] };
  return [enabled, { ...base, id: `UpgradeFound.${model}.${project}.${times}`, kind: 'UpgradeFound', data }];
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
function foldListing({ before, listed, now }: ProbeInput): { value: Matrix['listed']; newEvents: readonly NewEvent[] } {
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
