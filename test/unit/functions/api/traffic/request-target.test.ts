// One form of a request target, whatever way somebody writes it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normaliseTarget } from '../../../../../functions/api/traffic/request-target.ts';

const targets: readonly (readonly [target: string, normal: string | null])[] = [
  ['/v1/policy', '/v1/policy'],
  ['/v1/policy?dry-run', '/v1/policy?dry-run'],
  ['/v1/reports/../policy', '/v1/policy'],
  ['/v1/reports/%2e%2e/policy', '/v1/policy'],
  ['/v1/./policy', '/v1/policy'],
  ['/../../v1/policy', '/v1/policy'],
  ['//v1/policy', '//v1/policy'],
  ['/v1//policy', '/v1//policy'],
  ['http://elsewhere.example/v1/policy?force=x', '/v1/policy?force=x'],
  ['HTTP://elsewhere.example/v1/reports/../policy', '/v1/policy'],
  ['/v1/explain?at=2026-11-24T12:00:00+01:00&x=%2e%2e', '/v1/explain?at=2026-11-24T12:00:00+01:00&x=%2e%2e'],
  ['/v1/%70olicy', '/v1/policy'],
  ['/%761/%50olicy', '/v1/Policy'],
  ['/v1/policy%2F', '/v1/policy%2F'],
  ['/v1/%2570olicy', '/v1/%2570olicy'],
  ['/v1/rings/a%20b/pins/%6fpus', '/v1/rings/a%20b/pins/opus'],
  ['/v1/rings/é@x%40y/pins/%zz', '/v1/rings/%C3%A9@x@y/pins/%25zz'],
  ['*', null],
  ['', null],
  ['elsewhere.example:443', null],
  ['javascript:alert(1)', null],
];

for (const [target, normal] of targets) {
  test(`"${target}" is read as ${normal}`, () => assert.equal(normaliseTarget(target), normal));
}

test('a target in its normal form stays as it is, and has no dot segment', () => {
  const part = fc.constantFrom(
    'v1',
    'policy',
    '..',
    '.',
    '',
    '%2e%2e',
    '%2E',
    'a.b',
    '%zz',
    '%70olicy',
    '%2570',
    '%ff',
    'é',
    ':@',
    '?',
    '?x=../',
    '\\',
    '#',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const normal = normaliseTarget(`/${parts.join('/')}`);

      assert.ok(normal !== null);
      assert.equal(normaliseTarget(normal), normal);
      const path = normal.split('?')[0] ?? '';
      assert.ok(path.split('/').every((segment) => !/^(?:\.|%2e){1,2}$/i.test(segment)));
    }),
  );
});
