// What people read about rollouts: what comes next, and what an abort means for the upgrade.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeRolloutMessage } from '../../../../functions/announce/rollout-messages.ts';
import type { Event } from '../../../../shared/domain/events/event.ts';

type Moved = Extract<Event, { kind: 'RolloutMoved' }>;

describe('the message about a rollout', () => {
  test('that starts says when its next stage is, and that an abort also rejects', () => {
    const next = { percent: 50, at: '2026-11-24T12:30:00.000Z' };
    const message = composed({ move: 'started', next });

    assert.match(message.summary, /starts with 10 %.*reaches 50 % on 2026-11-24 at 12:30 UTC at the earliest/);
    assert.match(message.actions[0]?.text ?? '', /reject claude-opus-5-5/);
  });

  test('that is resumed at its last stage says when it completes', () => {
    const message = composed({ move: 'resumed', next: { percent: null, at: '2026-11-24T12:30:00.000Z' } });

    assert.match(message.summary, /completes on 2026-11-24 at 12:30 UTC/);
  });

  test('that is aborted says that its upgrade is rejected, why, and how to offer it again', () => {
    const message = composed({ move: 'aborted', next: null, rejects: true, reason: 'slow' });

    assert.equal(message.summary, 'By ada. Its upgrade is rejected for this ring. Reason: slow');
    assert.match(
      message.actions.map(({ call }) => call).join('\n'),
      /\/v1\/upgrades\/everyone\.opus\.claude-opus-5-5\/reopen/,
    );
  });

  test('whose model was lost does not say that the upgrade is rejected', () => {
    const message = composed({ move: 'aborted', next: null, rejects: false, reason: 'gone' });

    assert.doesNotMatch(JSON.stringify(message), /rejected|reopen/);
  });

  test('of before these facts were kept claims none of them', () => {
    assert.equal(composed({ move: 'paused' }).summary, 'By ada.');
  });
});

function composed(over: Partial<Moved['data']>) {
  const { price, minimumCli, retirement } = { price: null, minimumCli: null, retirement: null };
  const pin = (model: string) => ({ model, location: 'global', context1m: false, price, minimumCli, retirement });
  const pinChange = {
    ring: 'everyone',
    family: 'opus',
    from: pin('claude-opus-4-8'),
    to: pin('claude-opus-5-5'),
  } as const;
  const event: Moved = {
    seq: 1,
    id: 'RolloutMoved.1.2.started',
    kind: 'RolloutMoved',
    subject: 'rollout-1',
    at: '2026-11-24T12:00:00.000Z',
    by: 'ada',
    previous: '0'.repeat(64),
    hash: '0'.repeat(64),
    data: { rollout: 1, move: 'started', percent: 10, pinChange, reason: '', revision: 2, ...over },
  };
  return composeRolloutMessage(event, 'https://pinward.example.com') ?? assert.fail('it is announced');
}
