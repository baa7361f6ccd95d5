// Problem texts of HTTP faults: requests that can't be read, and callers who may not ask. A caller learns what is wrong with
// its own credential, and nothing about any other.

import type { CredentialDefect, HttpFault } from './http-fault.ts';
import type { ProblemText } from './problem-text.ts';

export function httpProblemText(fault: HttpFault): ProblemText {
  switch (fault.code) {
    case 'unauthenticated':
      return { status: 401, field: 'Authorization', ...credentialText(fault.defect) };
    case 'credentials_ambiguous':
      return {
        status: 400,
        title: 'Two credentials came with one call',
        hint: 'Send one Authorization header, or come through Identity-Aware Proxy, but not both.',
        field: 'Authorization',
      };
    case 'unbound':
      return {
        status: 403,
        title: `${fault.email} has no role here`,
        hint: `An owner can give one: PUT /v1/access with "email:${fault.email}" among the members of a role.`,
        field: 'Authorization',
      };
    case 'forbidden':
      return {
        status: 403,
        title: `A ${fault.role} may not do this`,
        hint: `It needs the role ${fault.needs}.`,
        field: 'Authorization',
      };
    case 'issuer_unavailable':
      return {
        status: 503,
        title: "Google's keys can not be had, so this token can not be checked",
        hint: 'Try again; machines go on with their last good pins, and tokens of the environment and the fleet still work.',
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
        title: `There is no format ${fault.requested}`,
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
    case 'query_too_long':
      return {
        status: 414,
        title: `The query is longer than ${fault.limitBytes} bytes`,
        hint: 'Send machine and cli only; nothing else is read.',
      };
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
    case 'internal':
      return {
        status: 500,
        title: 'Pinward made a mistake',
        hint: 'Nothing was changed unless a revision says so. The log has the details.',
      };
  }
}

function credentialText(defect: CredentialDefect): { title: string; hint: string } {
  switch (defect) {
    case 'missing':
      return { title: 'This call needs a token that Pinward knows', hint: 'Send Authorization: Bearer <token>.' };
    case 'malformed':
      return { title: 'The credential is not one', hint: 'Send Authorization: Bearer <token>, and the whole token.' };
    case 'unknown':
      return {
        title: 'Pinward does not know this token',
        hint: 'A new fleet token is known everywhere after 15 seconds.',
      };
    case 'expired':
      return {
        title: 'The token has expired',
        hint: 'Get a new one: gcloud auth print-identity-token, or POST /v1/tokens.',
      };
    case 'not_yet_valid':
      return { title: 'The token is not valid yet', hint: 'Set the clock of the machine that made it.' };
    case 'revoked':
      return { title: 'The token was revoked', hint: 'Ask an owner for a new one: POST /v1/tokens.' };
    case 'issuer':
      return { title: 'The token is from another issuer', hint: "Send an ID token of Google's, not an access token." };
    case 'audience':
      return {
        title: 'The token is for another service',
        hint: 'Ask Google for one with an audience of PINWARD_AUDIENCES.',
      };
    case 'hosted_domain':
      return { title: 'The account belongs to another organisation', hint: 'Use the account of your organisation.' };
    case 'email_unverified':
      return { title: 'The address of the account is not verified', hint: 'Verify it at Google.' };
    case 'claims':
      return {
        title: 'The token lacks a claim',
        hint: 'It must have sub, iat, exp and email: --include-email for service accounts.',
      };
    case 'algorithm':
      return { title: 'The token is signed in another way', hint: "Send Google's own, unchanged." };
    case 'key_unknown':
      return { title: 'The token is signed with a key that the issuer does not have', hint: 'Get a new one.' };
    case 'signature':
      return {
        title: 'The signature of the token is wrong',
        hint: 'Send it whole; a service in front may have taken it off.',
      };
  }
}
