// `.env`, read back by Node's own parser.

import assert from 'node:assert/strict';
import test from 'node:test';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { renderEnv } from '../../../../../../functions/api/polls/render/env.ts';
import { named, nasty, resolution, value } from '../../../../../support/rendered.ts';

test('Node reads back every value that others trip over, but for one with all three kinds of quotes, which is left out', () => {
  const { settings } = resolution({ env: named(nasty) });
  const expected = Object.entries(settings.env).filter(([, text]) => text !== `'"\``);
  assert.equal(expected.length, Object.keys(settings.env).length - 1);
  assert.deepEqual({ ...parseEnv(render(settings.env)) }, Object.fromEntries(expected));
});

test('Node reads back any value that a policy may hold, or the variable is left out as a whole', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
      const env = named(values);
      const read = parseEnv(render(env));
      for (const [name, text] of Object.entries(env)) {
        if (name in read) assert.equal(read[name], text);
        else assert.match(text, /'.*[`"\\]|[`"\\].*'/su);
      }
      assert.deepEqual(
        Object.keys(read).filter((name) => !(name in env)),
        [],
      );
    }),
    { numRuns: 300 },
  );
});

test('what Pinward itself writes is plain, as Docker and systemd need it, and a left-out variable is a comment', () => {
  const { settings } = resolution();
  const plain = Object.entries(settings.env).map(([name, text]) => `${name}=${text}\n`);
  assert.equal(render(settings.env), plain.join(''));
  assert.equal(
    render({ A: `'"\``, B: 'a b', C: "it's", D: `'\``, E: "\\'`" }),
    "# A is left out: its value can't be quoted in this format\nB='a b'\nC=`it's`\nD=\"'`\"\n# E is left out: its value can't be quoted in this format\n",
  );
});

function render(env: Readonly<Record<string, string>>): string {
  return renderEnv({ ...resolution(), settings: { env } });
}
