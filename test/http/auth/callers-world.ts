// A service that takes tokens of a stand-in for Google, and people in every role, for the tests of callers.

import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Parts } from '../../../functions/wiring.ts';
import { roles } from '../../../shared/domain/access/roles.ts';
import { type Claims, type Issuer, startIssuer } from '../../support/fakes/issuer.ts';
import { asAdmin, type Service, startService } from '../../support/service.ts';

export const audience = 'https://pinward.test';
export const iapAudience = '/projects/1/global/backendServices/2';
export const firstOwner = 'olga@example.com';
export const account = 'poller@acme-claude.iam.gserviceaccount.com';

export type Headers = Readonly<Record<string, string>>;

export interface World {
  readonly service: Service;
  readonly google: Issuer;
  readonly iap: Issuer;
  /** An ID token of Google's for reader@example.com, good for an hour, but for what `over` says. */
  idToken(over?: Claims, header?: Record<string, unknown>): Promise<string>;
  /** What IAP says of the same person. */
  assertion(over?: Claims, header?: Record<string, unknown>): Promise<string>;
  /** Headers of a person. */
  as(email: string): Promise<Headers>;
  /** One call with exactly these headers, of which one may come several times. */
  call(method: string, path: string, headers?: Headers | readonly string[]): Promise<Reply>;
  close(): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly code: string | null;
  readonly title: string | null;
  readonly text: string;
}

export async function startWorld(parts: Parts = {}): Promise<World> {
  const [google, iap] = await Promise.all([startIssuer('RS256'), startIssuer('ES256')]);
  const settings = {
    PINWARD_AUDIENCES: `https://other.test, ${audience}`,
    PINWARD_HOSTED_DOMAINS: 'example.com,example.org',
    PINWARD_IAP_AUDIENCE: iapAudience,
    PINWARD_OWNERS: firstOwner,
  };
  const service = startService({ issuerKeys: { google: google.address, iap: iap.address }, ...parts }, settings);
  service.server.listen(0, '127.0.0.1').unref();
  await once(service.server, 'listening');
  const { port } = service.server.address() as AddressInfo; // a listening TCP server's address has this form

  const agent = new Agent({ keepAlive: true });
  const claims = (iss: string, aud: string, over: Claims): Claims => {
    const iat = Math.floor(service.time / 1000);
    return { iss, aud, sub: '117', email: 'reader@example.com', hd: 'example.com', iat, exp: iat + 3600, ...over };
  };
  const world: World = {
    service,
    google,
    iap,
    idToken: (over = {}, header = {}) =>
      google.sign(claims('https://accounts.google.com', audience, { email_verified: true, ...over }), header),
    assertion: (over = {}, header = {}) => iap.sign(claims('https://cloud.google.com/iap', iapAudience, over), header),
    as: async (email) => ({ Authorization: `Bearer ${await world.idToken({ email })}` }),
    call: (method, path, headers = {}) => call({ agent, port }, method, path, headers),
    async close() {
      agent.destroy();
      await new Promise((resolve) => service.server.close(resolve));
      await Promise.all([service.close(), google.close(), iap.close()]);
    },
  };
  return world;
}

/** Gives each role to the address that is called after it. */
export async function bindRoles({ service }: World, over: Record<string, readonly string[]> = {}): Promise<void> {
  const accessIndex = Object.fromEntries(roles.map((role) => [role, [`email:${role}@example.com`]]));
  await service
    .ask()
    .put('/v1/access')
    .set(asAdmin)
    .set('If-Match', '*')
    .send({ ...accessIndex, ...over })
    .expect(200);
}

interface To {
  readonly agent: Agent;
  readonly port: number;
}

function call(to: To, method: string, path: string, headers: Headers | readonly string[]): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // A list replaces Node's own headers, too.
    const sentHeaders = Array.isArray(headers) ? ['Host', 'pinward.test', ...headers] : headers;
    const options = { host: '127.0.0.1', ...to, method, path, headers: sentHeaders };
    const sent = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isProblem = response.headers['content-type'] === 'application/problem+json' && text !== '';
        const { code = null, title = null } = isProblem ? JSON.parse(text) : {};
        resolve({ status: response.statusCode ?? 0, code, title, text });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
