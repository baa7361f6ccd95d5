// Policies as files: what is read of them, and what of a YAML file stays when it is brought up to date.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readPolicyText, updatePolicyText } from '../../../../functions/cli/policy-file.ts';
import { Policy } from '../../../../shared/domain/policy/policy.ts';
import { textOf } from '../../../support/any-text.ts';
import { draft, pins, policy, ring } from '../../../support/world.ts';

const heading = 'Revision 3 of https://pinward.test/, made by ada';
const tidy = `# Ours
project: acme-claude # billed to research
location: global

rings:
  # The brave
  - name: pilot
    match: ["label:ring=pilot"]
    pins: &newest
      opus: {model: claude-opus-5-5} # since Monday
      sonnet: {model: claude-sonnet-5-5}
  # All others
  - name: everyone
    match: ["*"]
    pins:
      <<: *newest
      haiku: {model: claude-haiku-5-5}
`;
const stated = Policy.parse(draftOf(tidy));

describe('a policy file', () => {
  test('is read as YAML with anchors and merged keys, or as JSON with a byte order mark', () => {
    assert.deepEqual(stated.rings[1]?.pins.opus?.model, 'claude-opus-5-5');
    const json = readPolicyText(`\uFEFF{"project":\n\t"acme"}`, 'json', 'a.json');
    assert.equal(json.ok && json.value.lineOf('/project'), 2);
  });

  test('knows the line of each value, and of the nearest around one that is not there', () => {
    const read = readPolicyText(tidy, 'yaml', 'a.yaml');
    const lines = ['/rings/0/pins/opus/model', '/rings/1/pins/haiku', '/rings/1/pins/opus/model', '/nothing/there'];

    assert.deepEqual(read.ok && lines.map(read.value.lineOf), [10, 17, 16, 1]);
  });

  const unreadable: readonly (readonly [string, string, 'yaml' | 'json', RegExp])[] = [
    ['empty', '# nothing\n', 'yaml', /^f: it is empty/],
    ['cut off', 'a: [1\n', 'yaml', /^f:2: /],
    ['ambiguous', 'a: 1\nb: 2\na: 3\n', 'yaml', /^f:3: Map keys must be unique$/],
    ['ambiguous in JSON', '{"a": 1,\n "a": 2}', 'json', /^f:2: Map keys must be unique$/],
    ['two documents', 'a: 1\n---\nb: 1\n', 'yaml', /^f:2: Source contains multiple documents$/],
    ['an alias of nothing', 'a: *b\n', 'yaml', /^f: Unresolved alias/],
    ['YAML named JSON', 'a: 1\n', 'json', /^f: [\s\S]*not valid JSON/],
    ['a number that JSON lacks', 'a: .nan\n', 'yaml', /JSON can not keep this number exactly/],
    ['a number too large', '{"a": 1e999}', 'json', /JSON can not keep this number exactly/],
    ['a dangerous key', '{"__proto__": {}}', 'json', /the key __proto__ is not allowed/],
  ];
  for (const [name, text, format, title] of unreadable) {
    test(`is not taken when it is ${name}`, () => {
      const read = readPolicyText(text, format, 'f');

      assert.match(read.ok ? 'read' : read.commandError.title, title);
    });
  }

  test('keeps comments, order and style of all that did not change', () => {
    const [pilot, everyone] = stated.rings;
    const haiku = { model: 'claude-haiku-4-5@20251001', context1m: false };
    const moved = { ...stated, rings: [pilot, { ...everyone, pins: { ...everyone?.pins, haiku } }] };
    const { text, how } = updatePolicyText(tidy, Policy.parse(moved), 'yaml', heading);

    assert.equal(how, 'revised');
    assert.equal(text, `# ${heading}\n\n${tidy.replace('claude-haiku-5-5', 'claude-haiku-4-5@20251001')}`);
  });

  test('keeps the comment of a ring with the ring when another comes before it', () => {
    const early = ring({ name: 'early', match: ['machine:one'], pins: {} });
    const { text } = updatePolicyText(
      tidy,
      Policy.parse({ ...stated, rings: [early, ...stated.rings] }),
      'yaml',
      heading,
    );

    assert.match(text, /- name: early[\s\S]+# The brave\n {2}- name: pilot[\s\S]+# All others\n {2}- name: everyone/);
  });

  test('has one heading, however often it is pulled', () => {
    const first = updatePolicyText(tidy, policy(), 'yaml', heading).text;
    const second = updatePolicyText(first, stated, 'yaml', heading.replace('3', '4')).text;

    assert.deepEqual(second.match(/^# Revision \d+/gm), ['# Revision 4']);
  });

  test('is written anew where an anchor would carry the change too far, or nothing can be kept', () => {
    const [pilot, everyone] = stated.rings;
    const opus = { model: 'claude-opus-4-8', context1m: false };
    const moved = Policy.parse({ ...stated, rings: [{ ...pilot, pins: { ...pilot?.pins, opus } }, everyone] });

    for (const old of [tidy, 'a: [1\n', '', 'project: 5\n']) {
      const { text, how } = updatePolicyText(old, moved, 'yaml', heading);
      assert.equal(how, 'written');
      assert.deepEqual(Policy.parse(draftOf(text)), moved);
    }
  });

  test('says what it was told, whatever it said before: in either format, with any text', () => {
    fc.assert(
      fc.property(somePolicy, somePolicy, fc.constantFrom('yaml', 'json'), (before, after, format) => {
        const old = updatePolicyText(null, before, format, heading).text;
        const { text } = updatePolicyText(old, after, format, heading);
        const bytes = Buffer.from(text).toString();

        const read = readPolicyText(bytes, format, 'f');
        assert.ok(read.ok, bytes);
        assert.deepEqual(Policy.parse(read.value.draft), after);
        assert.equal(updatePolicyText(bytes, after, format, heading).how, 'same');
      }),
    );
  });
});

const someRing = fc.record(
  {
    name: fc.constantFrom('alpha', 'beta', 'gamma', 'no', 'null', 'y'),
    match: fc.subarray(['machine:1e3', 'machine:0x10', 'email:a@example.com', 'label:a=yes'], { minLength: 1 }),
    lock: fc.boolean(),
    pins: fc.subarray(Object.entries(pins)).map((entries) => Object.fromEntries(entries)),
  },
  { requiredKeys: ['name', 'match', 'pins'] },
);
const somePolicy = fc
  .record({
    rings: fc.uniqueArray(someRing, { maxLength: 3, selector: ({ name }) => name }).map((rings) => [...rings, ring()]),
    lock: fc.boolean(),
    settings: fc.record({ companyAnnouncements: fc.array(textOf(30), { maxLength: 3 }) }),
  })
  .map((over) => Policy.safeParse(draft(over)).data)
  .filter((parsed): parsed is Policy => parsed !== undefined);

function draftOf(text: string): unknown {
  const read = readPolicyText(text, 'yaml', 'f');
  assert.ok(read.ok);
  return read.value.draft;
}
