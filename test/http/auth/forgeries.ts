// Tokens whose signature is not what it must be: cut, moved, made by another key or in another way.

import { CompactSign, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import type { Issuer } from '../../support/fakes/issuer.ts';
import type { World } from './callers-world.ts';
import { bearer, type Defect, type Refusal, refused } from './refusals.ts';

export async function forgeriesIn({ google, idToken, assertion }: World): Promise<readonly Defect[]> {
  const good = await idToken();
  const [head = '', body = '', signature = ''] = good.split('.');
  const claims: JWTPayload = JSON.parse(Buffer.from(body, 'base64url').toString());
  const owner = encode({ ...claims, email: 'owner@example.com' });
  const { kid } = google.key();
  const { privateKey: stranger } = await generateKeyPair('RS256');
  const ownKey = { kid: 'made-up', jwk: await exportJWK(google.key().publicKey) };
  const demanding = encode({ alg: 'RS256', kid, crit: ['x'], x: 1 });
  const rows: readonly (readonly [string, string | Promise<string>, Refusal])[] = [
    ['with its signature cut', good.slice(0, -4), 'signature'],
    ['without its signature', `${head}.${body}.`, 'signature'],
    ['whose signature a service took off', `${head}.${body}.SIGNATURE_REMOVED_BY_GOOGLE`, 'signature'],
    ['with other claims under the same signature', `${head}.${owner}.${signature}`, 'signature'],
    ["by a stranger's key under a known id", google.sign(claims, { kid }, stranger), 'signature'],
    ['by a key that nobody published', google.sign(claims, { kid: 'made-up' }, stranger), 'key'],
    ['that brings its own key', google.sign(claims, ownKey, stranger), 'key'],
    ['that is not signed', `${encode({ alg: 'none' })}.${body}.`, 'algorithm'],
    ['that says so, with a signature', `${encode({ alg: 'none', kid })}.${body}.${signature}`, 'algorithm'],
    ['by HS256, with the public key as the secret', signedByPublicKey(google, claims), 'algorithm'],
    ['by the right key in another way', signedOtherwise(google, claims), 'algorithm'],
    ['that must be understood and is not', `${demanding}.${body}.${signature}`, 'algorithm'],
    ['of IAP, sent as a bearer', assertion(), 'algorithm'],
    ['of three parts that are none', 'a.b.c', 'malformed'],
    ['of claims that are a list', signedBytes(google, '[]'), 'malformed'],
    ['of claims that are no JSON', signedBytes(google, '{"sub": '), 'malformed'],
  ];
  return Promise.all(
    rows.map(async ([what, token, refusal]) => refused(`a token ${what}`, bearer(await token), refusal)),
  );
}

async function signedByPublicKey({ key }: Issuer, claims: JWTPayload): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(key().publicKey));
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key().kid }).sign(secret);
}

async function signedOtherwise({ key }: Issuer, claims: JWTPayload): Promise<string> {
  const same = await importJWK(await exportJWK(key().privateKey), 'PS256');
  return new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid: key().kid }).sign(same);
}

function signedBytes({ key }: Issuer, text: string): Promise<string> {
  const header = { alg: 'RS256', kid: key().kid };
  return new CompactSign(new TextEncoder().encode(text)).setProtectedHeader(header).sign(key().privateKey);
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
