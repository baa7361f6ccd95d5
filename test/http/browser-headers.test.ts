// What every response with a body tells a browser, and that none lets a foreign page read it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asAdmin, asMachine, type Service, startService } from '../support/service.ts';

const required = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
};

describe('every response', () => {
  let service: Service;

  before(async () => {
    service = startService();
    await service.state();
  });
  after(() => service.close());

  const rows: readonly (readonly [method: 'get' | 'post' | 'options', path: string, status: number])[] = [
    ['get', '/v1/pins.json', 200],
    ['get', '/v1/pins.nonsense', 406],
    ['get', '/v1/policy', 200],
    ['get', '/v1/keys.txt', 200],
    ['get', '/v1/health', 200],
    ['get', '/openapi.json', 200],
    ['get', '/nowhere', 404],
    ['post', '/v1/policy', 405],
    ['options', '/v1/policy', 405],
    ['options', '/v1/pins', 405],
  ];
  for (const [method, path, status] of rows) {
    test(`to ${method.toUpperCase()} ${path} can't be framed, sniffed or read by a foreign page`, async () => {
      const credential = path.startsWith('/v1/pins') ? asMachine : asAdmin;
      const origin = { Origin: 'https://foreign.test', 'Access-Control-Request-Method': 'POST' };
      const response = await service.ask()[method](path).set(credential).set(origin);
      const { headers } = response;

      assert.equal(response.status, status);
      for (const [name, value] of Object.entries(required)) assert.equal(headers[name], value, name);
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.startsWith('access-control')),
        [],
      );
    });
  }
});
