// Probes all model endpoints. Each one is screened for free. It is confirmed with a call of one token only if the
// answer may be new. Concurrency, paid calls and time are bounded.

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
  readonly onResult?: (result: ProbeResult, done: number, all: number) => void;
}

const concurrency = 32;
/** Confirmations a run. At one token each, they cost cents a day at most. */
const maxConfirmations = 200;
/** A run begins this much further for each minute that passed, so that no endpoint waits for ever for a confirmation. */
const endpointsPerMinute = 20;
/** Endpoints that weren't probed by then wait for the next run. */
const maxDurationMs = 4 * 60_000;
/** How often an enabled model is confirmed again. */
const confirmEveryMs = 24 * 60 * 60_000;

/** Results are in the order of `endpoints`, without those that there was no time for. */
export async function askAll(input: AskAllInput): Promise<{ results: readonly ProbeResult[]; confirmations: number }> {
  const { garden, clock, before, endpoints } = input;
  const cells = new Map(before.cells.map((cell) => [endpointKey(cell), cell]));
  const end = clock() + maxDurationMs;
  const exhausted = new Set<string>();
  const first = Math.floor(clock() / 60_000) * endpointsPerMinute;
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
    // The fleet uses the same quota, so this run leaves an exhausted one alone.
    if (observation.verdict === 'no_quota') exhausted.add(quotaKey(endpoint));
    return observation;
  }

  async function probeNext(): Promise<void> {
    while (next < endpoints.length && clock() < end) {
      const index = (first + next++) % endpoints.length;
      const endpoint = endpoints[index];
      if (endpoint === undefined) return;
      const result = { endpoint, observation: await ask(endpoint) };
      results[index] = result;
      input.onResult?.(result, ++done, endpoints.length);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, probeNext));
  return { results: results.filter((result) => result !== null), confirmations };
}

/** Whether a confirmation may change something: the model isn't enabled, is suspected, or was confirmed long ago. */
function isDue(cell: Cell | null, now: number): boolean {
  if (cell === null || cell.state !== 'enabled' || cell.suspectedAt !== null || cell.confirmedAt === null) return true;
  return now - Date.parse(cell.confirmedAt) >= confirmEveryMs;
}

/**
 * Models of one family share a quota in a location. Source:
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/claude/quotas
 */
function quotaKey({ project, location, model }: ModelEndpoint): string {
  return `${project}/${location}/${parseModel(model)?.family}`;
}
