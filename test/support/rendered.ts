// Resolutions for the tests of rendering: whole ones by resolve, and ones that carry any variables that a policy may hold.

import fc from 'fast-check';
import { extendCatalogue } from '../../shared/domain/models/catalogue.ts';
import type { Policy } from '../../shared/domain/policy/policy.ts';
import { readDraft } from '../../shared/domain/policy/read-draft.ts';
import { Settings } from '../../shared/domain/policy/settings.ts';
import type { Resolution } from '../../shared/domain/serving/resolution.ts';
import { resolve } from '../../shared/domain/serving/resolve.ts';
import { anyText } from './any-text.ts';
import { firstRing, models, policyOfRing } from './invented.ts';
import { day } from './world.ts';

/** The resolution of a policy with these settings, for a current Claude Code. */
export function resolution(
  settings: Record<string, unknown> = {},
  over: Partial<{ cli: string; day: string }> = {},
): Resolution {
  const policy: Policy = policyOfRing({}, { settings });
  const input = {
    policy,
    ring: firstRing(policy),
    selector: '*',
    cli: '3.2.0',
    day,
    callableModels: null,
    reached: [],
    ...over,
  };
  return resolve({ ...input, catalogue: extendCatalogue([], models) });
}

/** Values that some shell, quoting or encoding is known to trip over. */
export const nasty: readonly string[] = [
  '',
  ' ',
  "'",
  "''",
  "it's",
  `'"\``,
  '\\',
  '\\\\',
  "\\'",
  '\\n',
  'trailing\\',
  '$HOME',
  '$' + '{HOME}',
  '$(echo x)',
  '`echo x`',
  '%PATH%',
  '!!',
  '!history',
  '*',
  '?',
  '~',
  '~root',
  '-n',
  '--help',
  '#comment',
  'a #comment',
  ' both ends ',
  'a;b&c|d>e<f',
  '(a)',
  '{a,b}',
  '[a]',
  'a=b',
  '=a',
  '^a^b',
  'é',
  'e\u0301',
  '😀',
  '\u2018a\u2019 \u201ab\u201b',
  '\u201cq\u201d',
  '\u2028\u2029',
  '\ufeff',
  '\u200b',
  '\uf601\ufdd0\uffff',
  '\u{10ffff}',
  'a:b::c:',
  '/usr/local/bin:/bin',
  'C:\\Program Files\\x',
  'x'.repeat(8192),
];

const soup = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      '\\',
      '$',
      '`',
      ' ',
      '%',
      '!',
      '*',
      '~',
      '#',
      '-',
      '\u2019',
      '😀',
      'n',
      '(',
      '{',
      '=',
      ':',
    ),
    { maxLength: 12 },
  )
  .map((marks) => marks.join(''));

/** Any value that a policy accepts: the schema itself says which. */
export const value: fc.Arbitrary<string> = fc
  .oneof(soup, anyText, fc.constantFrom(...nasty))
  .filter((text) => readDraft(Settings, { env: { A: text } }).ok);

/** A batch of values under names of their own; some end in PATH, which fish splits and joins. */
export function named(values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((text, at) => [at % 4 === 3 ? `T${at}_PATH` : `T${at}`, text]));
}
