// Looking around: every place is screened for free, and confirmed with a call of one token only where that may tell
// something new. Bounded in how much is asked at once, in calls that cost, and in time.

import type { Cell, Matrix } from '../../shared/domain/availability/availability.ts';
import type { Observation } from '../../shared/domain/availability/observation.ts';
import { parseModel } from '../../shared/domain/models/model.ts';
import { endpointKey, type ModelEndpoint } from '../../shared/domain/models/model-endpoint.ts';
import type { ProbeResult } from '../../shared/domain/probe/probe-input.ts';
import type { Clock, Garden } from '../../shared/ports.ts';

interface AskAllInput {
  readonly garden: Garden;
  readonly clock: Clock;
  readonly before: Matrix;
  readonly endpoints: readonly ModelEndpoint[];
  readonly onResult?: (ask: ProbeResult, done: number, all: number) => void;
}

const concurrency = 32;
/** Confirmations a run: at one token each, at most cents a day. */
const maxConfirmations = 200;
/** What isn't looked at by then waits for the next run. */
const maxDurationMs = 4 * 60_000;
/** An enabled model is confirmed again so often. */
const confirmEveryMs = 24 * 60 * 60_000;

/** What was seen, in the order of the places; places that there was no time for are left out. */
export async function askAll(input: AskAllInput): Promise<{ results: readonly ProbeResult[]; confirmations: number }> {
  const { garden, clock, before, endpoints } = input;
  const cells = new Map(before.cells.map((cell) => [endpointKey(cell), cell]));
  const end = clock() + maxDurationMs;
  const exhausted = new Set<string>();
  const results: (ProbeResult | null)[] = endpoints.map(() => null);
  let confirmations = 0;
  let next = 0;
  let done = 0;

  async function ask(endpoint: ModelEndpoint): Promise<Observation> {
    const screened = await garden.screen(endpoint);
    const cell = cells.get(endpointKey(endpoint)) ?? null;
    const mayConfirm = confirmations < maxConfirmations && !exhausted.has(quotaKey(endpoint));
    if (screened.verdict !== 'candidate' || !mayConfirm || !isDue(cell, clock())) return screened;
    confirmations++;
    const observation = await garden.confirm(endpoint);
    // The fleet draws on the same quota: where there is none left, no more of it is asked for in this run.
    if (observation.verdict === 'no_quota') exhausted.add(quotaKey(endpoint));
    return observation;
  }

  async function work(): Promise<void> {
    while (next < endpoints.length && clock() < end) {
      const at = next++;
      const endpoint = endpoints[at];
      if (endpoint === undefined) return;
      const made = { endpoint, observation: await ask(endpoint) };
      results[at] = made;
      input.onResult?.(made, ++done, endpoints.length);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  return { results: results.filter((made) => made !== null), confirmations };
}

/** Whether a confirmation may change something: not enabled yet, in doubt, or long ago. */
function isDue(cell: Cell | null, now: number): boolean {
  if (cell === null || cell.state !== 'enabled' || cell.suspectedAt !== null || cell.confirmedAt === null) return true;
  return now - Date.parse(cell.confirmedAt) >= confirmEveryMs;
}

/** Models of one line share a quota in a location (Google's quotas page; vertex-probing facts, A5). */
function quotaKey({ project, location, model }: ModelEndpoint): string {
  return `${project}/${location}/${parseModel(model)?.family}`;
}
