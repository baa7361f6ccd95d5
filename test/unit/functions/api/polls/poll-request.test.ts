// Reading a poll: exactly what URLSearchParams would give for its two parameters, whatever else the query holds.

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPollRequest } from '../../../../../functions/api/polls/poll-request.ts';

const caller = { name: 'machine', role: 'machine', email: null, labels: {} } as const;

const piece = fc.constantFrom(
  'machine',
  'cli',
  'machines',
  '=',
  '==',
  '&',
  '&&',
  'laptop-7',
  '2.1.331',
  '%6d',
  '+',
  '',
  'x',
);

test('any query gives the machine and the version that URLSearchParams gives, or is refused for one of them', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const query = pieces.join('');
      const parameters = new URLSearchParams(query);
      const [name, cli] = [parameters.get('machine') || null, parameters.get('cli') || null];
      const isValid =
        (name === null || /^[A-Za-z0-9._:-]{1,128}$/.test(name)) &&
        (cli === null || /^\d{1,4}\.\d{1,4}\.\d{1,6}(?:[-+ ].{0,64})?$/.test(cli));

      const read = readQuery(query);

      if (!isValid) assert.equal(read.ok ? null : read.fault.code, 'parameter_invalid');
      else assert.deepEqual(read.ok && [read.value.machine.name, read.value.machine.cli], [name, cli]);
    }),
    { numRuns: 5_000 },
  );
});

test('unknown parameters are ignored, and a query of more than 1 KiB is refused', () => {
  const longest = `machine=laptop-7&padding=${'x'.repeat(1_024 - 'machine=laptop-7&padding='.length)}`;

  const read = readQuery(longest);
  const refused = readQuery(`${longest}x`);

  assert.equal(read.ok && read.value.machine.name, 'laptop-7');
  assert.deepEqual(refused.ok ? null : refused.fault, { code: 'query_too_long', limitBytes: 1_024 });
});

function readQuery(query: string) {
  // Stands for what Node would give, as far as it is read.
  const request = { url: `/v1/pins.sh?${query}`, headers: {} } as unknown as IncomingMessage;
  return readPollRequest(request, caller);
}
