// Whatever way a request is written: admission, rate limits and routes judge the same path, and every refusal is problem+json.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { adminToken, machineToken, type Service, startService } from '../support/service.ts';
import { listen, portOf } from './traffic/listen.ts';

const admin = `Authorization: Bearer ${adminToken}\r\n`;
const machine = `Authorization: Bearer ${machineToken}\r\n`;

describe('a request', () => {
  let service: Service;

  before(async () => {
    service = startService();
    await service.state();
    await listen(service.server);
  });
  after(async () => {
    service.server.closeAllConnections();
    service.server.close();
    await service.close();
  });

  async function send(bytes: string): Promise<{ status: number; type: string; body: string }> {
    const socket = connect(portOf(service.server), '127.0.0.1').setEncoding('latin1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write(bytes, 'latin1');
    await once(socket, 'close');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    const type = /^content-type: (.*)$/im.exec(head)?.[1]?.trim() ?? 'none';
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), type, body };
  }
  const close = 'Connection: close\r\n';
  const get = (target: string, credential: string) =>
    send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${close}${credential}\r\n`);

  const refused: readonly (readonly [what: string, bytes: string, status: number])[] = [
    ['without Host', `GET /v1/policy HTTP/1.1\r\n${close}${admin}\r\n`, 400],
    ['that is no HTTP', '\x16\x03\x01\r\n\r\n', 400],
    ['of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['with an unknown method', `BREW /v1/policy HTTP/1.1\r\nHost: a\r\n${admin}\r\n`, 400],
    ['with a target that is empty', `GET  HTTP/1.1\r\nHost: a\r\n${admin}\r\n`, 400],
    ['with a tab in its target', `GET /v1/\tx HTTP/1.1\r\nHost: a\r\n${admin}\r\n`, 400],
    [
      'with two lengths',
      `PUT /v1/policy HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n`,
      400,
    ],
    ['with a negative length', 'PUT /v1/policy HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
    [
      'with chunks that are none',
      `PUT /v1/policy HTTP/1.1\r\nHost: a\r\nIf-Match: *\r\n${admin}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    ['with headers that are too large', `GET /v1/policy HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['with a target that is too long', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
    ['that expects tea', `GET /v1/policy HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n${close}\r\n`, 417],
    ['for a tunnel', `CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: a\r\n${admin}\r\n`, 405],
    ['for the server itself', `OPTIONS * HTTP/1.1\r\nHost: a\r\n${close}${admin}\r\n`, 404],
    ['with two hosts', `GET /v1/policy HTTP/1.1\r\nHost: a\r\nhost: a\r\n${close}${admin}\r\n`, 400],
    ['with a Host that is none', `GET /v1/policy HTTP/1.1\r\nHost: a b/c?d\r\n${close}${admin}\r\n`, 400],
    ['of HTTP/1.0 with a Host that is none', `GET /v1/policy HTTP/1.0\r\nHost: a/b\r\n${admin}\r\n`, 400],
    ['for pins with two hosts', `GET /v1/pins.json HTTP/1.1\r\nHost: a\r\nHost: b\r\n${close}${admin}\r\n`, 400],
    ['to another scheme', `GET ftp://a/v1/policy HTTP/1.1\r\nHost: a\r\n${close}${admin}\r\n`, 404],
  ];
  for (const [what, bytes, status] of refused)
    test(`${what} is refused with a problem`, async () => {
      const response = await send(bytes);

      assert.deepEqual([response.status, response.type], [status, 'application/problem+json']);
      assert.equal(JSON.parse(response.body).status, status);
    });

  const accepted: readonly (readonly [what: string, bytes: string])[] = [
    ['of HTTP/1.0 without Host', `GET /v1/policy HTTP/1.0\r\n${admin}\r\n`],
    ['in the absolute form', `GET http://elsewhere.example/v1/policy HTTP/1.1\r\nHost: a\r\n${close}${admin}\r\n`],
    ['with a Host that is an address', `GET /v1/policy HTTP/1.1\r\nHost: [::1]:8080\r\n${close}${admin}\r\n`],
    ['with an empty Host', `GET /v1/policy HTTP/1.1\r\nHost:\r\n${close}${admin}\r\n`],
    [
      'that wants another protocol',
      `GET /v1/policy HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: x\r\n${admin}\r\n`,
    ],
  ];
  for (const [what, bytes] of accepted)
    test(`${what} is answered`, async () => assert.equal((await send(bytes)).status, 200));

  test('is admitted by the path that is served, however it is spelled', async () => {
    const paths = [
      '/v1/policy',
      '/v1/access',
      '/v1/tokens',
      '/v1/explain',
      '/openapi.json',
      '/v1/rings/everyone/pins/opus',
    ];
    const spelling = fc.constantFrom('plain', 'escaped', 'ESCAPED');
    const spelled = fc.record({
      path: fc.constantFrom(...paths),
      how: fc.array(spelling, { minLength: 30, maxLength: 30 }),
      twice: fc.option(fc.nat(7), { freq: 4 }),
      prefix: fc.constantFrom('', '/.', '/v1/..', '/%2e'),
      suffix: fc.constantFrom('', '', '/', '//', '/?', '/%2e'),
    });
    const property = fc.asyncProperty(spelled, async ({ path, how, twice, prefix, suffix }) => {
      const letters = [...path].map((each, at) => spell(each, at === twice ? 'twice' : (how[at] ?? 'plain')));
      const target = prefix + letters.join('') + suffix;
      const same = target.includes('%25') ? '/nowhere' : path;
      for (const credential of ['', machine, admin]) {
        const [asked, plain] = await Promise.all([get(target, credential), get(same, credential)]);
        assert.equal(asked.status, plain.status, `${target} as ${credential}`);
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

/** One character of a path, written in another way. Escaped twice, it is another character. */
function spell(character: string, how: string): string {
  if (character === '/' || how === 'plain') return character;
  const hex = character.charCodeAt(0).toString(16);
  if (how === 'twice') return `%25${hex}`;
  return `%${how === 'escaped' ? hex : hex.toUpperCase()}`;
}
