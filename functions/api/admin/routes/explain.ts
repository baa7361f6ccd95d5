// Explain: the reasons why a machine has its pins, now or at a time in the past. It calls the same functions as a poll
// on the revision of that time. It adds the rings that were considered and the rollouts in the ring.

import { fail, ok } from '../../../../shared/domain/fault.ts';
import { type Catalogue, extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import { bucketOf, percentOf, ringWithRollouts } from '../../../../shared/domain/serving/bucketing.ts';
import { type Machine, ringChooser, selectorsOf } from '../../../../shared/domain/serving/machine.ts';
import { resolve } from '../../../../shared/domain/serving/resolve.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import { numberedId, type Store } from '../../../../shared/ports.ts';
import { readMachine } from '../../polls/poll-request.ts';
import { renderJson } from '../../polls/render/json.ts';
import type { ApiResult } from '../../problems/http-fault.ts';

/** A machine as the query describes it; `label` is key=value. */
export interface MachineQuery {
  readonly machine?: string | undefined;
  readonly cli?: string | undefined;
  readonly email?: string | undefined;
  readonly label?: string | undefined;
}

/** The body of the reply. `day` is ISO 8601, for retirement dates. Faults: `parameter_invalid`. */
export function explain(
  { number, policy, rollouts, callableModels, at }: Revision,
  described: MachineQuery,
  shipped: Catalogue,
  day: string,
): ApiResult<object> {
  const read = machineOf(described);
  if (!read.ok) return read;
  const machine = read.value;
  const chosen = ringChooser(policy)(machine);
  const { ring, reached } = ringWithRollouts(chosen.ring, rollouts, machine);
  const catalogue = extendCatalogue(shipped, policy.models);
  const { selector } = chosen;
  const resolution = resolve({ policy, ring, reached, selector, cli: machine.cli, catalogue, day, callableModels });
  const selectors = selectorsOf(machine);
  const considered = policy.rings.slice(0, policy.rings.indexOf(chosen.ring) + 1).map(({ name, match }) => ({
    ring: name,
    selector: selectors.find((candidate) => match.includes(candidate)) ?? null,
  }));
  const name = machine.name ?? machine.email;
  const ringRollouts = rollouts
    .filter((rollout) => rollout.ring === ring.name)
    .map((rollout) => ({
      rollout: rollout.id,
      family: rollout.family,
      to: rollout.to.model,
      state: rollout.state,
      percent: percentOf(rollout),
      bucket: name === null ? null : bucketOf(rollout.salt, name),
      reached: reached.includes(rollout),
    }));
  const served: object = JSON.parse(renderJson(resolution));
  return ok({ revision: number, since: at, considered, rollouts: ringRollouts, ...served });
}

/**
 * The revision that was current at `at` (ISO 8601). Numbers and times increase together, so a binary search finds it.
 * Faults: `no_policy` when there was none yet, and those of the store.
 */
export async function revisionAt(store: Store, newest: Revision, at: string): Promise<ApiResult<Revision>> {
  const time = Date.parse(at);
  if (Date.parse(newest.at) <= time) return ok(newest);
  let [low, high] = [0, newest.number];
  let found: Revision | null = null;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const read = await store.read('revision', numberedId(middle));
    if (!read.ok) return read;
    const revision = read.value?.value ?? null;
    if (revision !== null && Date.parse(revision.at) <= time) {
      found = revision;
      low = middle;
    } else {
      high = middle;
    }
  }
  return found === null ? fail({ code: 'no_policy' }) : ok(found);
}

function machineOf({ machine, cli, email, label }: MachineQuery): ApiResult<Machine> {
  const [key = '', value = ''] = label?.split('=') ?? [];
  return readMachine(machine ?? null, cli ?? null, {
    email: email ?? null,
    labels: label === undefined ? {} : { [key]: value },
  });
}
