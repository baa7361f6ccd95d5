// The files of the console as a browser gets them: for anybody, with the strictest headers, and kept for good where they may be.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ConsoleFiles, LoadConsole } from '../../functions/api/console/console-files.ts';
import { buildConsole } from '../../functions/console/build.ts';
import { type Service, startService } from '../support/service.ts';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

describe('the console', () => {
  let files: ConsoleFiles;
  let service: Service;

  before(async () => {
    files = await buildConsole(process.cwd());
    service = startService({ loadConsole: async () => files });
  });
  after(() => service.close());

  for (const path of ['/', '/availability', '/rings?ring=a&edit=1', '/changes', '/history', '/machine', '/access']) {
    test(`is one page, also at ${path}, for anybody`, async () => {
      const { status, headers, text } = await service.ask().get(path);

      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(headers['content-security-policy'], policy);
      assert.equal(headers['cache-control'], 'no-cache');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      for (const [, name = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g)) assert.ok(name in files, name);
    });
  }

  test('loads files whose names have the hash of their contents, so that they may be kept for good', async () => {
    for (const path of Object.keys(files).filter((each) => each !== '/')) {
      const { status, headers } = await service.ask().get(path);

      assert.equal(status, 200);
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.match(path, /^\/console\/[0-9A-Z]{8}\.(?:js|css|svg)$/);
    }
  });

  test('is compressed for browsers that can read it, and for no others', async () => {
    const packed = await service.ask().get('/').set('Accept-Encoding', 'gzip, br');
    const plain = await service.ask().get('/').set('Accept-Encoding', 'gzip');

    assert.equal(packed.headers['content-encoding'], 'br');
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(plain.headers['vary'], 'Accept-Encoding');
    assert.equal(plain.text.startsWith('<!doctype html>'), true);
  });

  test('is not sent again to who has it', async () => {
    const { headers } = await service.ask().get('/');
    const again = await service
      .ask()
      .get('/')
      .set('If-None-Match', headers['etag'] ?? '');

    assert.deepEqual([again.status, again.text], [304, '']);
  });

  test('takes no other method, and has no other file', async () => {
    const posted = await service.ask().post('/');
    const unknown = await service.ask().get('/console/00000000.js');
    const headed = await service.ask().head('/rings');

    assert.deepEqual([posted.status, posted.body.code], [405, 'method_unsupported']);
    assert.deepEqual([unknown.status, unknown.body.code], [404, 'route_unknown']);
    assert.deepEqual([headed.status, headed.text ?? ''], [200, '']);
  });

  test('says to a browser where to go from an address that is none, and to other clients what is wrong', async () => {
    const page = await service.ask().get('/nope<script>').set('Accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
    const called = await service.ask().get('/nope').set('Accept', '*/*');

    assert.deepEqual([page.status, page.headers['content-type']], [404, 'text/html; charset=utf-8']);
    assert.match(page.text, /There is no page \/nope[\s\S]*<a href="\/">/);
    assert.doesNotMatch(page.text, /<script/);
    assert.match(page.headers['content-security-policy'] ?? '', /^default-src 'none'/);
    assert.deepEqual([called.status, called.body.code], [404, 'route_unknown']);
  });

  test('takes at most 40 kB of a connection', () => {
    const sizes = Object.values(files).map(({ brotli }) => Buffer.from(brotli, 'base64').length);
    const sum = sizes.reduce((a, b) => a + b, 0);

    assert.ok(sum > 10_000 && sum <= 40_000, `${sum} bytes`);
  });
});

test('files that could not be read are read again with the next request', async () => {
  let calls = 0;
  const loadConsole: LoadConsole = async () => {
    calls += 1;
    if (calls === 1) throw new Error('the disk is full');
    return { '/': { type: 'text/html', body: 'SGk=', brotli: '' } };
  };
  const service = startService({ loadConsole });
  const statuses = [await service.ask().get('/'), await service.ask().get('/')].map(({ status }) => status);
  await service.close();

  assert.deepEqual(statuses, [500, 200]);
});

test('a service that was started without a built console says 404, and answers all calls', async () => {
  const service = startService();
  const page = await service.ask().get('/');
  const health = await service.ask().get('/v1/health');
  await service.close();

  assert.deepEqual([page.status, page.body.code, health.status], [404, 'route_unknown', 200]);
});
