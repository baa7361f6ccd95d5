// Which text has the form of a Vertex location, and what people are told who wrote one wrongly.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { explainLocation, isLocation } from '../../../../../shared/domain/models/location.ts';

test('global, the two multi-regions and anything of the form of a region are locations', () => {
  const regions = [
    'us-east5',
    'europe-west1',
    'asia-southeast1',
    'europe-west12',
    'northamerica-northeast1',
    'me-west1',
  ];
  for (const text of ['global', 'us', 'eu', ...regions]) assert.ok(isLocation(text), text);
});

test('anything else is not, in particular nothing that Claude Code would take as unset or a URL as a path', () => {
  const others = [
    '',
    'asia',
    'us-east5-a',
    'us-east5\n',
    'US',
    'us.east5',
    'us/east5',
    'us east5',
    '..',
    'us-east５',
    'us-east123',
  ];
  for (const text of others) assert.ok(!isLocation(text), JSON.stringify(text));
});

test('whoever writes a location wrongly is told how to write it', async (t) => {
  const general = 'Write "global", "us", "eu" or a region such as "us-east5".';
  const rows = [
    ['us-east5-a', 'Write "us-east5".'],
    ['us-east5a', 'Write "us-east5".'],
    ['europe-west12-c', 'Write "europe-west12".'],
    ['x-east5-a', general],
    ['US', 'Write "us".'],
    [' Global\n', 'Write "global".'],
    ['europe', 'Write "eu".'],
    ['EMEA', 'Write "eu".'],
    ['usa', 'Write "us".'],
    ['', general],
    ['mars', general],
  ] as const;
  for (const [text, fix] of rows) {
    await t.test(JSON.stringify(text), () => assert.equal(explainLocation(text).fix, fix));
  }
});

test('a location has only characters that stand for themselves in a host name and a path, and so has any proposed', () => {
  const piece = fc.constantFrom(
    'us',
    'eu',
    'u',
    'global',
    'East',
    '-',
    'east',
    '5',
    '12',
    'a',
    '/',
    '.',
    '%',
    '\n',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 7 }), (words) => {
      const text = words.join('');
      if (isLocation(text)) assert.doesNotMatch(text, /[^a-z0-9-]/);
      else
        for (const [, proposed = ''] of explainLocation(text).fix.matchAll(/"(.*?)"/gs))
          assert.ok(isLocation(proposed));
    }),
    { numRuns: 2000 },
  );
});
