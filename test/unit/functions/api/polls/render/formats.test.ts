// Which format answers which request, and what holds of all of them.

import assert from 'node:assert/strict';
import test from 'node:test';
import { formatOf, formats, negotiateFormat } from '../../../../../../functions/api/polls/render/formats.ts';
import { extendCatalogue } from '../../../../../../shared/domain/models/catalogue.ts';
import { resolve } from '../../../../../../shared/domain/serving/resolve.ts';
import { firstRing, models, policy } from '../../../../../support/invented.ts';
import { named, nasty, resolution } from '../../../../../support/rendered.ts';

test('each format has an extension and a media type of its own', () => {
  const extensions = ['.json', '.sh', '.fish', '.ps1', '.env', '.settings.json', '.helper.json'];
  assert.deepEqual(
    formats.map(({ extension }) => extension),
    extensions,
  );
  assert.equal(new Set(formats.map(({ accept }) => accept)).size, formats.length);
  for (const format of formats) assert.equal(formatOf(format.extension), format);
});

test('no other extension names a format', () => {
  for (const extension of ['', '.', '.JSON', '.yaml', 'json', '.json/', '.settings', '__proto__']) {
    assert.equal(formatOf(extension), null, extension);
  }
});

test('Accept chooses the most wanted format that there is', async (t) => {
  const rows: readonly (readonly [string | undefined, string | null])[] = [
    [undefined, '.json'],
    ['', '.json'],
    ['*/*', '.json'],
    ['application/*', '.json'],
    ['application/json', '.json'],
    ['APPLICATION/JSON', '.json'],
    ['application/json; charset=utf-8', '.json'],
    ['text/x-shellscript', '.sh'],
    ['text/x-fish', '.fish'],
    ['text/x-powershell', '.ps1'],
    ['text/plain', '.env'],
    ['application/vnd.pinward.settings+json', '.settings.json'],
    ['application/vnd.pinward.helper+json', '.helper.json'],
    ['text/plain, text/x-fish', '.env'],
    ['text/plain;q=0.5, text/x-fish', '.fish'],
    ['text/plain;q=0.5, text/x-fish;q=0.9, */*;q=0.1', '.fish'],
    ['text/x-fish ; q=0.2 , text/plain ; q=0.3', '.env'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', '.json'],
    ['text/html, text/x-fish;q=0.1', '.fish'],
    ['text/x-fish;q=0, text/plain;q=0.1', '.env'],
    ['text/x-fish;q=0', null],
    ['text/x-fish;q=much', null],
    ['application/json;q=0, */*', '.sh'],
    ['text/*', '.sh'],
    ['text/html', null],
    ['image/*', null],
    ['nonsense', null],
  ];
  for (const [accept, extension] of rows) {
    await t.test(String(accept), () => assert.equal(negotiateFormat(accept)?.extension ?? null, extension));
  }
});

test('the same resolution has the same bytes, also made anew', () => {
  const settings = { env: named(nasty), permissions: { deny: ['WebFetch'] } };
  for (const { extension, render } of formats) {
    assert.equal(render(resolution(settings)), render(resolution(settings)), extension);
  }
});

test('no body has a clock in it: another day with the same pins has the same bytes', () => {
  for (const { extension, render } of formats) {
    const [first, second] = ['2031-05-01', '2031-05-02'].map((day) => render(resolution({}, { day })));
    assert.equal(first, second, extension);
    assert.doesNotMatch(String(first), /2031|revision/i, extension);
  }
});

test('every body ends its last line and renders a resolution without pins, too', () => {
  const bare = policy({ rings: [{ name: 'everyone', match: ['*'], pins: {} }] });
  const input = {
    policy: bare,
    ring: firstRing(bare),
    selector: '*',
    cli: null,
    day: '2031-05-01',
    callableModels: null,
    reached: [],
  };
  const empty = resolve({ ...input, catalogue: extendCatalogue([], models) });
  for (const { extension, render } of formats) assert.match(render(empty), /\S\n$/, extension);
});
