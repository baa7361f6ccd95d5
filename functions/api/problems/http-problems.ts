// Problem texts of HTTP faults: of requests that can't be read, and of callers who aren't allowed.

import { credentialText } from './credential-problems.ts';
import type { HttpFault } from './http-fault.ts';
import type { ProblemText } from './problem-text.ts';

export function httpProblemText(fault: HttpFault): ProblemText {
  switch (fault.code) {
    case 'unauthenticated':
      return { status: 401, field: 'Authorization', ...credentialText(fault.defect) };
    case 'credentials_ambiguous':
      return {
        status: 400,
        title: 'Two credentials in one request',
        hint: 'Send one Authorization header, or call through Identity-Aware Proxy, but not both.',
        field: 'Authorization',
      };
    case 'unbound':
      return {
        status: 403,
        title: `${fault.email} has no role`,
        hint: `An owner can give one: PUT /v1/access with "email:${fault.email}" among the members of a role.`,
        field: 'Authorization',
      };
    case 'forbidden':
      return {
        status: 403,
        title: `The role ${fault.role} does not allow this call`,
        hint: `The call needs the role ${fault.needs}. An owner can give it: PUT /v1/access.`,
        field: 'Authorization',
      };
    case 'issuer_unavailable':
      return {
        status: 503,
        title: "The token can't be verified, because Google's keys can't be fetched",
        hint: 'Try again. Tokens of the fleet and the environment still work. Machines keep their last good pins.',
      };
    case 'cross_site':
      return {
        status: 403,
        title: 'A browser may change something only from a page of Pinward itself',
        hint: fault.found === null ? 'Send the header X-Requested-With: pinward.' : `The request has ${fault.found}.`,
      };
    case 'parameter_invalid':
      return {
        status: 400,
        title: `Invalid value of ${fault.parameter}: "${fault.value}"`,
        hint: `Expected: ${fault.expected}${fault.expected.endsWith('?') ? '' : '.'}`,
        field: fault.parameter,
      };
    case 'request_malformed':
      return { status: 400, title: 'The request is not valid HTTP', hint: 'Send HTTP/1.1, with a Host header.' };
    case 'request_too_slow':
      return { status: 408, title: 'The request took too long to arrive', hint: 'Nothing was changed. Send it again.' };
    case 'headers_too_large':
      return {
        status: 431,
        title: `The headers are larger than ${fault.limitBytes / 1024} KiB`,
        hint: 'Send fewer or shorter headers, and a shorter address.',
      };
    case 'expectation_unsupported':
      return { status: 417, title: 'Unsupported Expect header', hint: 'Leave it out, or send Expect: 100-continue.' };
    case 'time_before_policy':
      return {
        status: 404,
        title: `There was no policy on ${fault.at}`,
        hint: `The first revision is of ${fault.first}. Ask for that time or a later one.`,
        field: 'at',
      };
    case 'agents_unavailable':
      return { status: 404, title: 'This service does not hand out this agent', hint: agentHints[fault.missing] };
    case 'precondition_required':
      return {
        status: 428,
        title: 'The If-Match header is missing',
        hint: `Send the ETag of what you change (GET /v1/${fault.of}), such as "41". ${withoutETag[fault.of]}, * for any.`,
        field: 'If-Match',
      };
    case 'route_unknown':
      return { status: 404, title: `Unknown path: ${fault.path}`, hint: 'GET /openapi.json lists all calls.' };
    case 'method_unsupported':
      return {
        status: 405,
        title: `This path does not support ${fault.method}`,
        hint: `Use ${fault.allowed.join(' or ')}.`,
        allowed: fault.allowed,
      };
    case 'format_unsupported':
      return {
        status: 406,
        title: `Unknown format: ${fault.requested}`,
        hint: `Request one of: ${fault.offered.join(' ')}`,
        field: 'Accept',
      };
    case 'media_type_unsupported':
      return {
        status: 415,
        title: `Unsupported type of body: ${fault.got}`,
        hint: `Send it uncompressed and in UTF-8, with Content-Type: ${fault.expected}.`,
        field: 'Content-Type',
      };
    case 'json_malformed':
      if (fault.detail === null)
        return {
          status: 400,
          title: 'The body is empty',
          hint: 'Send JSON, with Content-Type: application/json. With curl: --data @FILE.',
        };
      return {
        status: 400,
        title: 'The body is not valid JSON',
        hint: `${fault.detail}. Check the file with: jq . FILE`,
      };
    case 'query_too_long':
      return {
        status: 414,
        title: `The query is longer than ${fault.limitBytes} bytes`,
        hint: 'Send only machine and cli. Other parameters are ignored.',
      };
    case 'body_too_large':
      return {
        status: 413,
        title: `The body is larger than ${fault.limitBytes / 1024} KiB`,
        hint: 'Make it smaller. Settings that all rings share belong in the settings of the policy.',
      };
    case 'body_too_slow':
      return {
        status: 408,
        title: `The body took longer than ${fault.seconds} s`,
        hint: 'Nothing was changed. Send the whole body at once.',
      };
    case 'body_cut_off':
      return { status: 400, title: 'The body is incomplete', hint: 'Nothing was changed. Send the request again.' };
    case 'rate_limited':
      return {
        status: 429,
        title: 'Too many calls',
        hint: `Wait ${fault.seconds} s. Machines of a fleet need names of their own. Limits: functions/api/README.md.`,
        retryAfter: fault.seconds,
      };
    case 'overloaded':
      return {
        status: 503,
        title: 'This instance is overloaded',
        hint: `Wait ${fault.seconds} s. Machines keep their last good pins.`,
        retryAfter: fault.seconds,
      };
    case 'internal':
      return {
        status: 500,
        title: 'Internal error',
        hint: 'The log has the details. Whether something was changed is in GET /v1/revisions and GET /v1/events.',
      };
  }
}

const agentHints: Readonly<Record<Extract<HttpFault, { code: 'agents_unavailable' }>['missing'], string>> = {
  files: 'Deploy what npm run build makes: api.zip has the agents.',
  address: 'Set PINWARD_URL to the address at which machines reach the service.',
  hash: 'Fetch the install script again: another version was deployed since.',
};

const withoutETag = {
  policy: 'Send "0" for the first policy',
  access: 'Send "0" for the first roles',
} as const;
