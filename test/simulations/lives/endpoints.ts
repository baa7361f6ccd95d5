// Where a policy sends calls, by the rule that the README states: a ring's project and location come before the policy's, and
// the location of a pin before both. The invariants read policies with this, not with the code that they judge.

import type { ModelEndpoint } from '../../../shared/domain/models/model-endpoint.ts';
import type { Policy } from '../../../shared/domain/policy/policy.ts';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../../shared/domain/serving/rollout.ts';

export interface StatedPin {
  readonly ring: string;
  readonly family: string;
  readonly endpoint: ModelEndpoint;
}

export function statedPins({ project, location, rings }: Policy): readonly StatedPin[] {
  return rings.flatMap((ring) =>
    Object.entries(ring.pins).map(([family, pin]) => ({
      ring: ring.name,
      family,
      endpoint: {
        project: ring.project ?? project,
        location: pin.location ?? ring.location ?? location,
        model: pin.model,
      },
    })),
  );
}

/** Where the machines that a rollout reaches call its model; null when their ring has no such pin. */
export function endpointOf(policy: Policy, { ring, family, to }: Pick<Rollout, 'ring' | 'family' | 'to'>) {
  const pin = statedPins(policy).find((each) => each.ring === ring && each.family === family);
  return pin === undefined ? null : nameOf({ ...pin.endpoint, model: to.model });
}

/** Wherever a revision sends machines, by its pins and by its rollouts. */
export function endpointsOf({ policy, rollouts }: Revision): ReadonlySet<string> {
  const brought = rollouts.map((rollout) => endpointOf(policy, rollout)).filter((name) => name !== null);
  return new Set([...statedPins(policy).map(({ endpoint }) => nameOf(endpoint)), ...brought]);
}

export function nameOf({ project, location, model }: ModelEndpoint): string {
  return `${model} in ${location} of ${project}`;
}
