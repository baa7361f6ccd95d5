// Explain: the answer to "why does this machine have this model?", now or at a time in the past, for admins. The same
// functions as a poll on what the revision of that time kept, with every ring that was considered and every rollout on the way.

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

export interface Described {
  readonly machine?: string | undefined;
  readonly cli?: string | undefined;
  readonly email?: string | undefined;
  readonly label?: string | undefined;
}

export function explain(
  { number, policy, rollouts, callableModels, at }: Revision,
  described: Described,
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
  const own = selectorsOf(machine);
  const considered = policy.rings
    .slice(0, policy.rings.indexOf(chosen.ring) + 1)
    .map(({ name, match }) => ({ ring: name, selector: own.find((candidate) => match.includes(candidate)) ?? null }));
  const name = machine.name ?? machine.email;
  const drawn = rollouts
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
  return ok({ revision: number, since: at, considered, rollouts: drawn, ...served });
}

/**
 * The revision that stood at a time: the newest that is not younger. Numbers and times grow together, so it is found by
 * halves in a few reads. Faults: `no_policy` when there was none yet.
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

function machineOf({ machine, cli, email, label }: Described): ApiResult<Machine> {
  const [key = '', value = ''] = label?.split('=') ?? [];
  return readMachine(machine ?? null, cli ?? null, {
    email: email ?? null,
    labels: label === undefined ? {} : { [key]: value },
  });
}
