// Uncallable pins: new pins of a policy whose model isn't known to answer at the pin's endpoint. They stop every change
// but a restore, unless the author forces the change with a reason. Before the first run of the probe no pin counts as
// uncallable.

import type { UncallablePin } from '../fault.ts';
import { compareModels, type Model, parseModel } from '../models/model.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';
import { type PinnedEndpoint, pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { isCallable, type Matrix } from './availability.ts';

/** Pins to endpoints that `before` doesn't pin and that the matrix doesn't have as callable. */
export function findUncallablePins(
  before: Policy | null,
  after: Policy,
  matrix: Matrix | null,
): readonly UncallablePin[] {
  if (matrix === null) return [];
  const pinned = new Set((before === null ? [] : pinnedEndpoints(before)).map(({ endpoint }) => endpointKey(endpoint)));
  return pinnedEndpoints(after)
    .filter(({ endpoint }) => !pinned.has(endpointKey(endpoint)))
    .flatMap((pin) => describeUncallable(pin, matrix));
}

/** Empty when the pin is callable. */
function describeUncallable({ ring, family, endpoint }: PinnedEndpoint, matrix: Matrix): readonly UncallablePin[] {
  const cell = matrix.cells.find((each) => endpointKey(each) === endpointKey(endpoint));
  const state = cell?.state ?? 'unknown';
  if (isCallable(state)) return [];
  const { evidence = '', answeredAt = null } = cell ?? {};
  const elsewhere = matrix.cells
    .filter((each) => each.project === endpoint.project && each.model === endpoint.model && isCallable(each.state))
    .map(({ location }) => location);
  return [{ ring, family, ...endpoint, state, evidence, answeredAt, nearest: nearestTo(endpoint, matrix), elsewhere }];
}

/** The newest callable model that is older than the wanted one; else the oldest callable one. */
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
