// CPU that the first call with a Google token costs, in milliseconds: as a ratio to the 1 ms that it may, and to jose's bare
// verification of the same tokens. Every thread counts, since the signature is checked on another one.

import { createRemoteJWKSet, jwtVerify } from 'jose';
import { openAuthenticator } from '../../functions/api/auth/open-authenticator.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { testKeys } from '../support/document-keys.ts';
import { type Issuer, startIssuer } from '../support/fakes/issuer.ts';
import { silentLog } from '../support/silent-log.ts';
import type { Measure } from './measure.ts';

const rounds = 9;
const tokensEach = 500;
const audience = 'https://pinward.test';
const issuers = ['https://accounts.google.com'];

export async function benchCallers(): Promise<Record<string, Measure>> {
  const issuer = await startIssuer('RS256');
  const store = openSqlite(':memory:', testKeys);
  try {
    const [first = '', ...tokens] = await signTokens(issuer);
    const keys = createRemoteJWKSet(new URL(issuer.address));
    let [value, baseline] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < rounds; round++) {
      const identify = openIdentify(issuer, store);
      const verify = (token: string) => jwtVerify(token, keys, { issuer: issuers, audience, algorithms: ['RS256'] });
      // The keys are fetched, and what is loaded late is loaded.
      await Promise.all([identify(first), verify(first)]);
      value = Math.min(value, await cpuMsOfEach(tokens, identify));
      baseline = Math.min(baseline, await cpuMsOfEach(tokens, verify));
    }
    return {
      'first-seen token, CPU ms of 1': { value, baseline: 1, ratio: value, target: 'ratio <= 1' },
      'first-seen token, CPU ms': { value, baseline, ratio: value / baseline, target: 'ratio <= 2' },
    };
  } finally {
    await store.close();
    await issuer.close();
  }
}

/** Callers that have seen no token yet. */
function openIdentify(issuer: Issuer, store: ReturnType<typeof openSqlite>): (token: string) => Promise<void> {
  const settings = { PINWARD_AUDIENCES: audience, PINWARD_HOSTED_DOMAINS: 'example.com' };
  const keys = { google: issuer.address, iap: issuer.address };
  const authenticator = openAuthenticator(settings, { store, clock: Date.now, log: silentLog, keys });
  return async (token) => {
    const caller = await authenticator.identify({ authorization: `Bearer ${token}`, assertion: undefined });
    if (!caller.ok) throw new Error(`a good token was refused: ${JSON.stringify(caller.fault)}`);
  };
}

function signTokens(issuer: Issuer): Promise<readonly string[]> {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: issuers[0], aud: audience, hd: 'example.com', email_verified: true, iat, exp: iat + 3600 };
  const people = Array.from({ length: tokensEach + 1 }, (_, at) => ({ sub: String(at), email: `a${at}@example.com` }));
  return Promise.all(people.map((person) => issuer.sign({ ...claims, ...person })));
}

async function cpuMsOfEach(tokens: readonly string[], ask: (token: string) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (const token of tokens) await ask(token);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / tokens.length;
}
