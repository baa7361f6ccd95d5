// What a policy may say: each thing wrong with a draft, by its code and path, and that each comes with a fix.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readPolicy } from '../../../../../shared/domain/changes/next-revision.ts';
import type { Finding } from '../../../../../shared/domain/fault.ts';
import { draft, pins, ring } from '../../../../support/world.ts';

test('the smallest draft is read with its defaults filled in', () => {
  const full = { opus: pins.opus, sonnet: pins.sonnet, haiku: pins.haiku };
  const withDefaults = Object.fromEntries(
    Object.entries(full).map(([name, pin]) => [name, { ...pin, context1m: false }]),
  );
  assert.deepEqual(readPolicy(draft()), {
    ok: true,
    value: {
      project: 'acme-claude',
      location: 'global',
      lock: false,
      settings: {},
      models: [],
      rings: [{ name: 'everyone', match: ['*'], pins: withDefaults }],
    },
  });
});

const wrong: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['no object', null, ['type ']],
  ['a list', [], ['type ']],
  ['nothing stated', {}, ['type /project', 'type /location', 'type /rings']],
  ['no ring', draft({ rings: [] }), ['value /rings']],
  ['an empty list of selectors', withRing({ match: [] }), ['value /rings/0/match', 'last_ring /rings/0/match']],
  ['a last ring that is not for everyone', withRing({ match: ['domain:a.test'] }), ['last_ring /rings/0/match']],
  [
    'everyone in an earlier ring only',
    draft({ rings: [ring({ name: 'a' }), ring({ match: ['domain:a.test'] })] }),
    ['last_ring /rings/1/match'],
  ],
  [
    'a name used thrice',
    draft({ rings: [ring({ match: ['domain:a.test'] }), ring({ match: ['domain:b.test'] }), ring()] }),
    ['ring_name_taken /rings/1/name', 'ring_name_taken /rings/2/name'],
  ],
  ['a ring name with a slash', withRing({ name: 'a/b' }), ['value /rings/0/name']],
  ['unknown keys', draft({ a: 1, 'b/~': 1 }), ['key_unknown /a', 'key_unknown /b~1~0']],
  ['an unknown key of a ring', withRing({ pin: {} }), ['key_unknown /rings/0/pin']],
  [
    'an unknown key of a pin',
    withRing({ pins: { opus: { ...pins.opus, region: 'us' } } }),
    ['key_unknown /rings/0/pins/opus/region'],
  ],
  ['an unknown family', withRing({ pins: { mythos: pins.opus } }), ['key_unknown /rings/0/pins/mythos']],
  ['a pin that is a string', withRing({ pins: { opus: 'claude-opus-4-8' } }), ['type /rings/0/pins/opus']],
  ['a model that is no id', withRing({ pins: { opus: { model: 'opus' } } }), ['model_id /rings/0/pins/opus/model']],
  [
    'a context1m that is a string',
    withRing({ pins: { opus: { ...pins.opus, context1m: 'yes' } } }),
    ['type /rings/0/pins/opus/context1m'],
  ],
  ['a zone', withRing({ location: 'us-east5-a' }), ['location_form /rings/0/location']],
  ['a project in capitals', draft({ project: 'Acme' }), ['value /project']],
  ['a project that is a path', draft({ project: '../acme-claude' }), ['value /project']],
  ['a line break behind the project', draft({ project: 'acme-claude\n' }), ['value /project']],
  ['an own model that is no id', draft({ models: [{ id: 'gpt-5' }] }), ['model_id /models/0/id']],
  [
    'an own model of a bad version',
    draft({ models: [{ id: 'claude-opus-93', minimumCli: '3.x' }] }),
    ['version_form /models/0/minimumCli'],
  ],
  [
    'an own model served nowhere',
    draft({ models: [{ id: 'claude-opus-93', locations: [] }] }),
    ['value /models/0/locations'],
  ],
  [
    'a variable that is no region variable',
    draft({ models: [{ id: 'claude-opus-93', regionVariable: 'PATH' }] }),
    ['value /models/0/regionVariable'],
  ],
  [
    'a rule without its kind',
    draft({ models: [{ id: 'claude-opus-93', context1m: {} }] }),
    ['value /models/0/context1m/kind'],
  ],
];

test('each thing wrong with a draft has its code and path', async (t) => {
  for (const [what, sent, expected] of wrong) {
    await t.test(what, () =>
      assert.deepEqual(
        findingsOf(sent).map(({ code, path }) => `${code} ${path}`),
        expected,
      ),
    );
  }
});

test('a selector is a person, a domain, a label, a machine or everyone, and nothing that no machine answers to', async (t) => {
  const good = [
    'email:ada@example.com',
    'domain:example.com',
    'label:team=Core',
    'label:a.b_c-d=1.2',
    'machine:Ada-Mac:1',
    '*',
  ];
  const bad = [
    '',
    'ada',
    '**',
    'email:Ada@example.com',
    'email:ada',
    'email:a@b@c',
    'domain:Example.com',
    'domain:',
    'label:team',
  ];
  const worse = [
    'label:=x',
    'label:a=',
    'label:a=b=c',
    'machine:',
    'machine:a b',
    'user:ada',
    'domain:a.test\n',
    ' *',
    '* ',
  ];
  for (const selector of good) {
    await t.test(selector, () => assert.deepEqual(findingsOf(withRing({ match: [selector, '*'] })), []));
  }
  for (const selector of [...bad, ...worse]) {
    await t.test(`not ${JSON.stringify(selector)}`, () => {
      const [finding, ...others] = findingsOf(withRing({ match: ['*', selector] }));
      assert.deepEqual([finding?.code, finding?.path, others], ['value', '/rings/0/match/1', []]);
    });
  }
});

test('whatever is sent, reading answers with a policy or with findings, each with a pointer, a code, a message and a fix', () => {
  const keys = [
    'project',
    'location',
    'rings',
    'match',
    'pins',
    'opus',
    'model',
    'settings',
    'env',
    'models',
    'id',
    'name',
    '0',
  ];
  const path = fc.array(fc.constantFrom(...keys), { maxLength: 5 });
  const junk = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom({ env: { 'a b': 1 } }, [{}], [[]], '\ud800'));
  fc.assert(
    fc.property(path, junk, (where, value) => {
      const sent = planted(structuredClone(draft()), where, value);
      for (const finding of findingsOf(sent)) {
        assert.equal(finding.severity, 'error');
        assert.match(finding.code, /^[a-z][a-z0-9_]+$/);
        assert.match(finding.path, /^(\/.*)?$/s);
        assert.ok(finding.message.length > 0 && finding.fix.length > 0);
      }
    }),
    { numRuns: 1000 },
  );
});

function withRing(over: Record<string, unknown>): Record<string, unknown> {
  return draft({ rings: [ring(over)] });
}

function findingsOf(sent: unknown): readonly Finding[] {
  const read = readPolicy(sent);
  if (read.ok) return [];
  assert.ok(read.fault.code === 'policy_invalid');
  return read.fault.findings;
}

/** The draft with a value put at a path, as far as the path leads. */
function planted(sent: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined || typeof sent !== 'object' || sent === null) return value;
  const inner: unknown = Reflect.get(sent, key);
  Reflect.set(sent, key, rest.length === 0 ? value : planted(inner ?? {}, rest, value));
  return sent;
}
