// What people are told when somebody gets or loses a role, or a fleet token comes or goes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeMessage } from '../../../../functions/announce/compose-message.ts';
import { Event } from '../../../../shared/domain/events/event.ts';
import { serviceUrl } from '../../../support/policy-changed.ts';

function told(over: object) {
  const data = { number: 7, note: null, granted: [], withdrawn: [], issued: null, revoked: null, ...over };
  const place = { seq: 9, id: 'AccessChanged.access.7', subject: 'access', by: 'ada@example.com' };
  const hashes = { previous: '0'.repeat(64), hash: '0'.repeat(64) };
  return composeMessage(
    Event.parse({ ...place, ...hashes, kind: 'AccessChanged', at: '2026-11-24T12:34:56.000Z', data }),
    serviceUrl,
  );
}

test('a change of roles is told whole, and urgently where owners change', () => {
  const granted = ['owner email:bob@example.com'];
  assert.deepEqual(told({ granted, withdrawn: ['editor email:ed@example.com'], note: 'Bob joins' }), {
    urgency: 'urgent',
    title: 'Roles changed',
    summary: 'ada@example.com published revision 7 of the access. Note: Bob joins',
    fields: [
      ['Granted', 'owner email:bob@example.com'],
      ['Withdrawn', 'editor email:ed@example.com'],
    ],
    actions: [
      {
        text: 'See all roles and fleet tokens:',
        call: 'curl https://pinward.test/v1/access -H @"$HOME/.pinward-header"',
      },
    ],
    footer: `History: 9:${'0'.repeat(64)}`,
  });
  assert.equal(told({ withdrawn: ['owner email:bob@example.com'] })?.urgency, 'urgent');
  assert.equal(told({ granted: ['reader domain:example.com'] })?.urgency, 'calm');
});

test('a fleet token is told by its name', () => {
  assert.equal(told({ issued: 'ci' })?.title, 'Fleet token ci was issued');
  assert.equal(told({ revoked: 'ci' })?.title, 'Fleet token ci was revoked');
});

test('many members are counted instead of listed', () => {
  const granted = Array.from({ length: 300 }, (_, at) => `reader email:a${at}@example.com`);
  const fields = told({ granted })?.fields ?? [];

  assert.equal(fields.length, 11);
  assert.deepEqual(fields.at(-1), ['and 290 more', 'The call below shows all roles.']);
});
