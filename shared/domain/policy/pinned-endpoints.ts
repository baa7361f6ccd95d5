// Pinned endpoints: the model endpoints that the pins of a policy lead to.

import { type Family, families } from '../models/model.ts';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import type { Policy } from './policy.ts';

/** One pin, with the endpoint that the ring's machines call for it. */
export interface PinnedEndpoint {
  readonly ring: string;
  readonly family: Family;
  readonly endpoint: ModelEndpoint;
}

/** By ring, then by family. A pin's location comes from the pin, else from the ring, else from the policy. */
export function pinnedEndpoints(policy: Policy): readonly PinnedEndpoint[] {
  return policy.rings.flatMap((ring) =>
    families.flatMap((family) => {
      const pin = ring.pins[family];
      if (pin === undefined) return [];
      const project = ring.project ?? policy.project;
      const location = pin.location ?? ring.location ?? policy.location;
      return [{ ring: ring.name, family, endpoint: { project, location, model: pin.model } }];
    }),
  );
}
