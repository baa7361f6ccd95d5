// Reports: a machine says whether it could apply a revision. Reports are counted by ring, and not stored. The reason of
// a failure is only logged. Adoption: how many machines of each ring have its pins.

import { ok, type Result } from '../../../../shared/domain/fault.ts';
import type { Policy } from '../../../../shared/domain/policy/policy.ts';
import { needOf } from '../../../../shared/domain/policy/schema-needs.ts';
import { type AdoptionCounts, adoptionByRing } from '../../../../shared/domain/serving/adoption.ts';
import { ringChooser } from '../../../../shared/domain/serving/machine.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import { numberedId, type Store } from '../../../../shared/ports.ts';
import { readAdoption } from '../../../adoption/adoption.ts';
import { printable } from '../../../printable.ts';
import { type ApiResult, failHttp } from '../../problems/http-fault.ts';
import { AdoptionReply } from '../schemas/adoption.ts';
import { NoQuery } from '../schemas/common.ts';
import { Report, ReportReply } from '../schemas/reports.ts';
import { type Route, type RoutePorts, readCurrentRevision, route } from './route.ts';

export function reportRoutes({ store, policyCache, adoption, log, rateLimiter }: RoutePorts): readonly Route[] {
  const chooserOf = createChooserOf();
  return [
    route({
      method: 'POST',
      path: '/v1/reports',
      operation: 'report',
      summary: 'Report whether a machine could apply a revision. Reports are counted.',
      role: 'machine',
      query: NoQuery,
      body: Report,
      reply: ReportReply,
      statuses: [202],
      handle: async ({ body, caller, agent }) => {
        const report = readReport(body);
        if (!report.ok) return report;
        const { machine, cli = null, revision, outcome, reason = '' } = report.value;
        const seconds = rateLimiter.machine(caller.name, machine);
        if (seconds > 0) return failHttp({ code: 'rate_limited', seconds });
        const newest = await newestRevision(revision);
        if (!newest.ok) return newest;
        if (revision > newest.value.number)
          return refuse('/revision', String(revision), `at most ${newest.value.number}, the newest`);
        const { email, labels } = caller;
        const { ring } = chooserOf(newest.value)({ name: machine, email, labels, cli });
        adoption.reported(machine, revision, ring.name, outcome);
        if (outcome === 'failed')
          log.warn('report failed', { machine, cli, agent, revision, reason: printable(reason) });
        return ok({ body: { accepted: true }, status: 202 });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/adoption',
      operation: 'getAdoption',
      summary: 'Count the machines of each ring that have its pins, of those that polled lately.',
      query: NoQuery,
      reply: AdoptionReply,
      handle: async () => {
        const newest = await readCurrentRevision(store);
        if (!newest.ok) return newest;
        const counts = await readAdoption(store);
        if (!counts.ok) return counts;
        const served = await readServedPolicies(store, counts.value, newest.value);
        if (!served.ok) return served;
        const { period, standardError } = counts.value;
        const rings = adoptionByRing(counts.value, newest.value.policy, served.value);
        return ok({ body: { revision: newest.value.number, period, rings, standardError } });
      },
    }),
  ];

  /** Reads the store for a revision that is not cached: another instance may have served a newer one to the machine. */
  async function newestRevision(reported: number): Promise<ApiResult<Revision>> {
    const cached = await policyCache.current();
    const revision = cached.ok ? (cached.value.published?.revision ?? null) : null;
    return revision !== null && revision.number >= reported ? ok(revision) : readCurrentRevision(store);
  }
}

/** Bounds the reads. In half an hour, few fleets have more revisions. */
const maxRevisionsRead = 10;

/** The policies of the newest revisions that machines have, by number. Those that only moved rollouts have that of another. */
async function readServedPolicies(
  store: Store,
  { revisions }: AdoptionCounts,
  newest: Revision,
): Promise<Result<ReadonlyMap<number, Policy>>> {
  const numbers = revisions.filter(({ served }) => served > 0).map(({ revision }) => revision);
  const policies = new Map<number, Policy>(
    numbers.filter((number) => number >= newest.policySince).map((number) => [number, newest.policy]),
  );
  const older = numbers.filter((number) => !policies.has(number)).slice(0, maxRevisionsRead);
  for (const read of await Promise.all(older.map((number) => store.read('revision', numberedId(number))))) {
    if (!read.ok && read.fault.code !== 'document_corrupt') return read;
    if (read.ok && read.value !== null) policies.set(read.value.value.number, read.value.value.policy);
  }
  return ok(policies);
}

/** Remembers the newest chooser: a policy may have many selectors, and each machine of the fleet reports. */
function createChooserOf(): (revision: Revision) => ReturnType<typeof ringChooser> {
  let last: { readonly number: number; readonly choose: ReturnType<typeof ringChooser> } | null = null;
  return ({ number, policy }) => {
    if (last?.number !== number) last = { number, choose: ringChooser(policy) };
    return last.choose;
  };
}

function readReport(body: unknown): ApiResult<Report> {
  const parsed = Report.safeParse(body, { error: needOf });
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [issue.keys[0] ?? ''] : (issue?.path ?? []);
  const expected = issue?.code === 'unrecognized_keys' ? 'no field of this name' : (issue?.message ?? 'valid');
  return refuse(path.map((key) => `/${String(key)}`).join('') || 'the body', valueAt(body, path[0]), expected);
}

function valueAt(body: unknown, key: PropertyKey | undefined): string {
  if (typeof body !== 'object' || body === null || key === undefined) return describeValue(body);
  return describeValue(Object.getOwnPropertyDescriptor(body, key)?.value ?? 'absent');
}

/** Avoids `toString` of objects and lists: an object's own may do anything, and a list's may recurse too deep. */
function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function refuse(parameter: string, value: string, expected: string): ApiResult<never> {
  return failHttp({ code: 'parameter_invalid', parameter, value: printable(value).slice(0, 200), expected });
}
