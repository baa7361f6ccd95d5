// What is wrong with a value is told in words for people, by whatever schema.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { readDraft } from '../../../../../shared/domain/policy/read-draft.ts';
import { sentenceOf } from '../../../../../shared/domain/policy/schema-needs.ts';
import { draft } from '../../../../support/world.ts';

const library = /Invalid|received|expected (?:string|number|boolean|object|record|array)|\brecord\b|\bNaN\b/;

for (const [schema, value, sentence] of [
  [z.object({ a: z.string() }), {}, 'it is missing, and needs a text'],
  [z.record(z.string(), z.string()), [], 'needs an object, not a list'],
  [z.array(z.string()), 'x', 'needs a list, not a text'],
  [z.string(), null, 'needs a text, not null'],
  [z.boolean(), 1, 'needs true or false, not a number'],
  [z.number(), true, 'needs a number, not true'],
  [z.enum(['fast', 'slow']), 'quick', 'needs one of fast, slow'],
  [z.literal('fast'), 'slow', 'needs fast'],
  [z.string().min(1), '', 'needs at least 1 character'],
  [z.array(z.string()).max(2), ['a', 'b', 'c'], 'needs at most 2 items'],
  [z.number().positive(), 0, 'needs more than 0'],
  [z.number().int(), 1.5, 'needs a whole number, not a number'],
  [z.number().multipleOf(5), 7, 'needs a multiple of 5'],
  [z.iso.datetime(), 'now', 'needs a time in UTC, such as 2026-11-28T12:00:00Z'],
] as const)
  test(`${JSON.stringify(value)} ${sentence}`, () => {
    const parsed = schema.safeParse(value, { error: sentenceOf });

    assert.equal(parsed.error?.issues[0]?.message, sentence);
  });

test('a schema keeps the words of its own', () => {
  assert.equal(z.string('a reason').safeParse(1, { error: sentenceOf }).error?.issues[0]?.message, 'a reason');
});

test('no finding of a policy, wherever it is damaged, has words of the schema library', () => {
  const paths = pathsOf(draft());
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 1 }), fc.boolean(), (path, value, isRemoved) => {
      const read = readDraft(Policy, damaged(draft(), path, isRemoved ? undefined : value));
      const findings = read.ok || read.fault.code !== 'policy_invalid' ? [] : read.fault.findings;
      for (const { message, fix } of findings) {
        assert.doesNotMatch(message, library);
        assert.doesNotMatch(fix, library);
      }
    }),
    { numRuns: 500 },
  );
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const inner = Object.values(value).flatMap((each, index) => pathsOf(each, [...at, keys[index] ?? '']));
  return [at, ...inner];
}

/** A copy with another value at the path, or without it. */
function damaged(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  if (typeof value !== 'object' || value === null) return value;
  const inner = damaged(Object.getOwnPropertyDescriptor(value, key)?.value, rest, to);
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner };
}
