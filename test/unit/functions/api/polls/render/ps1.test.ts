// `.ps1`. No PowerShell runs here: a small parser of its single-quoted strings, written from the language's grammar
// (about_Quoting_Rules; all of ' ‘ ’ ‚ ‛ are quotes, and two in a row are one), reads the text in its place.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { renderPs1 } from '../../../../../../functions/api/polls/render/ps1.ts';
import { named, nasty, resolution, value } from '../../../../../support/rendered.ts';

const quotes = new Set(["'", '\u2018', '\u2019', '\u201a', '\u201b']);

test('by a parser of our own, PowerShell reads back every value that others trip over', () => {
  const { settings } = resolution({ env: named(nasty) });
  assert.deepEqual(parsePs1(render(settings.env)), settings.env);
});

test('by a parser of our own, PowerShell reads back any value that a policy may hold', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
      assert.deepEqual(parsePs1(render(named(values))), named(values));
    }),
    { numRuns: 300 },
  );
});

test('`.ps1` is one assignment a line', () => {
  assert.equal(render({ A: "it's \u2019", B: '$x' }), `$env:A = 'it''s \u2019\u2019'\n$env:B = '$x'\n`);
});

function render(env: Readonly<Record<string, string>>): string {
  return renderPs1({ ...resolution(), settings: { env } });
}

/** The variables that a script of `$env:NAME = 'value'` lines sets; throws on anything else. */
function parsePs1(script: string): Record<string, string> {
  const characters = [...script];
  const env: Record<string, string> = {};
  let at = 0;
  while (at < characters.length) {
    const head = /^\$env:([A-Za-z_]\w*) = /.exec(characters.slice(at, at + 160).join(''));
    assert.ok(head?.[1] !== undefined, `no assignment at ${at}`);
    const [text, end] = parseString(characters, at + head[0].length);
    env[head[1]] = text;
    assert.equal(characters[end], '\n', `something behind the string at ${end}`);
    at = end + 1;
  }
  return env;
}

/** The string that begins at a quote, and where what is behind it begins. */
function parseString(characters: readonly string[], start: number): [string, number] {
  assert.ok(quotes.has(characters[start] ?? ''), `no string at ${start}`);
  let text = '';
  for (let at = start + 1; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (!quotes.has(character)) text += character;
    else if (quotes.has(characters[at + 1] ?? '')) text += characters[at++];
    else return [text, at + 1];
  }
  throw new Error(`the string at ${start} has no end`);
}
