// From a JSON schema to values that fit it, and to values of which one place or another doesn't.

import fc from 'fast-check';
import type { Document, Schema } from './document.ts';
import { hostileText, hostileValue } from './hostile.ts';

/** What makes a value of this name mean something to the state that the fuzzer sets up. */
export const examples: Readonly<Record<string, readonly unknown[]>> = {
  model: ['claude-opus-90', 'claude-opus-91', 'claude-opus-92', 'claude-sonnet-90', 'claude-haiku-90@20300101'],
  project: ['acme-claude', 'other-claude'],
  location: ['global', 'us', 'eu', 'us-east5'],
  ring: ['everyone', 'canary'],
  family: ['opus', 'sonnet', 'haiku', 'fable'],
  number: ['1', '2', '3'],
  rollout: ['1', '2'],
  proposal: ['1', '2', '3', '4'],
  file: [`${'ab'.repeat(32)}.sh`, `${'cd'.repeat(32)}.ps1`],
  upgrade: ['everyone.opus.claude-opus-91', 'canary.opus.claude-opus-92', 'everyone.opus.claude-opus-92'],
  name: ['build', 'everyone', 'canary'],
  machine: ['c-1', 'laptop-7'],
  cli: ['3.0.0', '3.1.5', '2.1.331'],
  match: [['*'], ['machine:c-1'], ['domain:example.com', '*']],
  revision: [1, 2],
  outcome: ['applied', 'failed'],
  'dry-run': ['', 'true', 'false'],
  limit: ['1', '200'],
  before: ['2', '9'],
  at: ['2031-05-01T03:00:00Z'],
  owner: [['email:ada@example.com']],
  reader: [['domain:example.com']],
};

/** `spoilt`: one in how many places is hostile; 0 for none. */
export function fromSchema(
  document: Document,
  schema: Schema,
  spoilt: number,
  name = '',
  depth = 0,
): fc.Arbitrary<unknown> {
  const fitting = fittingOf(document, schema, spoilt, name, depth);
  const known = examples[name];
  const likely = known === undefined ? fitting : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, fitting);
  return spoilt === 0 ? likely : fc.oneof({ weight: spoilt, arbitrary: likely }, hostileValue);
}

function fittingOf(
  document: Document,
  schema: Schema,
  spoilt: number,
  name: string,
  depth: number,
): fc.Arbitrary<unknown> {
  if (depth > 8) return fc.constant(null);
  const of = (inner: Schema, key = name) => fromSchema(document, inner, spoilt, key, depth + 1);
  if (schema.$ref !== undefined) {
    const named = document.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    return named === undefined ? fc.constant(null) : fittingOf(document, named, spoilt, name, depth + 1);
  }
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return fc.oneof(...either.map((each) => of(each)));
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, spoilt, of);
    case 'array':
      return fc.array(of(schema.items ?? {}), { maxLength: 3 });
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? 0, -1e9), max: Math.min(schema.maximum ?? 100, 1e9) });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 100, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return hostileValue;
  }
}

function objectOf(
  { properties = {}, required = [], additionalProperties, propertyNames }: Schema,
  spoilt: number,
  of: (schema: Schema, key?: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const entries = Object.entries(properties).map(([key, schema]) => [key, of(schema, key)] as const);
  const stated = fc.record(Object.fromEntries(entries), { requiredKeys: spoilt > 0 ? [] : [...required] });
  const more = typeof additionalProperties === 'object' ? additionalProperties : null;
  if (more === null && spoilt === 0) return stated;
  const keys =
    propertyNames === undefined
      ? fc.string({ maxLength: 8 })
      : of(propertyNames).map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
  const added = fc.dictionary(spoilt === 0 ? keys : fc.oneof(keys, hostileText), of(more ?? {}), { maxKeys: 2 });
  // As entries: `__proto__` must become a key.
  const join = (a: object, b: object) => Object.fromEntries([...Object.entries(a), ...Object.entries(b)]);
  if (more !== null) return fc.tuple(stated, added).map(([a, b]) => join(a, b));
  return fc.oneof(
    { weight: spoilt, arbitrary: stated },
    fc.tuple(stated, added).map(([a, b]) => join(a, b)),
  );
}

function textOf({ pattern, format, maxLength = 20 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.constantFrom('2031-05-01T00:00:00Z', '2026-11-24T12:00:00.000Z');
  if (format === 'date') return fc.constant('2031-05-01');
  if (format === 'email') return fc.constant('ada@example.com');
  if (pattern === undefined) return fc.string({ maxLength: Math.min(maxLength, 20) });
  return fc.constantFrom(...samplesOf(pattern));
}

const sampled = new Map<string, readonly string[]>();

/** Made once for each pattern: to make them for each case takes longer than to ask the service. */
function samplesOf(pattern: string): readonly string[] {
  const known = sampled.get(pattern);
  if (known !== undefined) return known;
  const samples = sample(pattern);
  sampled.set(pattern, samples);
  return samples;
}

function sample(pattern: string): readonly string[] {
  try {
    return fc.sample(fc.stringMatching(new RegExp(pattern), { size: 'small' }), { numRuns: 30, seed: 1 });
  } catch {
    return ['a']; // a pattern that looks ahead
  }
}
