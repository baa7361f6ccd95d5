// What is said of faults of credentials, roles and fleet tokens. A caller learns what is wrong with its own credential, and
// nothing of any other.

import type { CredentialDefect, Fault } from '../../../shared/domain/fault.ts';
import type { ProblemText } from './problem-texts.ts';

export type AccessFault = Extract<
  Fault,
  {
    readonly code:
      | 'unauthenticated'
      | 'credentials_ambiguous'
      | 'unbound'
      | 'forbidden'
      | 'issuer_unavailable'
      | 'access_invalid'
      | 'access_conflict'
      | 'access_unknown'
      | 'last_owner'
      | 'token_name_taken'
      | 'token_unknown';
  }
>;

export function accessProblemText(fault: AccessFault): ProblemText {
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
    case 'access_invalid': {
      const [first] = fault.findings;
      return {
        status: 422,
        title: first?.message ?? 'It has errors',
        hint: first?.fix ?? 'See findings.',
        ...(first === undefined ? {} : { field: first.path }),
        findings: fault.findings,
      };
    }
    case 'access_conflict':
      return {
        status: 412,
        title: `You changed number ${fault.expected} of access, but ${fault.current} stands`,
        hint: 'GET /v1/access, make your change again on what it says, and send its ETag as If-Match.',
        field: 'If-Match',
        current: fault.current,
      };
    case 'access_unknown':
      return {
        status: 404,
        title: `There is no number ${fault.number} of access`,
        hint: 'GET /v1/access/revisions lists them.',
      };
    case 'last_owner':
      return {
        status: 409,
        title: fault.leaves === null ? 'Nobody would be owner' : `You, ${fault.leaves}, would be owner no longer`,
        hint: 'Name an owner in /owner; whoever changes the roles stays one, and is taken away by another owner.',
        field: '/owner',
      };
    case 'token_name_taken':
      return {
        status: 409,
        title: `A fleet token is called ${fault.name} already`,
        hint: 'Choose another name; that of a revoked or expired token is free again after 30 days.',
        field: '/name',
      };
    case 'token_unknown':
      return {
        status: 404,
        title: `There is no fleet token ${fault.name}`,
        hint: 'GET /v1/tokens lists them.',
        field: 'name',
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
