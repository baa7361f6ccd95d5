// What a caller is told of each defect of a credential, for the tests that go through them.

import type { Headers } from './callers-world.ts';

export interface Defect {
  readonly what: string;
  readonly headers: Headers | readonly string[];
  /** Status, code and title. */
  readonly expected: readonly [number, string, string];
}

const titles = {
  missing: 'Missing credential',
  malformed: 'Malformed Authorization header',
  unknown: 'Unknown token',
  expired: 'The token has expired',
  early: 'The token is not valid yet',
  revoked: 'The token was revoked',
  issuer: 'Wrong issuer of the token',
  audience: 'Wrong audience of the token',
  domain: 'The account belongs to another organisation',
  unverified: 'The address of the account is not verified',
  claims: 'The token lacks a claim',
  algorithm: 'Wrong signature algorithm of the token',
  key: 'The token is signed with a key that its issuer does not publish',
  signature: 'Invalid signature of the token',
};
export type Refusal = keyof typeof titles;

export function refused(what: string, headers: Defect['headers'], refusal: Refusal): Defect {
  return { what, headers, expected: [401, 'unauthenticated', titles[refusal]] };
}

export function ambiguous(what: string, headers: Defect['headers']): Defect {
  return { what, headers, expected: [400, 'credentials_ambiguous', 'Two credentials in one request'] };
}

export function bearer(token: string): Headers {
  return { Authorization: `Bearer ${token}` };
}

export function asserted(token: string): Headers {
  return { 'X-Goog-IAP-JWT-Assertion': token };
}
