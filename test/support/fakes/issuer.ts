// A stand-in for those who sign callers' tokens, Google and its Identity-Aware Proxy: it makes keys, serves their public
// halves as a JSON Web Key Set over HTTP, signs whatever it is told to, replaces keys and goes down.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export type Claims = Readonly<Record<string, unknown>>;

export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export interface Issuer {
  /** Where the keys are served. */
  readonly address: string;
  /** How often they were asked for. */
  fetches: number;
  /** From now on it answers 500. */
  isDown: boolean;
  /** The newest key. */
  key(): IssuerKey;
  /** What is served. */
  published(): readonly JWK[];
  /** Takes the old key away and publishes a new one. */
  rotate(): Promise<void>;
  /** A token with these claims, signed with the newest key; `header` replaces parts of its own. */
  sign(claims: Claims, header?: Record<string, unknown>, privateKey?: CryptoKey | Uint8Array): Promise<string>;
  close(): Promise<void>;
}

export async function startIssuer(algorithm: 'RS256' | 'ES256'): Promise<Issuer> {
  let made = 0;
  let { key, jwk } = await makeKey();
  const server = createServer((_, response) => {
    issuer.fetches += 1;
    response.writeHead(issuer.isDown ? 500 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a listening TCP server's address has this form
  const issuer: Issuer = {
    address: `http://127.0.0.1:${port}/keys`,
    fetches: 0,
    isDown: false,
    key: () => key,
    published: () => [jwk],
    async rotate() {
      ({ key, jwk } = await makeKey());
    },
    // What a forger writes has any type.
    sign: (claims, header = {}, privateKey = key.privateKey) =>
      new SignJWT(claims as JWTPayload)
        .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: 'JWT', ...header })
        .sign(privateKey),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;

  async function makeKey(): Promise<{ key: IssuerKey; jwk: JWK }> {
    made += 1;
    const kid = `${algorithm}-${made}`;
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    // Without `alg`, so that it is Pinward that holds a token to its algorithm, and not the key.
    return { key: { kid, privateKey, publicKey }, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
  }
}
