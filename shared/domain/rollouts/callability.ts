// Callability: whether a ring could call a model or a pin, by what the probe has seen.

import { isCallable, isSurelyNotCallable, type Matrix } from '../availability/availability.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';
import type { Pin } from '../policy/pin.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';

/** The part of a transition that says where a ring calls what, and what has answered there. */
export interface CallabilityInput {
  readonly policy: Policy;
  readonly committed: { readonly matrix: Matrix | null };
}

/** The endpoint of a ring's pin of a family; null when the ring has no such pin. */
export function endpointOf({ policy }: Pick<CallabilityInput, 'policy'>, ring: string, family: string) {
  return pinnedEndpoints(policy).find((pinned) => pinned.ring === ring && pinned.family === family)?.endpoint ?? null;
}

export type Callability = 'callable' | 'doubtful' | 'lost';

/** Where a ring would call a pin; null when there is no such ring. */
export function placeOf(
  { policy }: Pick<CallabilityInput, 'policy'>,
  name: string,
  pin: Pin,
): { readonly project: string; readonly location: string } | null {
  const ring = policy.rings.find((each) => each.name === name);
  if (ring === undefined) return null;
  return {
    project: ring.project ?? policy.project,
    location: pin.location ?? ring.location ?? policy.location,
  };
}

/** Whether a model is callable at a pin's location. `lost` needs two runs that agree; `doubtful` is any other doubt. */
export function callabilityOf(input: CallabilityInput, ring: string, family: string, model: string): Callability {
  const endpoint = endpointOf(input, ring, family);
  return endpoint === null ? 'doubtful' : callabilityAt(input, { ...endpoint, model });
}

/** Whether a pin that a ring may get is callable where the ring would call it. */
export function callabilityOfPin(input: CallabilityInput, ring: string, pin: Pin): Callability {
  const place = placeOf(input, ring, pin);
  return place === null ? 'doubtful' : callabilityAt(input, { ...place, model: pin.model });
}

function callabilityAt({ committed }: CallabilityInput, endpoint: ModelEndpoint): Callability {
  const key = endpointKey(endpoint);
  const cell = committed.matrix?.cells.find((each) => endpointKey(each) === key);
  if (cell === undefined) return 'doubtful';
  if (isCallable(cell.state)) return cell.suspectedAt === null ? 'callable' : 'doubtful';
  return isSurelyNotCallable(cell) ? 'lost' : 'doubtful';
}
