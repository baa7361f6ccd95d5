// What is said of each fault: status, title, and how to mend it. Codes are public; words may get better.

import type { Fault, UncallablePin } from '../../../shared/domain/fault.ts';
import { accessProblemText } from './access-texts.ts';
import type { Problem } from './problem.ts';
import { rolloutProblemText } from './rollout-texts.ts';

export type ProblemText = Omit<Problem, 'type' | 'code'>;

export function problemText(fault: Fault | { readonly code: 'internal' }): ProblemText {
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
    case 'parameter_invalid':
      return {
        status: 400,
        title: `${fault.parameter} can't be "${fault.value}"`,
        hint: `It is ${fault.expected}.`,
        field: fault.parameter,
      };
    case 'precondition_required':
      return {
        status: 428,
        title: 'A change must say which revision it changes',
        hint: 'Send If-Match with the ETag of what you change, such as that of GET /v1/policy: If-Match: "41" ("0" for the first, * for any).',
        field: 'If-Match',
      };
    case 'unauthenticated':
    case 'credentials_ambiguous':
    case 'unbound':
    case 'forbidden':
    case 'issuer_unavailable':
    case 'access_invalid':
    case 'access_conflict':
    case 'access_unknown':
    case 'last_owner':
    case 'token_name_taken':
    case 'token_unknown':
      return accessProblemText(fault);
    case 'route_unknown':
      return { status: 404, title: `There is nothing at ${fault.path}`, hint: 'GET /openapi.json lists every call.' };
    case 'method_unsupported':
      return {
        status: 405,
        title: `${fault.method} is not for this path`,
        hint: `Use ${fault.allowed.join(' or ')}.`,
        allowed: fault.allowed,
      };
    case 'format_unsupported':
      return {
        status: 406,
        title: `There is no format ${fault.asked}`,
        hint: `Ask for one of: ${fault.offered.join(' ')}.`,
        field: 'Accept',
      };
    case 'media_type_unsupported':
      return {
        status: 415,
        title: `A body of type ${fault.got} is not read here`,
        hint: `Send Content-Type: ${fault.expected}.`,
        field: 'Content-Type',
      };
    case 'json_malformed':
      return { status: 400, title: 'The body is not JSON', hint: `${fault.detail}. Check it with: jq . FILE` };
    case 'body_too_large':
      return {
        status: 413,
        title: `The body is larger than ${fault.limitBytes / 1024} KiB`,
        hint: 'Send less; settings that rings share belong in the policy.',
      };
    case 'body_cut_off':
      return { status: 400, title: 'The body ended early', hint: 'Nothing was changed. Send it again.' };
    case 'rate_limited':
      return {
        status: 429,
        title: 'This credential calls too often',
        hint: `Wait ${fault.seconds} s. Each machine of a fleet needs a name of its own; functions/api/README.md lists the limits.`,
        retryAfter: fault.seconds,
      };
    case 'overloaded':
      return {
        status: 503,
        title: 'More is asked than this instance can answer',
        hint: `Wait ${fault.seconds} s; machines go on with their last good pins.`,
        retryAfter: fault.seconds,
      };
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
    case 'internal':
      return {
        status: 500,
        title: 'Pinward made a mistake',
        hint: 'Nothing was changed unless a revision says so. The log has the details.',
      };
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
