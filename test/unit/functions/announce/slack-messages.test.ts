// What is told of an event, as Slack gets it: whatever names, notes and models hold.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { composeMessage } from '../../../../functions/announce/compose-message.ts';
import { payloadOf } from '../../../../shared/adapters/slack-blocks.ts';
import type { PinChange, PinState } from '../../../../shared/domain/changes/pin-change.ts';
import { families } from '../../../../shared/domain/models/model.ts';
import { textOf } from '../../../support/any-text.ts';
import { callsIn, liveMarkup, SlackPayload } from '../../../support/fakes/block-kit.ts';
import { changed, old, serviceUrl } from '../../../support/policy-changed.ts';

const pinState: fc.Arbitrary<PinState> = fc.record({
  model: textOf(20),
  location: textOf(20),
  context1m: fc.boolean(),
  price: fc.option(
    fc.record({
      input: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
      output: fc.double({ min: 1, max: 9, noNaN: true }),
    }),
  ),
  minimumCli: fc.option(textOf(9)),
  retirement: fc.constantFrom(old.retirement, null),
});
const pinChange: fc.Arbitrary<PinChange> = fc.record({
  ring: textOf(40),
  family: fc.constantFrom(...families),
  from: fc.option(pinState),
  to: fc.option(pinState),
});

test('whatever an event holds, Slack takes what is told and finds no markup in it', () => {
  fc.assert(
    fc.property(fc.array(pinChange, { maxLength: 40 }), fc.option(textOf(500)), (pinChanges, note) => {
      const message = composeMessage(changed({ pinChanges, note }), serviceUrl);
      assert.ok(message.fields.length <= 21);
      const payload = SlackPayload.parse(payloadOf(message));
      assert.deepEqual(liveMarkup(payload), []);
      assert.deepEqual(
        callsIn(payload),
        message.actions.map(({ call }) => call),
      );
    }),
  );
});
