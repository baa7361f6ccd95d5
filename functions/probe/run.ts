// One run of the probe: read the matrix, ask Vertex, plan, and commit the new matrix with its events. Runs may overlap,
// crash or repeat: a lease allows one at a time, and the commit fails if another run committed since the read.

import { emptyMatrix, type Matrix } from '../../shared/domain/availability/availability.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import { extendCatalogue } from '../../shared/domain/models/catalogue.ts';
import { endpointsToProbe } from '../../shared/domain/probe/endpoints-to-probe.ts';
import { planProbe } from '../../shared/domain/probe/plan-probe.ts';
import type { ProbeResult } from '../../shared/domain/probe/probe-input.ts';
import { requestedEndpoints } from '../../shared/domain/probe/probe-request.ts';
import { type Clock, expectOf, type Garden, type Store, type Stored } from '../../shared/ports.ts';
import { eventWrites } from '../commands/event-writes.ts';
import { askAll } from './ask-all.ts';

export interface RunPorts {
  readonly store: Store;
  readonly garden: Garden;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** The name of this run in the lease. */
  readonly holder: string;
  /** Projects and locations to probe in addition to those of the policy. */
  readonly projects: readonly string[];
  readonly locations: readonly string[];
  /** Whether to leave out the projects that only the policy names. */
  readonly onlyTheseProjects?: boolean;
  /** Gets each result at once, to show progress. */
  readonly onResult?: (result: ProbeResult, done: number, all: number) => void;
}

export interface Ran {
  readonly endpoints: number;
  readonly confirmations: number;
  readonly newEvents: readonly NewEvent[];
  readonly matrix: Matrix;
}

/** Longer than a run takes. After a crash, the next run waits at most this long. */
export const leaseMs = 5 * 60_000;

/** Null when another run is active or committed first, or when there is nothing to probe. */
export async function runProbe(ports: RunPorts): Promise<Result<Ran | null>> {
  const leased = await takeLease(ports);
  if (!leased.ok || leased.value === null) return leased.ok ? ok(null) : leased;
  try {
    return await runOnce(ports);
  } finally {
    // An expired lease may belong to another run by now.
    if (ports.clock() < leased.value) await ports.store.commit([{ kind: 'lease', id: 'probe', remove: true }]);
  }
}

async function runOnce(ports: RunPorts): Promise<Result<Ran | null>> {
  const { store, clock } = ports;
  const published = await store.read('published', 'current');
  if (!published.ok) return published;
  const stored = await store.read('matrix', 'current');
  if (!stored.ok) return stored;
  const policy = published.value?.value.revision.policy ?? null;
  const request = await store.read('probeRequest', 'current');
  if (!request.ok) return request;
  const requested = requestedEndpoints(request.value?.value ?? null, instant(clock()));
  const before = stored.value?.value ?? { ...emptyMatrix, at: instant(clock()) };

  const { models: listed } = await ports.garden.list();
  // A model that was ever listed stays probed, even if the list is unavailable or no longer has it.
  const everListed = [...new Set([...Object.keys(before.listed), ...(listed ?? [])])];
  const { catalogue: shipped, projects, locations, onlyTheseProjects = false } = ports;
  const all = endpointsToProbe({ policy, shipped, listed: everListed, projects, locations, requested });
  const endpoints = onlyTheseProjects ? all.filter(({ project }) => projects.includes(project)) : all;
  if (endpoints.length === 0) return ok(null);
  const { results, confirmations } = await askAll({ ...ports, before, endpoints });

  const catalogue = extendCatalogue(shipped, policy?.models ?? []);
  const plan = planProbe({ before, endpoints, results, listed, policy, catalogue, now: instant(clock()) });
  const committed = await commit(store, stored.value, plan.matrix, plan.newEvents);
  if (!committed.ok) return committed.fault.code === 'write_conflict' ? ok(null) : committed;
  return ok({ endpoints: endpoints.length, confirmations, newEvents: plan.newEvents, matrix: plan.matrix });
}

/** When this run's lease expires (milliseconds since 1970). Null when another run holds the lease. */
async function takeLease({ store, clock, holder }: RunPorts): Promise<Result<number | null>> {
  const held = await store.read('lease', 'probe');
  if (!held.ok) return held;
  if (held.value !== null && Date.parse(held.value.value.until) > clock()) return ok(null);
  const until = clock() + leaseMs;
  const value = { holder, until: instant(until) };
  const taken = await store.commit([{ kind: 'lease', id: 'probe', expect: expectOf(held.value), value }]);
  if (!taken.ok && taken.fault.code !== 'write_conflict') return taken;
  return ok(taken.ok ? until : null);
}

async function commit(
  store: Store,
  stored: Stored<Matrix> | null,
  matrix: Matrix,
  newEvents: readonly NewEvent[],
): Promise<Result<null>> {
  const events = await eventWrites(store, newEvents);
  if (!events.ok) return events;
  return store.commit([{ kind: 'matrix', id: 'current', expect: expectOf(stored), value: matrix }, ...events.value]);
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
