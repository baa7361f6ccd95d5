// The people of a local run: two, so that what needs people can be tried, such as roles and a second person. Their ID tokens are
// signed by an issuer inside this process. Only a service that is given `issuerKeys` accepts them, and only until it ends.

import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Clock } from '../../shared/ports.ts';
import type { KeyAddresses } from '../api/auth/issuers.ts';
import type { Environment } from '../environment.ts';

export interface Person {
  /** In lower case, for names of files. */
  readonly name: string;
  readonly email: string;
  /** Makes an ID token, which counts for an hour. */
  token(): Promise<string>;
}

export interface People {
  readonly all: readonly Person[];
  /** The settings by which a service accepts them. Both are owners until the roles name one. */
  readonly environment: Environment;
  /** The issuer's public key. It replaces Google's, so no token of Google is accepted beside these. */
  readonly issuerKeys: KeyAddresses;
}

const domain = 'example.com';
const names = ['ada', 'grace'];
const audience = 'pinward-local';
const algorithm = 'RS256';
const validSeconds = 3600;

export async function createPeople(clock: Clock): Promise<People> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const kid = randomUUID();
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig' }] };
  // No port is opened for the keys: after this run, another program could listen there and serve its own.
  const google = `data:application/json,${encodeURIComponent(JSON.stringify(keySet))}`;

  function personOf(name: string): Person {
    const email = `${name}@${domain}`;
    return {
      name,
      email,
      token() {
        const now = Math.floor(clock() / 1000);
        return (
          new SignJWT({ email, email_verified: true, hd: domain })
            .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
            // The issuer that the service requires. What makes a token count is its key.
            .setIssuer('https://accounts.google.com')
            .setAudience(audience)
            .setSubject(name)
            .setIssuedAt(now)
            .setExpirationTime(now + validSeconds)
            .sign(privateKey)
        );
      },
    };
  }

  const all = names.map(personOf);
  const environment = {
    PINWARD_AUDIENCES: audience,
    PINWARD_HOSTED_DOMAINS: domain,
    PINWARD_OWNERS: all.map(({ email }) => email).join(','),
  };
  return { all, environment, issuerKeys: { google, iap: google } };
}
