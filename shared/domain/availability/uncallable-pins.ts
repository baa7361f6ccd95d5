// Uncallable pins: new pins of a policy whose model isn't known to answer at the pin's endpoint, and models that its
// settings newly call. They stop every change but a restore, unless the author forces the change with a reason. Before
// the first run of the probe nothing counts as uncallable.

import type { UncallablePin } from '../fault.ts';
import { compareModels, isSameNumber, type Model, parseModel } from '../models/model.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';
import { type CalledEndpoint, calledEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { isCallable, type Matrix } from './availability.ts';

/** Endpoints that `before` doesn't call and that the matrix doesn't have as callable, by pin or setting. */
export function findUncallablePins(
  before: Policy | null,
  after: Policy,
  matrix: Matrix | null,
): readonly UncallablePin[] {
  if (matrix === null) return [];
  const called = new Set((before === null ? [] : calledEndpoints(before)).map(({ endpoint }) => endpointKey(endpoint)));
  return calledEndpoints(after)
    .filter(({ endpoint }) => !called.has(endpointKey(endpoint)))
    .flatMap((pin) => describeUncallable(pin, matrix));
}

/** Empty when the pin is callable. */
function describeUncallable(
  { ring, family, path, endpoint }: CalledEndpoint,
  matrix: Matrix,
): readonly UncallablePin[] {
  const cell = matrix.cells.find((each) => endpointKey(each) === endpointKey(endpoint));
  const state = cell?.state ?? 'unknown';
  if (isCallable(state)) return [];
  const { evidence = '', answeredAt = null } = cell ?? {};
  const elsewhere = matrix.cells
    .filter((each) => each.project === endpoint.project && each.model === endpoint.model && isCallable(each.state))
    .map(({ location }) => location);
  const nearest = nearestTo(endpoint, matrix);
  return [{ ring, family, path, ...endpoint, state, evidence, answeredAt, nearest, elsewhere }];
}

/** The same version by another id, else the newest callable model that is older, else the oldest callable one. */
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
  const same = callable.find((model) => isSameNumber(model, wanted));
  const older = callable.findLast((model) => compareModels(model, wanted) < 0);
  return (same ?? older ?? callable[0])?.id ?? null;
}
