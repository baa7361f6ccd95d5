// The forms of Claude Code's settings: each takes the values that are made of it, and finds a wrong one wherever it stands.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc, { type Arbitrary } from 'fast-check';
import data from '../../../../../shared/catalogue/settings-keys.json' with { type: 'json' };
import { defectsOf } from '../../../../../shared/domain/policy/known-settings.ts';
import type { ValueForm } from '../../../../../shared/domain/policy/value-form.ts';

const known = Object.values(data.keys).flatMap((keys) => Object.entries<ValueForm>(keys));
const forms: Readonly<Record<string, ValueForm>> = data.forms;
/** No form takes it. */
const wrong = Symbol('wrong');

test('each known setting takes every value that has its form', () => {
  for (const [key, form] of known) {
    fc.assert(
      fc.property(arbitraryOf(form), (value) => {
        assert.deepEqual([...defectsOf(key, value)], [], `${key} ${JSON.stringify(value)}`);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  }
});

test('a wrong value is found wherever it stands in a setting', () => {
  for (const [key, form] of known) {
    fc.assert(
      fc.property(arbitraryOf(form), fc.nat(), (right, at) => {
        const places = placesIn(right);
        const place = places[at % places.length] ?? [];
        const value = replaced(right, place);
        const found = [...defectsOf(key, value)].filter(({ kind }) => kind !== 'unknown');
        assert.ok(found.length > 0 || mayBeFree(form, place), `${key} ${place.join('/')}`);
        for (const { path } of found) assert.deepEqual(path.slice(1), place.slice(0, path.length - 1));
      }),
      { numRuns: 20, endOnFailure: true },
    );
  }
});

/** Values of a form, with text that fits its pattern. */
function arbitraryOf(form: ValueForm): Arbitrary<unknown> {
  if (form.$ref !== undefined) return arbitraryOf(forms[form.$ref] ?? {});
  if (form.anyOf !== undefined) return fc.oneof(...form.anyOf.filter(({ not }) => not === undefined).map(arbitraryOf));
  if (form.const !== undefined) return fc.constant(form.const);
  if (form.enum !== undefined) return fc.constantFrom(...form.enum);
  switch (form.type) {
    case 'string':
      return textOf(form);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'integer':
    case 'number': {
      const { minimum = 0, exclusiveMinimum = minimum - 1, maximum = 1e9 } = form;
      if (maximum <= 1) return fc.constant(1);
      return fc.integer({ min: Math.max(minimum, exclusiveMinimum + 1), max: Math.min(maximum, 1e9) });
    }
    case 'array':
      return fc.array(arbitraryOf(form.items ?? {}), { minLength: form.minItems ?? 0, maxLength: 3 });
    case 'object':
      return objectOf(form);
    default:
      return fc.constant('anything');
  }
}

function textOf({ pattern, format, minLength = 0, maxLength = 64 }: ValueForm): Arbitrary<string> {
  if (format === 'uri') return fc.webUrl();
  if (pattern === undefined) return fc.string({ minLength, maxLength: Math.min(maxLength, 20) });
  // The lookaheads of the one pattern of ours are none that fast-check can make text of.
  if (pattern.includes('(?=')) return fc.constantFrom('Bash', 'Bash(npm (a) *)', 'mcp__a__b', '*', 'Read(./a_b)');
  return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length >= minLength && text.length <= maxLength);
}

function objectOf({ properties = {}, required = [], propertyNames = {}, additionalProperties = {} }: ValueForm) {
  const members = Object.entries(properties).map(([key, inner]) => [key, arbitraryOf(inner ?? {})] as const);
  if (members.length > 0) return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
  const names = arbitraryOf({ type: 'string', ...propertyNames }).filter((name) => name !== '__proto__');
  return fc.dictionary(names.map(String), arbitraryOf(additionalProperties), { maxKeys: 3 });
}

type Place = readonly string[];

/** The paths to a value and to all within it. */
function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner).map((place) => [key, ...place]))];
}

function replaced(value: unknown, [key, ...rest]: Place): unknown {
  if (key === undefined) return wrong;
  if (Array.isArray(value)) return value.with(Number(key), replaced(value[Number(key)], rest));
  return { ...Object(value), [key]: replaced(Object(value)[key], rest) };
}

/** Whether a form, or an alternative of it, takes anything at a place. */
function mayBeFree(form: ValueForm, [key, ...rest]: Place): boolean {
  if (form.$ref !== undefined) return mayBeFree(forms[form.$ref] ?? {}, key === undefined ? [] : [key, ...rest]);
  if (form.anyOf !== undefined)
    return form.anyOf.some((each) => mayBeFree(each, key === undefined ? [] : [key, ...rest]));
  if (form.not !== undefined) return false;
  if (form.type === undefined) return true;
  if (key === undefined) return false;
  if (form.type === 'array') return mayBeFree(form.items ?? {}, rest);
  const { properties = {}, additionalProperties = {} } = form;
  return form.type === 'object' && mayBeFree(properties[key] ?? additionalProperties, rest);
}
