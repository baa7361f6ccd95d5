// The gate: a pin is stated only where its project was seen to call it. Asked by every change but a restore; `force` with a
// reason passes it, and is recorded. Before the first run of a probe there is nothing to hold a pin against.

import { compareModels, type Family, type Model, parseModel } from '../models/model.ts';
import { type PinnedPlace, pinnedPlaces } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { type Availability, isCallable, type Matrix, placeName } from './availability.ts';
import type { Place } from './observation.ts';

/** A pin that nobody saw answer, with what was seen instead and what could be pinned in its stead. */
export interface Unproven extends Place {
  readonly ring: string;
  readonly family: Family;
  readonly state: Availability;
  /** Vertex's last answer about it, and when that was; empty and null when it was never looked at. */
  readonly evidence: string;
  readonly seen: string | null;
  /** The callable model of the family, in the same place, that is nearest to the one asked for. */
  readonly nearest: string | null;
  /** Other locations in which this very model is callable. */
  readonly elsewhere: readonly string[];
}

/** The pins that `after` states anew and that are not proven callable where their ring calls them. */
export function findUnproven(before: Policy | null, after: Policy, matrix: Matrix | null): readonly Unproven[] {
  if (matrix === null) return [];
  const standing = new Set((before === null ? [] : pinnedPlaces(before)).map(({ place }) => placeName(place)));
  return pinnedPlaces(after)
    .filter(({ place }) => !standing.has(placeName(place)))
    .flatMap((pin) => describe(pin, matrix));
}

function describe({ ring, family, place }: PinnedPlace, matrix: Matrix): readonly Unproven[] {
  const cell = matrix.cells.find((each) => placeName(each) === placeName(place));
  const state = cell?.state ?? 'unknown';
  if (isCallable(state)) return [];
  const { evidence = '', seen = null } = cell ?? {};
  const elsewhere = matrix.cells
    .filter((each) => each.project === place.project && each.model === place.model && isCallable(each.state))
    .map(({ location }) => location);
  return [{ ring, family, ...place, state, evidence, seen, nearest: nearestTo(place, matrix), elsewhere }];
}

/** The newest that is not newer; where there is none, the oldest that is. */
function nearestTo(place: Place, matrix: Matrix): string | null {
  const wanted = parseModel(place.model);
  if (wanted === null) return null;
  const callable = matrix.cells
    .filter(
      ({ project, location, state }) => project === place.project && location === place.location && isCallable(state),
    )
    .map(({ model }) => parseModel(model))
    .filter((model): model is Model => model !== null)
    .filter(({ family }) => family === wanted.family)
    .sort(compareModels);
  const older = callable.findLast((model) => compareModels(model, wanted) < 0);
  return (older ?? callable[0])?.id ?? null;
}
