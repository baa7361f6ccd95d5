// What Slack shows of a message: within its limits and without markup, whatever somebody wrote.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { payloadOf } from '../../../../shared/adapters/slack-blocks.ts';
import type { Message } from '../../../../shared/domain/events/message.ts';
import { anyMessage, hostile } from '../../../support/any-message.ts';
import { textOf } from '../../../support/any-text.ts';
import { callsIn, liveMarkup, SlackPayload, shownBy } from '../../../support/fakes/block-kit.ts';

const calm: Message = {
  urgency: 'calm',
  title: 'opus moves to claude-opus-5-5',
  summary: 'ada@example.com published revision 42 on 2026-11-24 12:00 UTC; 1 value differs.',
  fields: [
    ['opus · ring everyone', 'claude-opus-4-8 in global → claude-opus-5-5 in global'],
    ['Minimum Claude Code', '2.1.280 for claude-opus-5-5'],
  ],
  actions: [{ text: 'Roll back to revision 41:', call: `curl -X POST https://p.test -H 'If-Match: "42"'` }],
};

test('a message reads from top to bottom: title, summary, facts, and each call under its words', () => {
  const payload = SlackPayload.parse(payloadOf(calm));
  const [{ text, call } = { text: '', call: '' }] = calm.actions;
  assert.deepEqual(shownBy(payload), [calm.title, calm.summary, ...calm.fields.flat(), text, call]);
  assert.deepEqual(
    payload.blocks.map(({ type }) => type),
    ['header', 'section', 'section', 'context', 'section'],
  );
  assert.equal(payload.text, `${calm.title}\n${calm.summary}`);
});

test('an urgent message shows a light in its title and in the notification, a calm one does not', () => {
  const urgent = SlackPayload.parse(payloadOf({ ...calm, urgency: 'urgent' }));
  assert.equal(shownBy(urgent)[0], `🚨 ${calm.title}`);
  assert.equal(urgent.text, `🚨 ${calm.title}\n${calm.summary}`);
  assert.doesNotMatch(JSON.stringify(payloadOf(calm)), /🚨/);
});

test('whatever somebody wrote, Slack takes it and finds no markup in it', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      // What is sent is JSON, where a lone surrogate would come through as an escape.
      const payload = SlackPayload.parse(JSON.parse(JSON.stringify(payloadOf(message))));
      assert.deepEqual(liveMarkup(payload), []);
      for (const line of shownBy(payload)) assert.doesNotMatch(line, /[\u202a-\u202e\u2066-\u2069]/);
    }),
    { numRuns: 1000 },
  );
});

test('what fits is shown to the letter, markup included', () => {
  const word = fc
    .array(fc.oneof(fc.constantFrom(...hostile), textOf(6)), { maxLength: 4 })
    .map((parts) =>
      parts
        .join('')
        .replace(/[\p{Cc}\p{Cs}\u2028-\u2029\u202a-\u202e\u2066-\u2069]/gu, '')
        .trim(),
    )
    .filter((text) => text !== '' && !/\s/.test(text) && !text.includes('`'));
  fc.assert(
    fc.property(word, (text) => {
      const message: Message = {
        ...calm,
        title: text,
        summary: text,
        fields: [[text, text]],
        actions: [{ text, call: text }],
      };
      const payload = SlackPayload.parse(payloadOf(message));
      assert.deepEqual(shownBy(payload), [text, text, text, text, text, text]);
      assert.deepEqual(callsIn(payload), [text]);
    }),
  );
});

test('what does not fit is cut with an ellipsis, never within an escape or a pair of surrogates', () => {
  for (const unit of ['x', '&', '🚨', '<>', 'é<🚨']) {
    for (let shift = 0; shift < 6; shift++) {
      const text = `${'.'.repeat(shift)}${unit.repeat(3000)}`;
      const payload = SlackPayload.parse(payloadOf({ ...calm, title: text, summary: text }));
      for (const line of shownBy(payload).slice(0, 2)) {
        assert.ok(line.endsWith('…') && text.startsWith(line.slice(0, -1)), `${unit} at ${shift}: ${line.slice(-9)}`);
      }
    }
  }
});

test('a blank text shows as a dash, since Slack refuses an empty one', () => {
  const payload = SlackPayload.parse(
    payloadOf({ ...calm, title: ' \n', summary: '', fields: [['', '\0']], actions: [] }),
  );
  assert.deepEqual(shownBy(payload), ['—', '—', '—', '—']);
});

test('of too many facts the first are shown, with how many are left out; the actions stay', () => {
  const fields = Array.from({ length: 100 }, (_, at) => [`fact ${at}`, 'x'.repeat(at < 50 ? 10 : 3000)] as const);
  const payload = SlackPayload.parse(payloadOf({ ...calm, fields }));
  const shown = shownBy(payload);
  assert.ok(shown.includes('fact 39') && !shown.includes('fact 40'));
  assert.ok(shown.includes("and 60 more that don't fit here"));
  assert.deepEqual(callsIn(payload), [calm.actions[0]?.call]);
});

test('of too many actions the first are shown, with how many are left out', () => {
  const actions = Array.from({ length: 40 }, (_, at) => ({ text: 'run', call: `call ${at}` }));
  const payload = SlackPayload.parse(payloadOf({ ...calm, fields: [], actions }));
  assert.deepEqual(callsIn(payload).slice(8), ['call 8', 'call 9']);
  assert.ok(shownBy(payload).includes("and 30 more that don't fit here"));
});

test('a call can not end its code block', () => {
  const payload = SlackPayload.parse(payloadOf({ ...calm, actions: [{ text: 'run', call: 'a ``` <!channel> `b`' }] }));
  assert.deepEqual(callsIn(payload), ['a ˋˋˋ <!channel> ˋbˋ']);
});
