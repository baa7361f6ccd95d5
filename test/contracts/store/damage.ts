// Contract, fifth part: a document changed by hand and a store that can't answer are faults with words, never crashes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainHead, faultOf, must, type Open, versionOf, writeJournal } from '../../support/stores.ts';
import { revision } from '../../support/world.ts';

const other = /^its signature is of other content$/;
const damagedFault: readonly (readonly [words: string, body: string, detail: RegExp])[] = [
  ['that is empty', '', /not JSON/],
  ['that is cut short', '{"seq":1,"hash":"00', /not JSON/],
  ['that is null', 'null', other],
  ['that is a list', '[]', other],
  ['with a field of the wrong type', JSON.stringify({ ...chainHead(1), seq: '1' }), other],
  ['with a field that Pinward does not know', JSON.stringify({ ...chainHead(1), more: 1 }), other],
  ['that its schema allows', JSON.stringify(chainHead(3)), other],
  ['of another document', JSON.stringify(chainHead(1)), other],
  ['of another kind', JSON.stringify(revision()), other],
];

const damagedLease: readonly (readonly [words: string, body: string, detail: RegExp])[] = [
  ['with a field of the wrong type', '{"holder":1,"until":"2026-11-24T12:00:00.000Z"}', /^\/holder: /],
  ['without a field', '{"holder":"a"}', /^\/until: /],
  ['with a field that Pinward does not know', '{"holder":"a","until":"2026-11-24T12:00:00.000Z","more":1}', /more/],
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

  for (const [words, body, detail] of damagedLease) {
    test(`a document that nobody signs, with a body ${words}, is document_corrupt`, async () => {
      await using opened = await open();
      await must(opened.store.commit([{ kind: 'lease', id: 'a', expect: 'any', value: lease }]));
      await opened.corrupt('lease', 'a', body);

      const fault = await faultOf(opened.other.read('lease', 'a'));
      if (fault?.code !== 'document_corrupt') assert.fail(JSON.stringify(fault));
      assert.match(fault.detail, detail);
    });
  }

  test('a document that nobody signs may be edited by hand as its schema allows', async () => {
    await using opened = await open();
    await must(opened.store.commit([{ kind: 'lease', id: 'a', expect: 'any', value: lease }]));
    const edited = { ...lease, holder: 'somebody at the console' };
    await opened.corrupt('lease', 'a', JSON.stringify(edited, null, 2));

    assert.deepEqual((await must(opened.other.read('lease', 'a')))?.value, edited);
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

const lease = { holder: 'a', until: '2026-11-24T12:00:00.000Z' };
const all = { order: 'ascending', limit: 10 } as const;
