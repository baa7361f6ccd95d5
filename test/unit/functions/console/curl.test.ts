// Commands that the console offers to copy, run by a shell.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { curlOf } from '../../../../functions/console/browser/client/curl.ts';

/** Prints the arguments of curl, each with a zero byte after it. */
const fakeCurl = `curl() { printf '%s\\0' "$@"; }`;
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((each) => !each.includes('\0'));

test('a shell gives curl exactly the call, whatever stands in it', () => {
  fc.assert(
    fc.property(text, text, (note, ifMatch) => {
      const command = curlOf(
        { method: 'PUT', path: `/v1/policy?note=${note}`, ifMatch, body: { note } },
        'https://a.test',
      );
      const printed = execFileSync('sh', ['-c', `${fakeCurl}\n${command}`], { encoding: 'utf8' });

      assert.deepEqual(printed.split('\0').slice(0, -1), [
        '-X',
        'PUT',
        `https://a.test/v1/policy?note=${note}`,
        '-H',
        '@pinward-header',
        '-H',
        `If-Match: ${ifMatch}`,
        '-H',
        'Content-Type: application/json',
        '--data',
        JSON.stringify({ note }),
      ]);
    }),
    { numRuns: 60 },
  );
});
