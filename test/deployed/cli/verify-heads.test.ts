// `npm run verify-history -- --heads`: a service whose database somebody edits, checked against the heads in its log.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { appendEvent, emptyChain } from '../../../shared/domain/events/event.ts';
import { numberedId, type Write } from '../../../shared/ports.ts';
import { testKeys, testSigner } from '../../support/document-keys.ts';
import { copyDocument, execute, rowOf } from '../../support/open-sqlite.ts';
import { asAdmin, type Service } from '../../support/service.ts';
import { must } from '../../support/stores.ts';
import { newEvent, revision } from '../../support/world.ts';
import { newFile, run, serve } from './command.ts';

const writers = `api:${testSigner.key.der.toString('base64')}`;

describe('npm run verify-history with heads', () => {
  let service: Service;
  let url: string;
  let close: () => Promise<void>;
  let early: { readonly published: Row; readonly chainHead: Row };

  type Row = ReturnType<typeof rowOf>;

  beforeEach(async () => {
    ({ service, url, close } = await serve());
    await service.state();
    early = {
      published: rowOf(service.file, 'published', 'current'),
      chainHead: rowOf(service.file, 'chainHead', 'current'),
    };
    for (const text of ['two', 'three', 'four']) await service.state({ settings: { companyAnnouncements: [text] } });
    await service.ask().post('/v1/tokens').set(asAdmin).send({ name: 'agents' }).expect(200);
  });
  afterEach(() => close());

  /** Cloud Logging exports some lines in another form, and lines that are no heads. */
  const headsFile = () => {
    const heads = service.logged.filter((line) => line.includes('"history head"'));
    const exported = heads.map((line, at) => (at % 2 === 0 ? line : JSON.stringify({ jsonPayload: JSON.parse(line) })));
    return newFile('heads.jsonl', ['{"message":"poll"}', ...exported].join('\n'));
  };
  const verify = (heads = headsFile(), of = url) => run('verify-history', ['--heads', heads], { url: of, writers });
  const insert = (kind: string, id: string, row: Row) =>
    execute(
      service.file,
      'UPDATE document SET body = ?, digest = ? WHERE kind = ? AND id = ?',
      row.body,
      row.digest,
      kind,
      id,
    );
  const remove = (kind: string, id: string) =>
    execute(service.file, 'DELETE FROM document WHERE kind = ? AND id = ?', kind, id);

  test('finds what nobody touched intact', async () => {
    const { status, stdout } = await verify();

    assert.match(stdout, /^5 events, chain intact, ends at 5:[0-9a-f]{64}\n5 heads, 4 revisions\n$/);
    assert.equal(status, 0);
  });

  test('names each event and each revision that was edited', async () => {
    for (const [kind, id] of [
      ['event', 2],
      ['event', 5],
      ['revision', 3],
    ] as const) {
      execute(
        service.file,
        "UPDATE document SET body = replace(body, 'admin', 'eve') WHERE kind = ? AND id = ?",
        kind,
        numberedId(id),
      );
    }
    const { status, stdout } = await verify();

    assert.match(stdout, /^Broken: event\/0000000002 is left out: no writer signed it$/m);
    assert.match(stdout, /^Broken: event\/0000000005 is left out: no writer signed it$/m);
    assert.match(stdout, /^Broken: revision 3: The stored document revision\/0000000003 can't be read/m);
    assert.equal(status, 1);
  });

  test('names what was cut, although the end is an authentic one', async () => {
    for (const id of [2, 3, 4, 5]) remove('event', numberedId(id));
    for (const id of [2, 3, 4]) remove('revision', numberedId(id));
    insert('chainHead', 'current', early.chainHead);
    insert('published', 'current', early.published);
    // The instance that runs would refuse to go back.
    const fresh = await serve({ PINWARD_SQLITE: service.file });
    const { status, stdout } = await verify(headsFile(), fresh.url);
    await fresh.close();

    assert.match(stdout, /^1 events, chain intact/);
    for (const id of [2, 3, 4, 5])
      assert.match(
        stdout,
        new RegExp(`^Broken: event ${id} is in the log, but not in the history, which was cut$`, 'm'),
      );
    for (const id of [2, 3, 4]) assert.match(stdout, new RegExp(`^Broken: revision ${id}: `, 'm'));
    assert.match(stdout, /^Broken: revision 1 is published, but the log has revision 4$/m);
    assert.equal(status, 1);
  });

  test('names a history that was made anew as a whole, even with the key of a writer', async () => {
    let head = emptyChain;
    const writes: Write[] = [];
    for (let seq = 1; seq <= 5; seq++) {
      const { event, chainHead } = appendEvent(head, { ...newEvent(seq), by: 'eve' });
      head = chainHead;
      writes.push({ kind: 'event', id: numberedId(seq), expect: 'any', value: event });
    }
    const made = revision({ number: 4, by: 'eve' });
    writes.push({ kind: 'chainHead', id: 'current', expect: 'any', value: head });
    writes.push({ kind: 'revision', id: numberedId(4), expect: 'any', value: made });
    const store = openSqlite(service.file, testKeys);
    await must(store.commit(writes));
    await store.close();
    const { status, stdout } = await verify();

    assert.match(stdout, /^5 events, chain intact/);
    for (const id of [1, 2, 3, 4, 5])
      assert.match(stdout, new RegExp(`^Broken: event ${id} isn't the one that the log has$`, 'm'));
    assert.match(stdout, /^Broken: revision 4 isn't the one that the log has$/m);
    assert.equal(status, 1);
  });

  test('names a revision in the place of another one', async () => {
    copyDocument(service.file, 'revision', numberedId(2), numberedId(3));
    const { stdout } = await verify();

    assert.match(stdout, /^Broken: revision 3: /m);
  });

  test("names each line of the log that can't be read, and takes the head after a byte order mark", async () => {
    const [first = '', second = '', ...others] = service.logged.filter((line) => line.includes('"history head"'));
    const broken = [`\uFEFF${first}`, second.slice(0, -9), 'not JSON', '', second.replace('"seq"', '"sec"'), ...others];
    const { status, stdout } = await verify(newFile('broken.jsonl', broken.join('\n')));

    assert.match(stdout, /^4 heads, /m);
    assert.match(stdout, /^Broken: the head in line 5 of the log is damaged \(\/event\/seq\)$/m);
    assert.match(stdout, /^Broken: line 2 of the log is not a JSON object, nor are 1 others: /m);
    assert.equal(status, 1);
  });

  test('steps over what somebody put after the newest event, whatever its number, and names it', async () => {
    for (const id of ['9999999998', '0000004711', '0000000003x', 'zzz'])
      execute(
        service.file,
        "INSERT INTO document SELECT kind, ?, version, body, digest FROM document WHERE kind = 'event' AND id = ?",
        id,
        numberedId(5),
      );
    const { status, stdout } = await verify();

    assert.match(stdout, /^5 events, chain intact/);
    for (const id of ['9999999998', '0000004711', '0000000003x', 'zzz'])
      assert.match(stdout, new RegExp(`^Broken: event/${id} is left out: `, 'm'));
    assert.equal(status, 1);
  });

  test('names older roles that were put back, and the change that then has a number again', async () => {
    const now = rowOf(service.file, 'access', 'current');
    await service.ask().post('/v1/tokens').set(asAdmin).send({ name: 'more' }).expect(200);
    remove('accessRevision', numberedId(2));
    insert('access', 'current', now);
    const fresh = await serve({ PINWARD_SQLITE: service.file });
    const back = await verify(headsFile(), fresh.url);
    fresh.service.time += 1_000;
    await fresh.service.ask().post('/v1/tokens').set(asAdmin).send({ name: 'other' }).expect(200);
    const again = await verify(headsFile(), fresh.url);
    const ids = (await fresh.service.ask().get('/v1/events').set(asAdmin)).body.events.map(
      ({ id }: { id: string }) => id,
    );
    await fresh.close();

    assert.match(back.stdout, /^Broken: access 1 is in force, but the history has access 2$/m);
    assert.match(again.stdout, /^Broken: event 7 is AccessChanged 2 again: /m);
    assert.deepEqual([back.status, again.status], [1, 1]);
    assert.equal(new Set(ids).size, ids.length);
  });

  test('takes no head that no writer signed, and ends with 2 where there is none', async () => {
    const forged = service.logged
      .filter((line) => line.includes('"history head"'))
      .map((line) => line.replace(/"number":\d/, '"number":7'));
    const { status, stdout } = await verify(newFile('forged.jsonl', forged.slice(0, 4).join('\n')));
    const none = await verify(newFile('none.jsonl', '{"message":"poll"}\n'));

    assert.match(stdout, /^Broken: the head in line 4 of the log is forged: its signature is of other content$/m);
    assert.deepEqual([status, none.status], [1, 2]);
    assert.match(none.stderr, /has no head of a history/);
  });
});
