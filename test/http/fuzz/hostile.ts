// What somebody sends who wants to break something: values for any place in a body, texts for any place of a request.

import fc from 'fast-check';
import { textOf } from '../../support/any-text.ts';

/** In every text that must not come back in a header. */
export const marker = 'pwned';

const texts = [
  `a\r\nX-Injected: ${marker}`,
  `a\nSet-Cookie: ${marker}=1`,
  `a","severity":"EMERGENCY","${marker}":"`,
  `=HYPERLINK("https://${marker}.test","x")`,
  `+cmd|' /C ${marker}'!A0`,
  `<!channel> <https://${marker}.test|here> *b* &amp;`,
  `<script>${marker}</script>`,
  `$(${marker}) \`${marker}\` '; ${marker} #`,
  'http://169.254.169.254/computeMetadata/v1/',
  'http://metadata.google.internal@127.0.0.1:1/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:1/_x',
  '../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  'every\u202eeno',
  '\u0435veryone',
  'opus\u200b',
  'nul\u0000nul',
  'sep\u2028sep\u2029sep',
  '\ud800',
  '\udc00\ud800',
  '\ufeffopus',
  'İıſK',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '%',
  '%zz',
  '%00',
  '%0d%0aX-Injected:%20pwned',
  '',
  ' ',
  '*',
  '-1',
  '0',
  '00001',
  '1e3',
  '0x10',
  '999999999999999999999',
  'NaN',
  'x'.repeat(300),
  'x'.repeat(5_000),
];

const values: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  Number.MIN_VALUE,
  -(2 ** 31),
  [],
  {},
  [[]],
  [null],
  JSON.parse('{"__proto__": {"polluted": true}}'),
  JSON.parse('{"constructor": {"prototype": {"polluted": true}}}'),
  JSON.parse('{"toString": 1, "valueOf": 2, "toJSON": 3, "then": 4}'),
  JSON.parse(deepList(500)),
  JSON.parse(deepObject(500)),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: textOf(12) },
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(hostileText, fc.constantFrom(...values));

/** Bodies that are no JSON, or more of it than is wise. */
export const hostileBody: fc.Arbitrary<string> = fc.constantFrom(
  '',
  '{',
  '{"a":}',
  "{'a': 1}",
  '{"a": 1,}',
  '\u0000',
  '{"a": 1} {"b": 2}',
  '[1e999999]',
  '{"a": 1, "a": 2}',
  '\ufeff{}',
  'NaN',
  '"\\ud800"',
  '"',
  'a=b&c=d',
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  '['.repeat(20_000),
  deepList(20_000),
  deepObject(20_000),
  '{"__proto__": {"polluted": true}, "rings": []}',
  `"${'x'.repeat(300_000)}"`,
);

export function deepList(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

export function deepObject(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
