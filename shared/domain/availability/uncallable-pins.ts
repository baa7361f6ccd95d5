// The gate: a pin is stated only where its project was seen to call it. Asked by every change but a restore; `force` with a
// reason passes it, and is recorded. Before the first run of a probe there is nothing to hold a pin against.

import type { UncallablePin } from '../fault.ts';
import { compareModels, type Model, parseModel } from '../models/model.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';
import { type PinnedEndpoint, pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { isCallable, type Matrix } from './availability.ts';

/** The pins that `after` states anew and that are not proven callable where their ring calls them. */
export function findUncallablePins(
  before: Policy | null,
  after: Policy,
  matrix: Matrix | null,
): readonly UncallablePin[] {
  if (matrix === null) return [];
  const pinned = new Set((before === null ? [] : pinnedEndpoints(before)).map(({ endpoint }) => endpointKey(endpoint)));
  return pinnedEndpoints(after)
    .filter(({ endpoint }) => !pinned.has(endpointKey(endpoint)))
    .flatMap((pin) => describe(pin, matrix));
}

function describe({ ring, family, endpoint }: PinnedEndpoint, matrix: Matrix): readonly UncallablePin[] {
  const cell = matrix.cells.find((each) => endpointKey(each) === endpointKey(endpoint));
  const state = cell?.state ?? 'unknown';
  if (isCallable(state)) return [];
  const { evidence = '', answeredAt = null } = cell ?? {};
  const elsewhere = matrix.cells
    .filter((each) => each.project === endpoint.project && each.model === endpoint.model && isCallable(each.state))
    .map(({ location }) => location);
  return [{ ring, family, ...endpoint, state, evidence, answeredAt, nearest: nearestTo(endpoint, matrix), elsewhere }];
}

/** The newest that is not newer; where there is none, the oldest that is. */
function nearestTo(endpoint: ModelEndpoint, matrix: Matrix): string | null {
  const wanted = parseModel(endpoint.model);
  if (wanted === null) return null;
  const callable = matrix.cells
    .filter(
      ({ project, location, state }) =>
        project === endpoint.project && location === endpoint.location && isCallable(state),
    )
    .map(({ model }) => parseModel(model))
    .filter((model): model is Model => model !== null)
    .filter(({ family }) => family === wanted.family)
    .sort(compareModels);
  const older = callable.findLast((model) => compareModels(model, wanted) < 0);
  return (older ?? callable[0])?.id ?? null;
}
