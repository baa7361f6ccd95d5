// Reading a poll: exactly what URLSearchParams would give for its two parameters, whatever else the query holds and whoever asked
// before.

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPollRequestReader } from '../../../../../functions/api/polls/poll-request.ts';

const caller = { name: 'machine', role: 'machine', isPerson: false, email: null, labels: {} } as const;
const person = {
  name: 'ada@example.com',
  role: 'machine',
  isPerson: true,
  email: 'ada@example.com',
  labels: { ring: 'early' },
} as const;

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
        parameters.getAll('machine').length <= 1 &&
        parameters.getAll('cli').length <= 1 &&
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

test('what was read for one caller is not given to another, nor one query for another', () => {
  const read = createPollRequestReader();
  const callers = [caller, person];
  const urls = ['.sh?machine=laptop-7', '.json?machine=laptop-7', '.sh?machine=laptop-8', '.sh'];
  const polls = fc.record({ by: fc.constantFrom(...callers), end: fc.constantFrom(...urls) });
  fc.assert(
    fc.property(fc.array(polls, { minLength: 2, maxLength: 12 }), (sequence) => {
      for (const { by, end } of sequence) {
        const result = read(requestOf(`/v1/pins${end}`), by);
        const { machine, format, key } = result.ok ? result.value : assert.fail();
        const name = /machine=(.*)/.exec(end)?.[1] ?? null;
        const labels = by === person ? '{"ring":"early"}' : '';
        assert.deepEqual(machine, { name, email: by.email, labels: by.labels, cli: null });
        assert.equal(format.extension, end.startsWith('.sh') ? '.sh' : '.json');
        assert.equal(key, [format.extension, '', by.email ?? '', labels, name ?? ''].join('\n'));
      }
    }),
  );
});

test('what agents send is remembered, and nothing that has an unknown parameter or an escape', () => {
  const read = createPollRequestReader();
  const isRemembered = (url: string) => {
    const first = read(requestOf(url), caller);
    return first === read(requestOf(url), caller);
  };
  const usual = [
    '',
    '?machine=laptop-7',
    '?cli=2.1.331',
    '?machine=laptop-7&cli=2.1.331',
    '?cli=2.1.331&machine=a_b.c:d',
  ];
  const others = [
    '?x=1',
    '?machine=laptop-7&x=1',
    '?x=1&machine=laptop-7',
    '?machine=laptop%2D7',
    '?m%61chine=a',
    '?',
    '?&',
  ];

  assert.deepEqual(
    usual.filter((query) => !isRemembered(`/v1/pins.sh${query}`)),
    [],
  );
  assert.deepEqual(
    others.filter((query) => isRemembered(`/v1/pins.sh${query}`)),
    [],
  );
});

test('without an extension, each request is read by its own Accept header', () => {
  const read = createPollRequestReader();
  const formats = ['text/x-fish', 'application/json', 'text/x-fish'].map((accept) => {
    const result = read(requestOf('/v1/pins?machine=laptop-7', { accept }), caller);
    return result.ok && result.value.format.extension;
  });

  assert.deepEqual(formats, ['.fish', '.json', '.fish']);
});

function readQuery(query: string) {
  return createPollRequestReader()(requestOf(`/v1/pins.sh?${query}`), caller);
}

/** Stands for what Node would give, as far as it is read. */
function requestOf(url: string, headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  return { url, headers } as unknown as IncomingMessage;
}
