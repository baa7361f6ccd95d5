// Problems: errors of the API as problem+json (RFC 9457). Only this file turns a fault into status, headers and body.

import type { ServerResponse } from 'node:http';
import { accessProblemText } from './access-problems.ts';
import { browserHeaders } from './browser-headers.ts';
import type { ApiFault } from './http-fault.ts';
import { httpProblemText } from './http-problems.ts';
import { uncallableText, withProbe } from './policy-problems.ts';
import { invalidText, type ProblemText } from './problem-text.ts';
import { rolloutProblemText } from './rollout-problems.ts';

export interface Problem extends ProblemText {
  readonly type: string;
  /** Stable, for programs. */
  readonly code: string;
}

/** A response that is ready to send. */
export interface ProblemResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer<ArrayBuffer>;
}

/** Statuses after which the connection can't be used, because a part of the request was not read. */
const closing = [408, 413, 431];
const problemType = 'application/problem+json';

/** Sends a problem as the response to a request that the app does not handle. */
export function sendProblem(response: ServerResponse, fault: ApiFault, isHead = false): void {
  const { status, headers, body } = problemResponse(fault);
  response.writeHead(status, headers);
  response.end(isHead ? undefined : body);
}

export function problemResponse(fault: ApiFault): ProblemResponse {
  const problem = problemOf(fault);
  const body = Buffer.from(`${JSON.stringify(problem, null, 2)}\n`);
  return { status: problem.status, headers: { ...headersOf(problem), 'Content-Length': String(body.length) }, body };
}

export function problemOf(fault: ApiFault): Problem {
  return { type: `urn:pinward:problem:${fault.code}`, code: fault.code, ...textOf(fault) };
}

function headersOf(problem: Problem): Record<string, string> {
  const retryAfter = problem.retryAfter ?? (problem.status === 503 ? 15 : undefined);
  return {
    ...browserHeaders,
    'Content-Type': problemType,
    'Cache-Control': 'no-store',
    ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="pinward"' } : {}),
    ...(problem.status === 405 && problem.allowed !== undefined ? { Allow: problem.allowed.join(', ') } : {}),
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    ...(closing.includes(problem.status) ? { Connection: 'close' } : {}),
  };
}

/** One exhaustive switch: a fault without a text doesn't compile. */
function textOf(fault: ApiFault): ProblemText {
  switch (fault.code) {
    case 'policy_invalid':
      return withProbe(invalidText(fault.findings, 'The policy has errors'), fault.probedBy);
    case 'model_not_callable':
      return withProbe(
        { status: 409, ...uncallableText(fault.uncallablePins), uncallablePins: fault.uncallablePins },
        fault.probedBy,
      );
    case 'policy_managed':
      return {
        status: 403,
        title: `The policy is managed in ${fault.repository}`,
        hint: `Change it there; ${fault.identity} publishes it. What raises no risk still works. An owner can end this.`,
        field: '/managedBy',
      };
    case 'no_policy':
      return {
        status: 404,
        title: 'No policy has been published yet',
        hint: 'PUT /v1/policy with If-Match: "0". The README has an example to start from.',
      };
    case 'revision_conflict':
      return {
        status: 412,
        title: `The policy has changed: you sent revision ${fault.expected}, but ${fault.current} is current`,
        hint: 'GET /v1/policy, apply your change to the result, and send its ETag as If-Match.',
        field: 'If-Match',
        current: fault.current,
      };
    case 'revision_unknown':
      return {
        status: 404,
        title: `Revision ${fault.revision} does not exist`,
        hint: `The newest is ${fault.newest}. GET /v1/revisions lists all revisions.`,
      };
    case 'rollout_active':
    case 'rollout_unknown':
    case 'rollout_state':
    case 'upgrade_unknown':
    case 'upgrade_state':
    case 'second_person_needed':
    case 'proposal_unknown':
    case 'proposal_conflict':
    case 'proposal_state':
      return rolloutProblemText(fault);
    case 'ring_unknown':
      return {
        status: 404,
        title: `Ring ${fault.ring} does not exist`,
        hint: `The policy has these rings: ${fault.rings.join(', ')}.`,
        field: 'ring',
      };
    case 'family_unknown':
      return {
        status: 404,
        title: `Model family ${fault.family} does not exist`,
        hint: 'The families are opus, sonnet, haiku and fable.',
        field: 'family',
      };
    case 'access_invalid':
    case 'access_conflict':
    case 'access_unknown':
    case 'last_owner':
    case 'token_name_taken':
    case 'token_unknown':
      return accessProblemText(fault);
    case 'store_unavailable':
      return {
        status: 503,
        title: "The store can't be reached",
        hint: 'Nothing was changed. Try again. Machines keep their last good pins.',
      };
    case 'bus_unavailable':
      return {
        status: 503,
        title: "Events can't be published",
        hint: `${fault.detail}. The events are stored and will be published later.`,
      };
    case 'signer_unavailable':
      return {
        status: 503,
        title: "The signing key can't be reached",
        hint: 'Nothing was changed. Try again. The log of the api function says why. Until then responses are unsigned.',
      };
    case 'write_conflict':
      return { status: 503, title: 'Somebody else wrote at the same time', hint: 'Nothing was changed. Try again.' };
    case 'document_corrupt':
      return {
        status: 500,
        title: `The stored document ${fault.document} can't be read`,
        hint: `${fault.detail}. Nothing was changed. Restore it from a backup: infra/README.md, "Restore Firestore".`,
      };
    case 'unauthenticated':
    case 'credentials_ambiguous':
    case 'unbound':
    case 'forbidden':
    case 'issuer_unavailable':
    case 'cross_site':
    case 'request_malformed':
    case 'request_too_slow':
    case 'headers_too_large':
    case 'expectation_unsupported':
    case 'parameter_invalid':
    case 'time_before_policy':
    case 'precondition_required':
    case 'route_unknown':
    case 'agents_unavailable':
    case 'method_unsupported':
    case 'format_unsupported':
    case 'media_type_unsupported':
    case 'json_malformed':
    case 'query_too_long':
    case 'body_too_large':
    case 'body_too_slow':
    case 'body_cut_off':
    case 'rate_limited':
    case 'overloaded':
    case 'internal':
      return httpProblemText(fault);
  }
}
