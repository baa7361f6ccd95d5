// Roles over HTTP: stated with If-Match, kept with their history and an event, and never without an owner.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AccessRevisionsReply } from '../../../functions/api/admin/schemas/access.ts';
import { hashToken } from '../../../functions/api/auth/authenticator.ts';
import { changeAccess } from '../../../functions/commands/change-access.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { AccessRevision, noRoles } from '../../../shared/domain/access/access.ts';
import { issueToken } from '../../../shared/domain/access/decide-access-change.ts';
import { TokenRequest } from '../../../shared/domain/access/fleet-token.ts';
import { findBreak } from '../../../shared/domain/events/event.ts';
import { testKeys } from '../../support/document-keys.ts';
import { asAdmin } from '../../support/service.ts';
import { now } from '../../support/world.ts';
import { firstOwner, type Headers, startWorld, type World } from './callers-world.ts';

const owners = { owner: [`email:${firstOwner}`] };

describe('the roles', () => {
  let world: World;
  let asFirstOwner: Headers;

  beforeEach(async () => {
    world = await startWorld();
    asFirstOwner = await world.as(firstOwner);
  });
  afterEach(() => world.close());

  const put = (roles: object, by: Headers = asFirstOwner, expected = '*', query = '') =>
    world.service.ask().put(`/v1/access${query}`).set(by).set('If-Match', expected).send(roles);
  const get = (path = '/v1/access', by: Headers = asFirstOwner) => world.service.ask().get(path).set(by);

  test('begin with the first owners of the environment, who count no longer once an owner is bound', async () => {
    assert.deepEqual((await get().expect(200)).body, noRoles);
    await put({ owner: ['email:ada@example.com'] }, asAdmin).expect(200);

    assert.equal((await get().expect(403)).body.code, 'forbidden');
    await put(owners, await world.as('ada@example.com')).expect(409);
    await put(owners, asAdmin).expect(200);
  });

  test('keep the first owners while only tokens were issued', async () => {
    await world.service.ask().post('/v1/tokens').set(asAdmin).send({ name: 'agents' }).expect(200);

    await put(owners).expect(200);
  });

  test('are changed by whoever saw what stands', async () => {
    const first = await put(owners, asFirstOwner, '"0"').expect(200);
    const stale = await put({ ...owners, reader: ['domain:example.com'] }, asFirstOwner, '"0"').expect(412);
    const blind = await world.service.ask().put('/v1/access').set(asFirstOwner).send(owners).expect(428);
    const same = await put(owners, asFirstOwner, '"0"').expect(200);

    assert.deepEqual([first.body.number, first.body.changed, first.headers['etag']], [1, true, '"1"']);
    assert.deepEqual([stale.body.code, stale.body.current], ['access_conflict', 1]);
    assert.equal(blind.body.code, 'precondition_required');
    assert.deepEqual([same.body.number, same.body.changed], [1, false]);
    assert.equal((await get().expect(200)).headers['etag'], '"1"');
  });

  test('never lose their last owner, nor the one who changes them', async () => {
    await put({ owner: [`email:${firstOwner}`, 'email:ada@example.com'] }).expect(200);
    const nobody = await put({ approver: [`email:${firstOwner}`] }, asAdmin).expect(409);
    const self = await put({ owner: ['email:ada@example.com'] }).expect(409);

    assert.deepEqual([nobody.body.code, nobody.body.title], ['last_owner', 'No owner would be left']);
    assert.deepEqual(
      [self.body.code, self.body.title],
      ['last_owner', `You (${firstOwner}) would lose the role of owner`],
    );
    await put(owners, asFirstOwner).expect(200);
    assert.equal((await get('/v1/access', await world.as('ada@example.com')).expect(403)).body.code, 'forbidden');
  });

  test('hold from the next call on, for people who were let in before, too', async () => {
    await put({ ...owners, editor: ['email:ed@example.com'] }).expect(200);
    const ed = await world.as('ed@example.com');
    await get('/v1/access', ed).expect(200);
    await put({ ...owners, reader: ['domain:example.com'] }).expect(200);

    const { body } = await world.service.ask().put('/v1/policy').set(ed).set('If-Match', '*').send({}).expect(403);
    assert.deepEqual([body.code, body.title], ['forbidden', 'The role reader does not allow this call']);
  });

  test('have a history with who, when and why, and events in the chain that never name a hash', async () => {
    await put({ ...owners, editor: ['email:ed@example.com'] }, asFirstOwner, '"0"', '?note=first').expect(200);
    await put({ ...owners, reader: ['domain:example.com'] }).expect(200);
    await world.service.ask().post('/v1/tokens?note=for+CI').set(asFirstOwner).send({ name: 'ci' }).expect(200);
    await world.service.ask().post('/v1/tokens/ci/revoke').set(asFirstOwner).send().expect(200);

    const { revisions } = AccessRevisionsReply.parse((await get('/v1/access/revisions').expect(200)).body);
    assert.deepEqual(
      revisions.map(({ number, by, note, issued, revoked }) => [number, by, note, issued, revoked]),
      [
        [4, firstOwner, null, null, 'ci'],
        [3, firstOwner, 'for CI', 'ci', null],
        [2, firstOwner, null, null, null],
        [1, firstOwner, 'first', null, null],
      ],
    );
    const old = AccessRevision.parse((await get('/v1/access/revisions/1').expect(200)).body);
    assert.deepEqual(old.roles.editor, ['email:ed@example.com']);
    assert.equal((await get('/v1/access/revisions/5').expect(404)).body.code, 'access_unknown');
    assert.equal((await get('/v1/access/revisions/first').expect(404)).body.code, 'access_unknown');
    const page = await get('/v1/access/revisions?limit=2&before=3').expect(200);
    assert.deepEqual([page.body.revisions.length, page.body.next], [2, null]);

    assert.equal(findBreak(world.service.published), null);
    assert.deepEqual(
      world.service.published.map(({ id, by, data }) => ({ id, by, data })),
      [
        changed(1, { note: 'first', granted: [`owner email:${firstOwner}`, 'editor email:ed@example.com'] }),
        changed(2, { granted: ['reader domain:example.com'], withdrawn: ['editor email:ed@example.com'] }),
        changed(3, { note: 'for CI', issued: 'ci' }),
        changed(4, { revoked: 'ci' }),
      ],
    );
  });

  test('are changed by two instances at once: each decides again on what the other left', async () => {
    const store = openSqlite(world.service.file, testKeys);
    const clock = () => world.service.time;
    const ports = { store, clock, onAccess: () => undefined, afterCommit: () => Promise.resolve() };
    const issue = (name: string) => {
      const request = TokenRequest.parse({ name });
      return changeAccess(ports, {
        by: 'admin',
        note: null,
        dryRun: false,
        decide: (known) => issueToken(known, request, hashToken(name)),
      });
    };
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const changed = await Promise.all(names.map(issue));
    const access = await store.read('access', 'current');
    await store.close();

    assert.ok(changed.every(({ ok }) => ok) && access.ok);
    assert.equal(access.value?.value.revision.number, names.length);
    assert.deepEqual(access.value?.value.tokens.map(({ name }) => name).sort(), names);
  });
});

function changed(number: number, over: object) {
  const data = { number, note: null, granted: [], withdrawn: [], issued: null, revoked: null, ...over };
  return { id: `AccessChanged.access.${number}.${now}`, by: firstOwner, data };
}
