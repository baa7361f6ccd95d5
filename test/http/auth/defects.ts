// Everything that can be wrong with a credential, each beside what its caller is told.

import type { Claims } from '../../support/fakes/issuer.ts';
import { adminToken, asAdmin } from '../../support/service.ts';
import { account, audience, type Headers, iapAudience, type World } from './callers-world.ts';
import { forgeriesIn } from './forgeries.ts';
import { ambiguous, asserted, bearer, type Defect, type Refusal, refused } from './refusals.ts';

/** The defects of all that this world takes as a credential. Moves its time by two days, for a token to expire. */
export async function defectsIn(world: World): Promise<readonly Defect[]> {
  const fleet = await fleetDefects(world);
  return [
    ...plainDefects,
    ...fleet,
    ...(await claimDefects(world)),
    ...(await forgeriesIn(world)),
    ...(await assertionDefects(world)),
  ];
}

const admin = `Bearer ${adminToken}`;
const plainRows: readonly (readonly [string, Headers, Refusal])[] = [
  ['no credential', {}, 'missing'],
  ['an empty header', { Authorization: '' }, 'malformed'],
  ['a scheme without a token', { Authorization: 'Bearer ' }, 'malformed'],
  ['a password', { Authorization: `Basic ${Buffer.from(`admin:${adminToken}`).toString('base64')}` }, 'malformed'],
  ['a token without its scheme', { Authorization: adminToken }, 'malformed'],
  ['two words', { Authorization: `${admin} x` }, 'malformed'],
  ['a token that is cut', bearer(adminToken.slice(0, -1)), 'unknown'],
  ['a token in another case', bearer(adminToken.toUpperCase()), 'unknown'],
  ['a token that is far too long', bearer('x'.repeat(5000)), 'malformed'],
  ['a fleet token that nobody issued', bearer(`pinward_${'A'.repeat(43)}`), 'unknown'],
  [
    "a proxy's unsigned word",
    { 'X-Goog-Authenticated-User-Email': 'accounts.google.com:owner@example.com' },
    'missing',
  ],
  ['a credential for a proxy', { 'Proxy-Authorization': admin }, 'missing'],
  ['a cookie', { Cookie: `token=${adminToken}` }, 'missing'],
];

const plainDefects: readonly Defect[] = [
  ...plainRows.map(([what, headers, refusal]) => refused(what, headers, refusal)),
  ambiguous('two Authorization headers', ['Authorization', admin, 'Authorization', 'Bearer other']),
  ambiguous('the same Authorization header twice', ['authorization', admin, 'AUTHORIZATION', admin]),
  ambiguous('two credentials in one header', { Authorization: `${admin}, ${admin}` }),
];

async function claimDefects({ service, idToken }: World): Promise<readonly Defect[]> {
  const now = Math.floor(service.time / 1000);
  const rows: readonly (readonly [string, Claims, Refusal])[] = [
    ['that expired 31 s ago', { iat: now - 3631, exp: now - 31 }, 'expired'],
    ['that is older than any of Google', { iat: now - 2 * 86_400, exp: now + 3600 }, 'expired'],
    ['without an end', { exp: undefined }, 'claims'],
    ['that begins in 31 s', { nbf: now + 31 }, 'early'],
    ['that is made in 31 s', { iat: now + 31 }, 'early'],
    ['without a beginning', { iat: undefined }, 'claims'],
    ['of another issuer', { iss: 'https://accounts.google.com.evil.test' }, 'issuer'],
    ['of IAP as its issuer', { iss: 'https://cloud.google.com/iap' }, 'issuer'],
    ['without an issuer', { iss: undefined }, 'claims'],
    ['for another audience', { aud: `${audience}.evil.test` }, 'audience'],
    ["for IAP's audience", { aud: iapAudience }, 'audience'],
    ['without an audience', { aud: undefined }, 'claims'],
    ['of another hosted domain', { hd: 'evil.test' }, 'domain'],
    ['of a domain below the hosted one', { hd: 'sub.example.com' }, 'domain'],
    ['of an account without a hosted domain', { hd: undefined }, 'domain'],
    ['of a list of hosted domains', { hd: ['example.com'] }, 'domain'],
    [
      'of what only looks like a service account',
      { hd: undefined, email: 'a@gserviceaccount.com.evil.test' },
      'domain',
    ],
    ['of an address that is not verified', { email_verified: false }, 'unverified'],
    ['that does not say if the address is verified', { email_verified: undefined }, 'unverified'],
    ['that says so in a text', { email_verified: 'true' }, 'unverified'],
    ['without an address', { email: undefined }, 'claims'],
    ['of an address that lower case makes another', { email: 'lu\u212Ae@example.com' }, 'claims'],
    ['of two addresses in two lines', { email: 'olga@example.com\nowner@example.com' }, 'claims'],
    ['without a subject', { sub: undefined }, 'claims'],
  ];
  const told = rows.map(async ([what, over, refusal]) =>
    refused(`an ID token ${what}`, bearer(await idToken(over)), refusal),
  );
  const unbound: Defect = {
    what: 'a service account that nobody gave a role',
    headers: bearer(await idToken({ email: account, hd: undefined })),
    expected: [403, 'unbound', `${account} has no role`],
  };
  return [...(await Promise.all(told)), unbound];
}

async function assertionDefects({ service, idToken, assertion, iap }: World): Promise<readonly Defect[]> {
  const now = Math.floor(service.time / 1000);
  const good = await assertion();
  const rows: readonly (readonly [string, string, Refusal])[] = [
    ['for another audience', await assertion({ aud: '/projects/1/global/backendServices/3' }), 'audience'],
    ['for the audience of ID tokens', await assertion({ aud: audience }), 'audience'],
    ['of another issuer', await assertion({ iss: 'https://accounts.google.com' }), 'issuer'],
    ['that expired', await assertion({ exp: now - 31 }), 'expired'],
    ['of another hosted domain', await assertion({ hd: 'evil.test' }), 'domain'],
    ['of a key that nobody published', await assertion({}, { kid: 'made-up' }), 'key'],
    ['with its signature cut', good.slice(0, -4), 'signature'],
    ['that is an ID token', await idToken(), 'algorithm'],
    ['that is the admin token', adminToken, 'malformed'],
    ['that is a whole Authorization header', admin, 'malformed'],
    ['that is empty', '', 'malformed'],
    ['by a key that was replaced', await iap.sign({}, { kid: 'ES256-0' }), 'key'],
  ];
  return [
    ...rows.map(([what, token, refusal]) => refused(`an IAP header ${what}`, asserted(token), refusal)),
    ambiguous('an IAP header and a token', { ...asserted(good), ...asAdmin }),
    ambiguous('an IAP header that is wrong and a token', { ...asserted('x'), ...asAdmin }),
  ];
}

async function fleetDefects({ service }: World): Promise<readonly Defect[]> {
  const issue = async (request: object): Promise<string> =>
    (await service.ask().post('/v1/tokens').set(asAdmin).send(request).expect(200)).body.token;
  const brief = await issue({ name: 'brief', role: 'reader', days: 1 });
  const revoked = await issue({ name: 'taken-back', role: 'reader' });
  await service.ask().post('/v1/tokens/taken-back/revoke').set(asAdmin).send().expect(200);
  const cut = (await issue({ name: 'whole', role: 'reader' })).slice(0, -1);
  service.time += 2 * 86_400_000;
  return [
    refused('a fleet token that expired', bearer(brief), 'expired'),
    refused('a fleet token that was revoked', bearer(revoked), 'revoked'),
    refused('a fleet token that is cut', bearer(cut), 'unknown'),
  ];
}
