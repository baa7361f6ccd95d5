// Soaking: how long a model has answered in a place, and how long a ring wants it to before it may come.

import type { Matrix } from '../availability/availability.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';

/** The start of the stretch in which we saw it callable (milliseconds); null when we never did: no age is not old enough. */
export function callableSince(matrix: Matrix | null, endpoint: ModelEndpoint): number | null {
  const cell = matrix?.cells.find((each) => endpointKey(each) === endpointKey(endpoint));
  if (cell === undefined || cell.firstCallableAt === null) return null;
  return Math.max(Date.parse(cell.firstCallableAt), Date.parse(cell.since));
}
