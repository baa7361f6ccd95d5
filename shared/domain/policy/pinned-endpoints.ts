// Pinned endpoints: the model endpoints that the pins of a policy lead to, and those that its settings lead to beside.

import { type Family, families } from '../models/model.ts';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import { calledReferences, modelNamedBy, sharedReferences } from './model-references.ts';
import { pointer } from './pointer.ts';
import type { Policy, Ring } from './policy.ts';

/** One pin, with the endpoint that the ring's machines call for it. */
export interface PinnedEndpoint {
  readonly ring: string;
  readonly family: Family;
  readonly endpoint: ModelEndpoint;
}

/** An endpoint that a ring's machines call for a pin or for a setting; `path` is a JSON pointer (RFC 6901) to it. */
export interface CalledEndpoint extends PinnedEndpoint {
  readonly path: string;
}

/** By ring, then by family. A pin's location comes from the pin, else from the ring, else from the policy. */
export function pinnedEndpoints(policy: Policy): readonly PinnedEndpoint[] {
  return policy.rings.flatMap((ring) => pinsOf(policy, ring));
}

/** The pinned endpoints, then those of models that settings name: `family` is then the model's. */
export function calledEndpoints(policy: Policy): readonly CalledEndpoint[] {
  const pinned = policy.rings.flatMap((ring, at) =>
    pinsOf(policy, ring).map((pin) => ({ ...pin, path: pointer('', ['rings', at, 'pins', pin.family]) })),
  );
  const shared = sharedReferences(policy);
  const named = policy.rings.flatMap((ring, at) =>
    calledReferences(ring, at, shared).flatMap(({ text, path }) => {
      const model = modelNamedBy(text);
      if (model === null) return [];
      const project = ring.project ?? policy.project;
      const endpoint = { project, location: locationOf(policy, ring, model.id), model: model.id };
      return [{ ring: ring.name, family: model.family, endpoint, path }];
    }),
  );
  return [...pinned, ...named];
}

/** Where a ring's machines call a model by its id: where a pin of it says, else where the ring is. */
export function locationOf(policy: Policy, ring: Ring, model: string): string {
  const pin = Object.values(ring.pins).find((each) => each.model === model);
  return pin?.location ?? ring.location ?? policy.location;
}

function pinsOf(policy: Policy, ring: Ring): readonly PinnedEndpoint[] {
  return families.flatMap((family) => {
    const pin = ring.pins[family];
    if (pin === undefined) return [];
    const project = ring.project ?? policy.project;
    const location = pin.location ?? ring.location ?? policy.location;
    return [{ ring: ring.name, family, endpoint: { project, location, model: pin.model } }];
  });
}
