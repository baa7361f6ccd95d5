// The models that settings name: that each place is found, whatever else is there, and nothing but these places.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { modelReferences, replaceModels } from '../../../../../shared/domain/policy/model-references.ts';
import { calledEndpoints } from '../../../../../shared/domain/policy/pinned-endpoints.ts';
import { policy, ring } from '../../../../support/world.ts';

const id = fc.constantFrom('claude-opus-4-8', 'claude-sonnet-4-6[1m]', 'opus', '', 'gpt-5');
const other = fc.constantFrom<unknown>('claude-opus-4-8', 5, true, null, ['claude-opus-4-8'], { a: 'opus' });

/** Settings with models at places that Claude Code reads, and with texts that look alike elsewhere. */
const settings = fc.record(
  {
    model: id,
    fallbackModel: fc.array(id, { maxLength: 3 }),
    modelOverrides: fc.dictionary(fc.constantFrom('claude-opus-4-1', 'a/b', '~'), id),
    availableModels: fc.array(id, { minLength: 1, maxLength: 3 }),
    deniedModels: fc.array(id, { maxLength: 3 }),
    permissions: other,
    agent: other,
    env: fc.record(
      { ANTHROPIC_MODEL: id, claude_code_subagent_model: id, MODEL: fc.constant('claude-opus-4-8') },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

test('each model is found at a pointer that leads to it, and no text elsewhere is', () => {
  fc.assert(
    fc.property(settings, (given) => {
      const found = modelReferences(given as never, ''); // other values than the schema's are none of its business
      for (const { path, text } of found) assert.equal(at(given, path), text);
      const roots = ['model', 'fallbackModel', 'modelOverrides', 'availableModels', 'deniedModels'];
      const expected = [
        ...roots.flatMap((key) => textsOf(Reflect.get(given, key))),
        ...Object.entries(given.env ?? {}).flatMap(([name, text]) => (name === 'MODEL' ? [] : [text])),
      ];
      assert.deepEqual(found.map(({ text }) => text).toSorted(), expected.toSorted());
    }),
    { numRuns: 500 },
  );
});

test('settings are left as they are when each model is replaced by itself', () => {
  fc.assert(
    fc.property(settings, (given) => {
      const same = replaceModels(given as never, (text) => text); // as above
      assert.equal(JSON.stringify(same), JSON.stringify(given));
    }),
    { numRuns: 300 },
  );
});

test('a ring calls the models of its own settings, and those of the policy that it does not replace', () => {
  const stated = policy({
    settings: {
      model: 'claude-opus-4-7',
      fallbackModel: ['claude-opus-4-6'],
      env: { ANTHROPIC_MODEL: 'claude-opus-5', CLAUDE_CODE_SUBAGENT_MODEL: 'claude-sonnet-5' },
    },
    rings: [ring({ pins: {}, settings: { model: 'sonnet', env: { ANTHROPIC_MODEL: '', model: 'x' } } })],
  });

  assert.deepEqual(
    calledEndpoints(stated)
      .map(({ path, endpoint }) => `${path} ${endpoint.model}`)
      .toSorted(),
    ['/settings/env/CLAUDE_CODE_SUBAGENT_MODEL claude-sonnet-5', '/settings/fallbackModel/0 claude-opus-4-6'],
  );
});

function at(value: unknown, path: string): unknown {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), value);
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
