// Pinned endpoints: where each ring of a policy calls each of its pins.

import { type Family, families } from '../models/model.ts';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import type { Policy } from './policy.ts';

export interface PinnedEndpoint {
  readonly ring: string;
  readonly family: Family;
  readonly endpoint: ModelEndpoint;
}

/** Where each ring calls each of its pins. */
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
