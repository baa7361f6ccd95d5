// What the console says of a probe that sees nothing somewhere: as little as people were told, and no more than is known.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blindText } from '../../../../functions/console/browser/screens/availability/blind-text.ts';

const area = { project: 'acme', location: 'eu', runs: 4, misconfiguredRuns: 2, evidence: 'no', isNotified: true };

test('a blind area is named with its cause, or with all that comes back', () => {
  const blind = [
    { ...area, verdict: 'misconfigured' as const, cause: 'api_disabled' as const },
    { ...area, location: 'us', verdict: 'unknown' as const, cause: null },
  ];

  assert.equal(blindText(blind), 'acme in eu: api disabled; acme in us: only answers that are unknown');
});

test('an area that may see again in the next run is not called blind', () => {
  assert.equal(blindText([{ ...area, verdict: 'transient', cause: null, runs: 1, isNotified: false }]), '');
});
