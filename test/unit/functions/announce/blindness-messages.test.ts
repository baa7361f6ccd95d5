// What people read when the probe sees nothing somewhere, and when that is over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeBlindMessage, composeRecoveredMessage } from '../../../../functions/announce/blindness-messages.ts';

const envelope = {
  seq: 1,
  id: 'x',
  subject: 'probe',
  at: '2026-11-24T12:00:00.000Z',
  by: 'probe',
  previous: '0'.repeat(64),
  hash: '1'.repeat(64),
};
const area = { project: 'acme-labs', location: 'eu', verdict: 'misconfigured', cause: 'api_disabled' } as const;

test('a blind probe says where, in whose words, and each remedy once', () => {
  const areas = [
    { ...area, evidence: 'PERMISSION_DENIED: it is disabled' },
    { ...area, location: 'us', evidence: 'PERMISSION_DENIED: it is disabled' },
    { ...area, project: 'acme-claude', cause: null, verdict: 'unknown' as const, evidence: '' },
  ];
  const message = composeBlindMessage({ ...envelope, kind: 'ProbeBlind', data: { areas } }, 'https://pinward.test');

  assert.equal(message.title, "The probe can't check models of acme-labs in eu, us; acme-claude in eu");
  assert.deepEqual(message.fields, [
    ['acme-labs in eu: api_disabled', 'PERMISSION_DENIED: it is disabled'],
    ['acme-labs in us: api_disabled', 'PERMISSION_DENIED: it is disabled'],
    ['acme-claude in eu: unknown', '(an empty answer)'],
  ]);
  assert.deepEqual(
    message.actions.map(({ call }) => call.replace(/ -H .*/, '')),
    [
      'gcloud services enable aiplatform.googleapis.com --project acme-labs',
      'curl https://pinward.test/v1/availability',
    ],
  );
});

test('more remedies than fit are counted, and a quota project is the one that Google names', () => {
  const areas = Array.from({ length: 8 }, (_, at) => ({ ...area, project: `acme-${at}`, evidence: 'no' }));
  const denied = {
    ...area,
    cause: 'quota_project_denied' as const,
    evidence: 'Caller may not use project acme-bills.',
  };
  const many = composeBlindMessage({ ...envelope, kind: 'ProbeBlind', data: { areas } }, 'https://pinward.test');
  const one = composeBlindMessage(
    { ...envelope, kind: 'ProbeBlind', data: { areas: [denied] } },
    'https://pinward.test',
  );

  assert.match(many.summary, /What has to be done first is below; 3 more commands are for other projects/);
  assert.match(one.actions[0]?.call ?? '', /^gcloud projects add-iam-policy-binding acme-bills /);
});

test('the end of blindness tells apart what is seen again and what is asked no longer', () => {
  const areas = [
    { project: 'acme-labs', location: 'eu', isProbed: true },
    { project: 'acme-labs', location: 'us', isProbed: false },
  ];
  const { title, summary } = composeRecoveredMessage({ ...envelope, kind: 'ProbeRecovered', data: { areas } });

  assert.equal(title, 'The probe checks models of acme-labs in eu again');
  assert.equal(
    summary,
    'It gets answers about models of acme-labs in eu. It no longer has to ask about acme-labs in us.',
  );
});
