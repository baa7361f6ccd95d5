// The three JSON formats: exactly the settings, the envelope that applies them, and the resolution with its reasons.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { renderHelper, renderJson, renderSettings } from '../../../../../../functions/api/polls/render/json.ts';
import { readDraft } from '../../../../../../shared/domain/policy/read-draft.ts';
import { Settings } from '../../../../../../shared/domain/policy/settings.ts';
import { anyText } from '../../../../../support/any-text.ts';
import { named, nasty, resolution } from '../../../../../support/rendered.ts';

const whole = resolution({ env: named(nasty), permissions: { deny: ['WebFetch'] }, cleanupPeriodDays: 30 });

test('`.settings.json` is exactly the settings', () => {
  assert.deepEqual(JSON.parse(renderSettings(whole)), whole.settings);
});

test('`.helper.json` is the settings in the one envelope that Claude Code applies', () => {
  assert.deepEqual(JSON.parse(renderHelper(whole)), { managedSettings: whole.settings });
});

test('`.json` is the resolution, its pins by family', () => {
  const { ring, project, location, locked, settings, reasons } = whole;
  const pins = {
    opus: { model: 'claude-opus-92', location: 'global' },
    sonnet: { model: 'claude-sonnet-90', location: 'global' },
    haiku: { model: 'claude-haiku-90@20300101', location: 'global' },
  };
  assert.deepEqual(JSON.parse(renderJson(whole)), { ring, project, location, locked, pins, settings, reasons });
});

test('each is ASCII-safe to pass on: one object, two spaces deep, one line break at the end', () => {
  const small = { ...whole, settings: { env: { A: 'é' } } };
  assert.equal(renderSettings(small), '{\n  "env": {\n    "A": "é"\n  }\n}\n');
});

test('whatever settings a policy may hold are rendered and read back, with well-formed text only', () => {
  const leaf = fc.oneof(anyText, fc.double(), fc.boolean(), fc.constant(null));
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value')),
      fc.dictionary(anyText, tie('value'), { noNullPrototype: true }),
    ),
  })).value;
  const anything = fc.dictionary(anyText, json, {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(anything, (settings) => {
      const read = readDraft(Settings, settings);
      if (!read.ok) return;
      const rendered = renderSettings(resolution(settings));
      assert.ok(rendered.isWellFormed());
      assert.deepEqual(JSON.parse(Buffer.from(rendered).toString()), resolution(settings).settings);
    }),
    { numRuns: 200 },
  );
});

test('a value that JSON does not give back is never served', () => {
  const broken = { ...whole, settings: { env: {}, cleanupPeriodDays: Number.NaN } };
  for (const render of [renderSettings, renderHelper, renderJson]) assert.throws(() => render(broken), /rendered JSON/);
});
