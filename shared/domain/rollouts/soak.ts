// The soak: the time for which a model has been callable at an endpoint. An upgrade rule sets how long that must be.

import type { Matrix } from '../availability/availability.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';

/** When the model became callable, by our own observations (milliseconds since 1970); null when it never was. */
export function callableSince(matrix: Matrix | null, endpoint: ModelEndpoint): number | null {
  const cell = matrix?.cells.find((each) => endpointKey(each) === endpointKey(endpoint));
  if (cell === undefined || cell.firstCallableAt === null) return null;
  return Math.max(Date.parse(cell.firstCallableAt), Date.parse(cell.since));
}
