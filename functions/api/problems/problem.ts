// Problems: every error of the API as RFC 9457 problem+json. A fault becomes status, headers and body here and nowhere else.

import type { ServerResponse } from 'node:http';
import type { UncallablePin } from '../../../shared/domain/fault.ts';
import { accessProblemText } from './access-problems.ts';
import type { ApiFault } from './http-fault.ts';
import { httpProblemText } from './http-problems.ts';
import type { ProblemText } from './problem-text.ts';
import { rolloutProblemText } from './rollout-problems.ts';

export interface Problem extends ProblemText {
  readonly type: string;
  /** Stable; switch on this. */
  readonly code: string;
}

/** An answer ready to send. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer<ArrayBuffer>;
}

const problemType = 'application/problem+json';

/** Answers an error on a bare Node response. */
export function sendProblem(response: ServerResponse, fault: ApiFault, isHead = false): void {
  const { status, headers, body } = problemAnswer(fault);
  response.writeHead(status, headers);
  response.end(isHead ? undefined : body);
}

export function problemAnswer(fault: ApiFault): ProblemAnswer {
  const problem = problemOf(fault);
  const body = Buffer.from(`${JSON.stringify(problem, null, 2)}\n`);
  return { status: problem.status, headers: { ...headersOf(problem), 'Content-Length': String(body.length) }, body };
}

export function problemOf(fault: ApiFault): Problem {
  return { type: `urn:pinward:problem:${fault.code}`, code: fault.code, ...textOf(fault) };
}

/** Response headers that an error needs beside its body. */
function headersOf(problem: Problem): Record<string, string> {
  const retryAfter = problem.retryAfter ?? (problem.status === 503 ? 15 : undefined);
  return {
    'Content-Type': problemType,
    'Cache-Control': 'no-store',
    ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="pinward"' } : {}),
    ...(problem.status === 405 && problem.allowed !== undefined ? { Allow: problem.allowed.join(', ') } : {}),
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    ...(problem.status === 413 ? { Connection: 'close' } : {}),
  };
}

/** One exhaustive switch: a fault without a text doesn't compile. */
function textOf(fault: ApiFault): ProblemText {
  switch (fault.code) {
    case 'policy_invalid': {
      const [first] = fault.findings.filter((finding) => finding.severity === 'error');
      return {
        status: 422,
        title: first === undefined ? 'The policy has errors' : first.message,
        hint: first?.fix ?? 'See findings.',
        ...(first === undefined ? {} : { field: first.path }),
        findings: fault.findings,
      };
    }
    case 'model_not_callable':
      return { status: 409, ...uncallableText(fault.uncallablePins), uncallablePins: fault.uncallablePins };
    case 'no_policy':
      return {
        status: 404,
        title: 'No policy has been stated yet',
        hint: 'PUT /v1/policy with If-Match: "0"; the README has one to start from.',
      };
    case 'revision_conflict':
      return {
        status: 412,
        title: `You changed revision ${fault.expected}, but ${fault.current} stands`,
        hint: 'GET /v1/policy, make your change again on what it says, and send its ETag as If-Match.',
        field: 'If-Match',
        current: fault.current,
      };
    case 'revision_unknown':
      return {
        status: 404,
        title: `There is no revision ${fault.revision}`,
        hint: `The newest is ${fault.newest}; GET /v1/revisions lists them.`,
      };
    case 'rollout_active':
    case 'rollout_unknown':
    case 'rollout_state':
    case 'upgrade_unknown':
    case 'upgrade_state':
    case 'second_person_needed':
    case 'proposal_unknown':
    case 'proposal_state':
      return rolloutProblemText(fault);
    case 'ring_unknown':
      return {
        status: 404,
        title: `There is no ring ${fault.ring}`,
        hint: `The policy has: ${fault.rings.join(', ')}.`,
        field: 'ring',
      };
    case 'family_unknown':
      return {
        status: 404,
        title: `There is no family ${fault.family}`,
        hint: 'Families are opus, sonnet, haiku and fable.',
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
        title: 'The store can not be reached',
        hint: 'Nothing was changed. Try again; machines go on with their last good pins.',
      };
    case 'bus_unavailable':
      return {
        status: 503,
        title: 'Events can not be published',
        hint: `${fault.detail}. They are kept and sent later.`,
      };
    case 'signer_unavailable':
      return {
        status: 503,
        title: 'The signing key can not be reached',
        hint: 'Try again; the log of the api function says why. Answers go out unsigned until then.',
      };
    case 'write_conflict':
      return { status: 503, title: 'Others write at this moment', hint: 'Nothing was changed. Try again.' };
    case 'document_corrupt':
      return {
        status: 500,
        title: `The stored ${fault.document} can not be read`,
        hint: `${fault.detail}. Restore it from a backup, or restore an older revision.`,
      };
    case 'unauthenticated':
    case 'credentials_ambiguous':
    case 'unbound':
    case 'forbidden':
    case 'issuer_unavailable':
    case 'parameter_invalid':
    case 'precondition_required':
    case 'route_unknown':
    case 'method_unsupported':
    case 'format_unsupported':
    case 'media_type_unsupported':
    case 'json_malformed':
    case 'query_too_long':
    case 'body_too_large':
    case 'body_cut_off':
    case 'rate_limited':
    case 'overloaded':
    case 'internal':
      return httpProblemText(fault);
  }
}

function uncallableText([first]: readonly UncallablePin[]): { title: string; hint: string; field: string } {
  if (first === undefined) throw new Error('a model that is not callable must be named');
  const { ring, family, project, location, model, state, nearest, elsewhere } = first;
  const looked = state === 'unknown' ? 'it was not seen to answer yet' : state;
  const choice = nearest === null ? '' : `Pin "${nearest}", which is callable there. `;
  const places = elsewhere.length === 0 ? '' : `It is callable in ${elsewhere.join(', ')}. `;
  return {
    title: `Project ${project} is not proven to be able to call ${model} in ${location} (${looked})`,
    hint: `${choice}${places}GET /v1/availability shows what is; ?force=reason states it all the same, and is recorded.`,
    field: `/rings/${ring}/pins/${family}`,
  };
}
