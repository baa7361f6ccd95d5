// The probe request: model endpoints that somebody wants to use and that nobody probed. The next runs of the probe ask
// about them, for a day.

import { z } from 'zod';
import type { Matrix } from '../availability/availability.ts';
import { dayMs } from '../day.ts';
import { Location, ModelId } from '../models/catalogue-model.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';
import { calledEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';

/** The stored request; `at` is when somebody last wanted the endpoint. */
export const ProbeRequest = z.strictObject({
  endpoints: z.array(
    z.strictObject({ project: z.string().max(100), location: Location, model: ModelId, at: z.iso.datetime() }),
  ),
});
export type ProbeRequest = z.infer<typeof ProbeRequest>;

/** Only so many endpoints are kept, the newest. */
const maxRequested = 200;
/** The schedule of the probe (infra/probe.tf), in milliseconds. */
const probeEveryMs = 15 * 60_000;

/** The endpoints that a policy calls and that never answered the probe. */
export function unprobedEndpoints(policy: Policy, matrix: Matrix | null): readonly ModelEndpoint[] {
  const answered = new Set(
    (matrix?.cells ?? []).filter(({ answeredAt }) => answeredAt !== null).map((cell) => endpointKey(cell)),
  );
  const called = new Map(calledEndpoints(policy).map(({ endpoint }) => [endpointKey(endpoint), endpoint]));
  return [...called.values()].filter((endpoint) => !answered.has(endpointKey(endpoint)));
}

/** The request with further endpoints, without those of more than a day ago. */
export function addRequested(before: ProbeRequest | null, wanted: readonly ModelEndpoint[], now: string): ProbeRequest {
  const keys = new Set(wanted.map(endpointKey));
  const kept = (before?.endpoints ?? []).filter((each) => isCurrent(each.at, now) && !keys.has(endpointKey(each)));
  const added = wanted.map(({ project, location, model }) => ({ project, location, model, at: now }));
  return { endpoints: [...kept, ...added].slice(-maxRequested) };
}

/** The endpoints that a run of the probe asks about for a request. */
export function requestedEndpoints(request: ProbeRequest | null, now: string): readonly ModelEndpoint[] {
  return (request?.endpoints ?? [])
    .filter(({ at }) => isCurrent(at, now))
    .map(({ project, location, model }) => ({ project, location, model }));
}

/** When the next run of the probe is due (ISO 8601); `lastRun` is null before the first. */
export function nextProbeDue(lastRun: string | null, now: string): string {
  const scheduled = lastRun === null ? 0 : Date.parse(lastRun) + probeEveryMs;
  const due = scheduled > Date.parse(now) ? scheduled : Date.parse(now) + probeEveryMs;
  return new Date(due).toISOString();
}

function isCurrent(at: string, now: string): boolean {
  return Date.parse(now) - Date.parse(at) < dayMs;
}
