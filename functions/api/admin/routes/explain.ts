// Explain: the reasons why a machine has its pins, now or at a time in the past. It calls the same functions as a poll
// on the revision of that time. If facts that the query does not state decide, it answers with what is possible.

import { ok } from '../../../../shared/domain/fault.ts';
import { type Catalogue, extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import { bucketOf, isReached, percentOf, ringWithRollouts } from '../../../../shared/domain/serving/bucketing.ts';
import type { Machine } from '../../../../shared/domain/serving/machine.ts';
import {
  factOf,
  type MachineFacts,
  type PossibleRing,
  possibleRings,
} from '../../../../shared/domain/serving/possible-rings.ts';
import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';
import { resolve } from '../../../../shared/domain/serving/resolve.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../../../shared/domain/serving/rollout.ts';
import { numberedId, type Store } from '../../../../shared/ports.ts';
import { readMachine } from '../../polls/poll-request.ts';
import { renderJson } from '../../polls/render/json.ts';
import { type ApiResult, failHttp } from '../../problems/http-fault.ts';

/** A machine as the query describes it; `label` is key=value, several with commas. Absent: not stated. */
export interface MachineQuery {
  readonly machine?: string | undefined;
  readonly cli?: string | undefined;
  readonly email?: string | undefined;
  readonly label?: string | undefined;
}

/** How many selectors of a possible ring a reply lists. */
const maxSelectors = 20;

/** The body of the reply, for a time in ISO 8601 and UTC. Faults: `parameter_invalid`. */
export function explain(revision: Revision, query: MachineQuery, shipped: Catalogue, at: string): ApiResult<object> {
  const { machine = null, cli = null, email = null } = query;
  const read = readMachine(machine, cli, { email, labels: labelsOf(query.label) });
  if (!read.ok) return read;
  const facts = factsOf(query, read.value);
  const possible = possibleRings(revision.policy, facts);
  const catalogue = extendCatalogue(shipped, revision.policy.models);
  const answers = possible.map((each) => answerFor(revision, each, facts, read.value, catalogue, at.slice(0, 10)));
  const common = { revision: revision.number, since: revision.at, at, considered: consideredIn(revision, possible) };
  const decidedBy = new Set([
    ...possible.flatMap(({ open }) => open.map(factOf)),
    ...answers.flatMap(({ rollouts }) => (rollouts.some(({ reached }) => reached === null) ? [bucketFact(facts)] : [])),
  ]);
  const [first] = answers;
  if (decidedBy.size === 0 && first !== undefined) {
    const { rollouts, resolution } = first;
    return ok({ ...common, rollouts, ...servedBody(resolution) });
  }
  return ok({
    ...common,
    ring: null,
    decidedBy: [...decidedBy],
    hint: `The query does not decide what the machine gets. ${[...decidedBy].map((fact) => hints[fact]).join(' ')}`,
    possible: answers.map(({ ring, selector, matches, rollouts, resolution }) => ({
      ring,
      selector,
      matches: matches.slice(0, maxSelectors),
      more: Math.max(0, matches.length - maxSelectors),
      pins: servedBody(resolution)['pins'],
      rollouts,
    })),
  });
}

/**
 * The revision that was current at `at` (ISO 8601). Numbers and times increase together, so a binary search finds it.
 * Faults: `time_before_policy`, and those of the store.
 */
export async function revisionAt(store: Store, newest: Revision, at: string): Promise<ApiResult<Revision>> {
  const time = Date.parse(at);
  if (Date.parse(newest.at) <= time) return ok(newest);
  let [low, high] = [0, newest.number];
  let found: Revision | null = null;
  let earliest = newest;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const read = await store.read('revision', numberedId(middle));
    if (!read.ok) return read;
    const revision = read.value?.value ?? null;
    if (revision !== null && Date.parse(revision.at) <= time) {
      found = revision;
      low = middle;
    } else {
      earliest = revision ?? earliest;
      high = middle;
    }
  }
  return found === null ? failHttp({ code: 'time_before_policy', at, first: earliest.at }) : ok(found);
}

interface Answer {
  readonly ring: string;
  readonly selector: string | null;
  readonly matches: readonly string[];
  readonly rollouts: readonly ReturnType<ReturnType<typeof rolloutEntry>>[];
  readonly resolution: Resolution;
}

const hints = {
  machine: 'Add machine=NAME (empty for a machine without a name).',
  email: 'Add email=ADDRESS if it polls with an account.',
  label: 'Add label=KEY=VALUE with the labels of its fleet token (empty for none).',
};

/** A token has no address, and an account has no labels: stating one says that the other is not there. */
function factsOf({ machine, email, label }: MachineQuery, read: Machine): MachineFacts {
  return {
    name: machine === undefined ? undefined : read.name,
    email: email === undefined && label === undefined ? undefined : read.email,
    labels: email === undefined && label === undefined ? undefined : read.labels,
  };
}

function labelsOf(label = ''): Record<string, string> {
  const pairs = label.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(pairs.map((pair) => pair.split('=')));
}

/** The answer for a machine of this ring. A rollout counts only if it surely reaches the machine. */
function answerFor(
  { policy, rollouts, callableModels }: Revision,
  { ring: own, selector, open }: PossibleRing,
  facts: MachineFacts,
  machine: Machine,
  catalogue: Catalogue,
  day: string,
): Answer {
  // Without a name, a machine's bucket is that of its address. It may have a name that the query does not state.
  const bucketed = facts.name === undefined ? { ...machine, email: null } : machine;
  const { ring, reached } = ringWithRollouts(own, rollouts, bucketed);
  return {
    ring: ring.name,
    selector,
    matches: open,
    rollouts: rollouts.filter((rollout) => rollout.ring === ring.name).map(rolloutEntry(facts, machine)),
    resolution: resolve({
      policy,
      ring,
      reached,
      selector: selector ?? '*',
      cli: machine.cli,
      catalogue,
      day,
      callableModels,
    }),
  };
}

function rolloutEntry(facts: MachineFacts, machine: Machine) {
  const identity = machine.name ?? machine.email;
  const isKnown = facts.name !== undefined && (facts.name !== null || facts.email !== undefined);
  return (rollout: Rollout) => ({
    rollout: rollout.id,
    family: rollout.family,
    to: rollout.to.model,
    state: rollout.state,
    percent: percentOf(rollout),
    bucket: isKnown && identity !== null ? bucketOf(rollout.salt, identity) : null,
    reached: isKnown || percentOf(rollout) >= 100 ? isReached(rollout, machine) : null,
  });
}

/** The fact that a machine's bucket is missing: its name, or the address of a machine without one. */
function bucketFact({ name }: MachineFacts): 'machine' | 'email' {
  return name === undefined ? 'machine' : 'email';
}

function consideredIn({ policy: { rings } }: Revision, possible: readonly PossibleRing[]) {
  const selectors = new Map(possible.map(({ ring, selector }) => [ring, selector]));
  const last = rings.findIndex(({ name }) => name === possible.at(-1)?.ring.name);
  return rings.slice(0, last + 1).map((ring) => ({ ring: ring.name, selector: selectors.get(ring) ?? null }));
}

/** As a poll's body in JSON. */
function servedBody(resolution: Resolution): Record<string, unknown> {
  return JSON.parse(renderJson(resolution));
}
