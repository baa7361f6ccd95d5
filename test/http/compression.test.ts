// Replies that are compressed on their way: the same bytes for who takes Brotli, and only where no length can tell a secret.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asAdmin, type Service, startService } from '../support/service.ts';

describe('a reply', () => {
  let service: Service;
  const get = (path: string, encodings: string) =>
    service.ask().get(path).set(asAdmin).set('Accept-Encoding', encodings);

  before(async () => {
    service = startService();
    await service.state();
  });
  after(() => service.close());

  test('that is long is compressed for who takes Brotli, and says the same', async () => {
    const packed = await get('/v1/catalogue', 'gzip, deflate, br');
    const plain = await get('/v1/catalogue', 'gzip, deflate');

    assert.equal(packed.headers['content-encoding'], 'br');
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(packed.text, plain.text);
    assert.deepEqual([packed.headers['vary'], plain.headers['vary']], ['Accept-Encoding', 'Accept-Encoding']);
  });

  test('has the same strong ETag in both forms, which is the number that If-Match takes', async () => {
    const packed = await get('/v1/policy', 'br');
    const plain = await get('/v1/policy', 'identity');

    assert.deepEqual([packed.headers['etag'], plain.headers['etag']], ['"1"', '"1"']);
  });

  test('is not compressed for who says that Brotli has no weight', async () => {
    for (const encodings of ['br;q=0', 'gzip, br; q=0.0', 'brotli', '']) {
      const { headers } = await get('/v1/catalogue', encodings);
      assert.equal(headers['content-encoding'], undefined, encodings);
    }
    for (const encodings of ['br;q=0.1', 'gzip;q=1, BR ; q=1', 'gzip,br,zstd']) {
      const { headers } = await get('/v1/catalogue', encodings);
      assert.equal(headers['content-encoding'], 'br', encodings);
    }
  });

  test('of a change, and a short one, is sent as it is', async () => {
    const caller = await get('/v1/caller', 'br');
    const policy = await get('/v1/policy', 'identity');
    const changed = await service
      .ask()
      .put('/v1/policy?dry-run')
      .set(asAdmin)
      .set('If-Match', '*')
      .set('Accept-Encoding', 'br')
      .send({
        ...policy.body,
        settings: { companyAnnouncements: Array.from({ length: 20 }, (_, at) => `${at}: ${'pins '.repeat(20)}`) },
      });

    assert.equal(changed.status, 200);
    assert.ok(changed.text.length > 1_024);
    assert.deepEqual([caller.headers['content-encoding'], changed.headers['content-encoding']], [undefined, undefined]);
  });
});
