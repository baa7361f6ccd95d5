// Every way to ask wrongly gets problem+json with a code and a hint, also where the functions-framework would answer first.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ProblemReply } from '../../functions/api/admin/schemas/common.ts';
import { asAdmin, type Service, startService } from '../support/service.ts';
import { draft } from '../support/world.ts';

describe('a wrong request', () => {
  let service: Service;

  before(async () => {
    service = startService();
    await service.state();
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    service.server.close();
    await service.close();
  });

  const put = (type: string, body: string) =>
    service.ask().put('/v1/policy').set(asAdmin).set('If-Match', '*').set('Content-Type', type).send(body);

  const bodies: readonly (readonly [string, string, string, number, string])[] = [
    ['a body cut off in the middle', 'application/json', '{"project":', 400, 'json_malformed'],
    ['a body that is no JSON at all', 'application/json', 'project: acme', 400, 'json_malformed'],
    ['an empty body', 'application/json', '', 400, 'json_malformed'],
    ['a bare string, which is JSON but no policy', 'application/json', '"policy"', 422, 'policy_invalid'],
    ['null', 'application/json', 'null', 422, 'policy_invalid'],
    ['a list', 'application/json', '[]', 422, 'policy_invalid'],
    ['a form', 'application/x-www-form-urlencoded', 'project=acme', 415, 'media_type_unsupported'],
    ['plain text', 'text/plain', '{}', 415, 'media_type_unsupported'],
    ['another charset', 'application/json; charset=latin1', '{}', 415, 'media_type_unsupported'],
    ['a merge patch', 'application/merge-patch+json', '{}', 415, 'media_type_unsupported'],
    ['a JSON patch', 'application/json-patch+json', '[]', 415, 'media_type_unsupported'],
    [
      'a key that would reach the prototype',
      'application/json',
      '{"__proto__":{"project":"x"}}',
      422,
      'policy_invalid',
    ],
    ['a JSON bomb of depth', 'application/json', '['.repeat(5000) + ']'.repeat(5000), 422, 'policy_invalid'],
  ];
  for (const [what, type, body, status, code] of bodies) {
    test(`with ${what} is told ${code}`, async () => {
      const answer = await put(type, body).expect(status).expect('Content-Type', 'application/problem+json');

      assert.equal(ProblemReply.parse(answer.body).code, code);
    });
  }

  test('with a compressed body is told to send it plain, and nothing is unpacked', async () => {
    const { body } = await put('application/json', '{}').set('Content-Encoding', 'gzip').expect(415);

    assert.equal(body.code, 'media_type_unsupported');
  });

  test('with a body just under the limit is read, and just over it refused', async () => {
    const padded = (size: number) => JSON.stringify(draft({ padding: 'x'.repeat(size) }));
    const under = await put('application/json', padded(255 * 1024)).expect(422);
    const over = await put('application/json', padded(256 * 1024)).expect(413);

    assert.equal(under.body.code, 'policy_invalid');
    assert.equal(over.body.code, 'body_too_large');
  });

  test('that never stops sending is cut off at the limit', async () => {
    const { status, code } = await sendEndlessly(service);

    assert.deepEqual({ status, code }, { status: 413, code: 'body_too_large' });
  });

  const paths: readonly (readonly [string, number, string])[] = [
    ['/', 404, 'route_unknown'],
    ['/v1', 404, 'route_unknown'],
    ['/v1/rings/everyone/pins', 404, 'route_unknown'],
    ['/favicon.ico', 404, 'route_unknown'],
    ['/robots.txt', 404, 'route_unknown'],
    ['/%', 404, 'route_unknown'],
    ['/v1/policy/%ff%zz', 404, 'route_unknown'],
    ['/v1/../v1/policy/..', 404, 'route_unknown'],
    ['/v1/revisions?limit=0', 400, 'parameter_invalid'],
    ['/v1/revisions?limit=many', 400, 'parameter_invalid'],
    ['/v1/revisions?pages=2', 400, 'parameter_invalid'],
    ['/v1/explain?email=nobody', 400, 'parameter_invalid'],
    ['/v1/revisions?limit=2&limit=2', 400, 'parameter_invalid'],
    ['/v1/revisions?limit=2&%6cimit=3', 400, 'parameter_invalid'],
    ['/v1/pins.json?machine=a&machine=b', 400, 'parameter_invalid'],
    ['/v1/pins.json?machine=a&cli=2.1.300&cli=2.1.331', 400, 'parameter_invalid'],
    ['/v1/pins.json?machine=a&m%61chine=b', 400, 'parameter_invalid'],
  ];
  for (const [path, status, code] of paths) {
    test(`to ${path} is told ${code}`, async () => {
      const answer = await service.ask().get(path).set(asAdmin).expect(status);

      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(ProblemReply.parse(answer.body).code, code);
    });
  }

  test('with a method that the path does not have is told which it has', async () => {
    for (const [method, path, allow] of [
      ['delete', '/v1/policy', 'GET, HEAD, PUT'],
      ['post', '/v1/rings/everyone/pins/opus', 'PUT'],
      ['put', '/v1/revisions/1/restore', 'POST'],
      ['post', '/openapi.json', 'GET, HEAD'],
      ['patch', '/healthz', 'GET, HEAD'],
    ] as const) {
      const answer = await service.ask()[method](path).set(asAdmin).expect(405);
      assert.equal(answer.body.code, 'method_unsupported');
      assert.equal(answer.headers['allow'], allow);
    }
  });

  test('that is a dry run and is none commits nothing', async () => {
    const { body } = await service.ask().get('/v1/policy').set(asAdmin).expect(200);
    for (const query of ['dry-run=true&dry-run=false', 'dry-run=false&dry-run=true', 'dry-run&dry-run=false']) {
      const refused = await service
        .ask()
        .put(`/v1/policy?${query}`)
        .set(asAdmin)
        .set('If-Match', '*')
        .send(draft({ project: 'other-project' }))
        .expect(400);
      assert.equal(refused.body.field, 'dry-run');
    }
    const { body: after } = await service.ask().get('/v1/policy').set(asAdmin).expect(200);

    assert.deepEqual(after, body);
  });

  test('for a ring or family that is not there names the ones that are', async () => {
    const pin = { model: 'claude-opus-4-8' };
    const ring = await service
      .ask()
      .put('/v1/rings/vip/pins/opus')
      .set(asAdmin)
      .set('If-Match', '*')
      .send(pin)
      .expect(404);
    const family = await service
      .ask()
      .put('/v1/rings/everyone/pins/gpt')
      .set(asAdmin)
      .set('If-Match', '*')
      .send(pin)
      .expect(404);

    assert.equal(ring.body.code, 'ring_unknown');
    assert.match(ring.body.hint, /everyone/);
    assert.equal(family.body.code, 'family_unknown');
  });

  test('with an If-Match that is no revision is told what one looks like', async () => {
    const { body } = await service
      .ask()
      .put('/v1/policy')
      .set(asAdmin)
      .set('If-Match', '"abc"')
      .send(draft())
      .expect(400);

    assert.equal(body.field, 'If-Match');
  });
});

/** Sends 64 KiB pieces without a length until an answer comes or 64 MiB are out; the answer. */
function sendEndlessly(service: Service): Promise<{ status: number; code: string }> {
  const { port } = service.server.address() as AddressInfo; // a listening TCP server's address has this form
  const headers = { ...asAdmin, 'If-Match': '*', 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    let sent = 0;
    const request = httpRequest({ port, host: '127.0.0.1', path: '/v1/policy', method: 'PUT', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        request.destroy();
        resolve({ status: response.statusCode ?? 0, code: JSON.parse(Buffer.concat(chunks).toString()).code });
      });
    });
    const send = (): void => {
      if (request.destroyed || sent > 64 * 1024 * 1024) return;
      sent += 65_536;
      request.write('x'.repeat(65_536), () => setImmediate(send));
    };
    request.on(
      'error',
      (error: NodeJS.ErrnoException) => error.code === 'EPIPE' || error.code === 'ECONNRESET' || reject(error),
    );
    send();
  });
}
