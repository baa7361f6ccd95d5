// Problem texts of credentials. A caller learns what is wrong with its own credential, and nothing about others.

import type { CredentialDefect } from './http-fault.ts';

export function credentialText(defect: CredentialDefect): { title: string; hint: string } {
  switch (defect) {
    case 'missing':
      return { title: 'Missing credential', hint: 'Send Authorization: Bearer <token>.' };
    case 'malformed':
      return {
        title: 'Malformed Authorization header',
        hint: 'Send Authorization: Bearer <token>, with the whole token.',
      };
    case 'unknown':
      return {
        title: 'Unknown token',
        hint: 'Compare it with that of this service, such as PINWARD_ADMIN_TOKEN, or send an ID token from Google.',
      };
    case 'fleet_token_unknown':
      return {
        title: 'Unknown token',
        hint: 'Check the token. A new fleet token works on every instance after 15 seconds.',
      };
    case 'expired':
      return {
        title: 'The token has expired',
        hint: 'Get a new one: gcloud auth print-identity-token, or POST /v1/tokens for a fleet token.',
      };
    case 'not_yet_valid':
      return { title: 'The token is not valid yet', hint: 'Correct the clock of the machine that made it.' };
    case 'revoked':
      return { title: 'The token was revoked', hint: 'Ask an owner for a new one: POST /v1/tokens.' };
    case 'issuer':
      return { title: 'Wrong issuer of the token', hint: 'Send an ID token from Google, not an access token.' };
    case 'audience':
      return {
        title: 'Wrong audience of the token',
        hint: 'Get a token from Google for an audience in PINWARD_AUDIENCES.',
      };
    case 'hosted_domain':
      return { title: 'The account belongs to another organisation', hint: 'Use an account of your organisation.' };
    case 'email_unverified':
      return { title: 'The address of the account is not verified', hint: 'Verify it in the Google account.' };
    case 'claims':
      return {
        title: 'The token lacks a claim',
        hint: 'It must have sub, iat, exp and email. For a service account, pass --include-email to gcloud.',
      };
    case 'algorithm':
      return { title: 'Wrong signature algorithm of the token', hint: 'Send the token from Google unchanged.' };
    case 'key_unknown':
      return { title: 'The token is signed with a key that its issuer does not publish', hint: 'Get a new token.' };
    case 'signature':
      return {
        title: 'Invalid signature of the token',
        hint: 'Send the whole token. A proxy in front of Pinward may have removed its signature.',
      };
  }
}
