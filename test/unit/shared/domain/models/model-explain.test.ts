// What people are told who wrote a model id wrongly.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { explainModel, parseModel } from '../../../../../shared/domain/models/model.ts';

test('whoever writes an id wrongly is told how to write it', async (t) => {
  const anyId = /^Write an /;
  const rows: readonly (readonly [string, string | RegExp])[] = [
    ['claude-haiku-4-5-20251001', 'Write "claude-haiku-4-5@20251001".'],
    ['claude-opus-4-6-20260205', 'Write "claude-opus-4-6".'],
    ['claude-sonnet-5-5-20260928', 'Write "claude-sonnet-5-5".'],
    ['claude-3-5-sonnet-v2-20241022', 'Write "claude-3-5-sonnet-v2@20241022".'],
    ['claude-opus-4-6[1m]', 'Write "model": "claude-opus-4-6" and "context1m": true beside it.'],
    ['claude-opus-4-6[1M]', 'Write "model": "claude-opus-4-6" and "context1m": true beside it.'],
    ['claude-sonnet-4-5-20250929[1m]', 'Write "model": "claude-sonnet-4-5@20250929" and "context1m": true beside it.'],
    ['publishers/anthropic/models/claude-opus-4-8', 'Write "claude-opus-4-8".'],
    ['projects/p/locations/global/publishers/anthropic/models/claude-opus-5', 'Write "claude-opus-5".'],
    ['publishers/anthropic/models/claude-opus-4-8:streamRawPredict', 'Write "claude-opus-4-8".'],
    ['vertex_ai/claude-opus-4-8', 'Write "claude-opus-4-8".'],
    ['vertex_ai/claude-haiku-4-5-20251001', 'Write "claude-haiku-4-5@20251001".'],
    ['anthropic/claude-opus-4.8', 'Write "claude-opus-4-8".'],
    ['opus[1m]', anyId],
    ['opus', anyId],
    ['default', anyId],
    ['claude-mythos-5', anyId],
    ['gpt-5', anyId],
  ];
  for (const [text, fix] of rows) {
    await t.test(text, () => {
      const told = explainModel(text).fix;
      if (typeof fix === 'string') assert.equal(told, fix);
      else assert.match(told, fix);
    });
  }
});

test('no id is proposed that would be refused in its turn', () => {
  const pieces = [
    'publishers/anthropic/models/',
    'vertex_ai/',
    'claude-',
    'opus',
    'opus-4-8',
    '3-opus',
    '-20251001',
    '[1m]',
    ':rawPredict',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 6 }), (words) => {
      const [, proposed] = /^Write (?:"model": )?"(.*?)"/s.exec(explainModel(words.join('')).fix) ?? [];
      if (proposed !== undefined) assert.notEqual(parseModel(proposed), null, proposed);
    }),
    { numRuns: 1000 },
  );
});
