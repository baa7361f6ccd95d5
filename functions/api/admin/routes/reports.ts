// Reports: a machine says whether it could apply a revision. Reports are counted and not stored. The reason of a
// failure is only logged.

import { ok } from '../../../../shared/domain/fault.ts';
import { printable } from '../../../printable.ts';
import type { PolicyCache } from '../../polls/policy-cache.ts';
import { type ApiResult, failHttp } from '../../problems/http-fault.ts';
import { NoQuery, Report, ReportReply } from '../schemas/common.ts';
import { type Route, type RoutePorts, readCurrentRevision, route } from './route.ts';

export function reportRoutes({ store, policyCache, adoption, log, rateLimiter }: RoutePorts): readonly Route[] {
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
      handle: async ({ body, caller }) => {
        const report = readReport(body);
        if (!report.ok) return report;
        const { machine, cli = null, revision, outcome, reason = '' } = report.value;
        const seconds = rateLimiter.machine(caller.name, machine);
        if (seconds > 0) return failHttp({ code: 'rate_limited', seconds });
        const newest = await newestRevision(revision);
        if (!newest.ok) return newest;
        if (revision > newest.value)
          return refuse('/revision', String(revision), `at most ${newest.value}, the newest`);
        adoption.reported(machine, revision, outcome);
        if (outcome === 'failed') log.warn('report failed', { machine, cli, revision, reason: printable(reason) });
        return ok({ body: { accepted: true }, status: 202 });
      },
    }),
  ];

  /** Reads the store for a revision that is not cached: another instance may have served a newer one to the machine. */
  async function newestRevision(reported: number): Promise<ApiResult<number>> {
    const cached = await cachedRevision(policyCache);
    if (cached.ok && cached.value >= reported) return cached;
    const current = await readCurrentRevision(store);
    return current.ok ? ok(current.value.number) : current;
  }
}

async function cachedRevision(policyCache: PolicyCache): Promise<ApiResult<number>> {
  const cached = await policyCache.current();
  return cached.ok ? ok(cached.value.published?.revision.number ?? 0) : cached;
}

function readReport(body: unknown): ApiResult<Report> {
  const parsed = Report.safeParse(body);
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
