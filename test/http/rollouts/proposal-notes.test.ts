// Why a proposal was decided as it was: with the proposal, and in the history.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { newFleet } from '../../support/rollout-story.ts';

for (const [verb, state] of [
  ['approve', 'approved'],
  ['reject', 'rejected'],
] as const) {
  test(`the note of who ${state} a proposal is kept beside that of its author`, async () => {
    const fleet = await newFleet();
    await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy({ secondPerson: true }));
    await fleet.ask(
      'ada',
      'PUT',
      '/v1/policy?note=wanted',
      rolloutPolicy({ secondPerson: true, settings: { model: 'opus' } }),
    );
    const decided = await fleet.ask('bob', 'POST', `/v1/proposals/1/${verb}?note=discussed`);
    const { body } = await fleet.ask('ada', 'GET', '/v1/proposals/1');
    const { body: history } = await fleet.ask('ada', 'GET', '/v1/events');
    const event = history.events.find(
      ({ kind, data }: { kind: string; data: { decision?: string } }) =>
        kind === 'ChangeProposed' && data.decision === state,
    );

    assert.equal(decided.status, 200, JSON.stringify(decided.body));
    assert.deepEqual([body.state, body.note, body.decidedNote, body.decidedBy], [state, 'wanted', 'discussed', 'bob']);
    assert.deepEqual([event.by, event.data.note], ['bob', 'discussed']);
  });
}
