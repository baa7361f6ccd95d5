// Contract, fifth part: a document changed by hand and a store that can't answer are faults with words, never crashes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainHead, faultOf, must, type Open, versionOf, writeJournal, writeRevision } from '../../support/stores.ts';
import { revision } from '../../support/world.ts';

const damagedFault: readonly (readonly [words: string, body: string, detail: RegExp])[] = [
  ['that is empty', '', /not JSON/],
  ['that is cut short', '{"seq":1,"hash":"00', /not JSON/],
  ['that is null', 'null', /expected object/],
  ['that is a list', '[]', /expected object/],
  ['with a field of the wrong type', JSON.stringify({ ...chainHead(1), seq: '1' }), /^\/seq: /],
  ['without a field', '{"seq":1}', /^\/hash: /],
  ['with a field that Pinward does not know', JSON.stringify({ ...chainHead(1), more: 1 }), /more/],
  ['of another kind', JSON.stringify(revision()), /\/seq: /],
];

export function testDamage(open: Open): void {
  for (const [words, body, detail] of damagedFault) {
    test(`a body ${words} is document_corrupt and says where`, async () => {
      await using opened = await open();
      await must(opened.store.commit([writeJournal('a', 1), writeJournal('b', 2)]));
      await opened.corrupt('chainHead', 'b', body);

      for (const answer of [opened.store.read('chainHead', 'b'), opened.other.list('chainHead', all)]) {
        const fault = await faultOf(answer);
        if (fault?.code !== 'document_corrupt') assert.fail(JSON.stringify(fault));
        assert.equal(fault.document, 'chainHead/b');
        assert.match(fault.detail, detail);
      }
      assert.deepEqual((await must(opened.store.read('chainHead', 'a')))?.value, chainHead(1));
    });
  }

  test('a corrupt document is mended by the next write', async () => {
    await using opened = await open();
    await must(opened.store.commit([writeJournal('a', 1)]));
    await opened.corrupt('chainHead', 'a', '{');

    await must(opened.store.commit([writeJournal('a', 2)]));

    assert.deepEqual((await must(opened.store.read('chainHead', 'a')))?.value, chainHead(2));
  });

  test('a document edited by hand that its schema allows is taken', async () => {
    await using opened = await open();
    await must(opened.store.commit([writeRevision(1)]));
    const edited = { ...revision(), note: 'mended at the console' };
    await opened.corrupt('revision', '0000000001', JSON.stringify(edited, null, 2));

    assert.deepEqual((await must(opened.other.read('revision', '0000000001')))?.value, edited);
  });

  test('a store that is closed is store_unavailable, whatever is asked, and can be closed again', async () => {
    await using opened = await open();
    await must(opened.store.commit([writeJournal('a', 1)]));
    const expect = { version: await versionOf(opened.store, 'chainHead', 'a') };
    await opened.store.close();

    const answers = [
      opened.store.read('chainHead', 'a'),
      opened.store.list('chainHead', all),
      opened.store.commit([writeJournal('a', 2)]),
      opened.store.commit([writeJournal('a', 2, expect)]),
    ];
    for (const answer of answers) assert.equal((await faultOf(answer))?.code, 'store_unavailable');
    await opened.store.close();
    assert.deepEqual((await must(opened.other.read('chainHead', 'a')))?.value, chainHead(1));
  });
}

const all = { order: 'ascending', limit: 10 } as const;
