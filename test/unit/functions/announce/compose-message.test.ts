// What people are told of an event: who did what, what it costs, how long the old model lasts, and how to undo it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { composeMessage } from '../../../../functions/announce/compose-message.ts';
import type { PinChange, PinState } from '../../../../shared/domain/changes/pin-change.ts';
import type { Message } from '../../../../shared/domain/events/message.ts';
import { changed, moved, next, old, serviceUrl } from '../../../support/policy-changed.ts';

function pinChangeFields(...pinChanges: readonly PinChange[]): Message['fields'] {
  return composeMessage(changed({ pinChanges: [...pinChanges] }), serviceUrl).fields;
}

/** The value of one kind of fact for a single move. */
function factOf(label: string, from: PinState | null, to: PinState | null): string | undefined {
  return pinChangeFields({ ...moved, from, to }).find(([name]) => name === label)?.[1];
}

test('a moved pin is told whole: what, who, when, price, retirement, minimum, and how to undo it', () => {
  assert.deepEqual(composeMessage(changed({ pinChanges: [moved, { ...moved, ring: 'pilot' }] }), `${serviceUrl}/`), {
    urgency: 'calm',
    title: 'opus moves to claude-opus-5-5',
    summary: 'ada@example.com published revision 42 on 2026-11-24 12:34 UTC; 1 value changed.',
    fields: [
      ['opus · ring everyone, pilot', 'claude-opus-4-8 in global → claude-opus-5-5 in global'],
      ['Price per million tokens', 'claude-opus-5-5 in global: input $5 → $6 (+20%), output $25 → $20 (−20%)'],
      ['Retirement', 'Google promises claude-opus-4-8 until 2027-05-28'],
      ['Minimum Claude Code', '2.1.280 for claude-opus-5-5'],
    ],
    actions: [
      {
        text: 'Roll back to revision 41:',
        call: `curl -X POST https://pinward.test/v1/revisions/41/restore -H @"$HOME/.pinward-header" -H 'If-Match: "42"'`,
      },
      {
        text: 'See revision 42:',
        call: 'curl https://pinward.test/v1/revisions/42 -H @"$HOME/.pinward-header"',
      },
    ],
    footer: `History: 9:${'0'.repeat(64)}`,
  });
});

test('the title says what happened', async (t) => {
  const east = { ...old, location: 'us-east5' };
  const sonnet: PinChange = { ...moved, family: 'sonnet' };
  const rows: readonly (readonly [string, Parameters<typeof changed>[0]])[] = [
    ['opus moves to claude-opus-5-5', { pinChanges: [moved, { ...moved, ring: 'pilot', from: east }] }],
    ['opus moves to us-east5', { pinChanges: [{ ...moved, to: east }] }],
    ['opus gets 1M context', { pinChanges: [{ ...moved, to: { ...old, context1m: true } }] }],
    ['opus loses 1M context', { pinChanges: [{ ...moved, from: { ...old, context1m: true }, to: old }] }],
    ['opus is pinned to claude-opus-5-5', { pinChanges: [{ ...moved, from: null }] }],
    ['opus is no longer pinned', { pinChanges: [{ ...moved, to: null }] }],
    ['Policy changed: 2 pins', { pinChanges: [moved, sonnet] }],
    [
      'Policy changed: 3 pins',
      { pinChanges: [moved, { ...moved, ring: 'pilot' }, { ...moved, ring: 'old', to: null }] },
    ],
    ['Policy changed, nothing differs for machines', { pinChanges: [] }],
    ['Rolled back to revision 40', { restores: 40 }],
    ['Rolled back to revision 40', { restores: 40, pinChanges: [] }],
  ];
  for (const [title, over] of rows) {
    await t.test(title, () => assert.equal(composeMessage(changed(over), serviceUrl).title, title));
  }
});

test('the summary carries the note and how much differs', () => {
  const { summary } = composeMessage(changed({ note: 'as agreed on <!channel>', changes: 3 }), serviceUrl);
  assert.match(summary, /; 3 values changed\. Note: as agreed on <!channel>$/);
});

test('the first revision offers no way back', () => {
  const { actions } = composeMessage(changed({ revision: 1 }), serviceUrl);
  assert.deepEqual(
    actions.map(({ text }) => text),
    ['See revision 1:'],
  );
});

test('families are told together only where the very same rings make the very same move', () => {
  const sonnet: PinChange = { ...moved, family: 'sonnet' };
  const labels = (...pinChanges: readonly PinChange[]) =>
    pinChangeFields(...pinChanges)
      .map(([label]) => label)
      .filter((label) => label.includes('ring'));
  assert.deepEqual(labels(moved, sonnet), ['opus, sonnet · ring everyone']);
  assert.deepEqual(labels(moved, { ...sonnet, ring: 'pilot' }), ['opus · ring everyone', 'sonnet · ring pilot']);
  assert.deepEqual(labels(moved, { ...moved, ring: 'pilot', from: null }), [
    'opus · ring everyone',
    'opus · ring pilot',
  ]);
});

test('1M context is told with the model that has it', () => {
  const fields = pinChangeFields({ ...moved, to: { ...old, context1m: true } });
  assert.equal(fields[0]?.[1], 'claude-opus-4-8 in global → claude-opus-4-8 with 1M context in global');
});

test('of many rings the first are named and the others counted', () => {
  const pinChanges = Array.from({ length: 9 }, (_, at) => ({ ...moved, ring: `r${at}` }));
  assert.equal(pinChangeFields(...pinChanges)[0]?.[0], 'opus · ring r0, r1, r2, r3, r4, r5, and 3 more');
});

test('a price is told with its difference, and as unknown where it is', async (t) => {
  const of = (price: PinState['price']): PinState => ({ ...old, price });
  const rows: readonly (readonly [PinState | null, PinState | null, string | undefined])[] = [
    [of({ input: 0.8, output: 4 }), of({ input: 1, output: 4 }), 'input $0.80 → $1 (+25%), output $4 → $4 (±0%)'],
    [
      of({ input: 5, output: 25 }),
      of({ input: 5.5, output: 27.5 }),
      'input $5 → $5.50 (+10%), output $25 → $27.50 (+10%)',
    ],
    [old, old, 'input $5, output $25, unchanged'],
    [null, of({ input: 0.275, output: 1.1 }), 'input $0.275, output $1.10'],
    [of(null), old, 'input $5, output $25; the earlier price is unknown'],
    [old, of(null), 'price unknown'],
    [null, of(null), 'price unknown'],
    [old, null, undefined],
  ];
  for (const [from, to, told] of rows) {
    await t.test(told ?? 'nothing of a pin that is gone', () => {
      const expected = told === undefined ? undefined : `claude-opus-4-8 in global: ${told}`;
      assert.equal(factOf('Price per million tokens', from, to), expected);
    });
  }
});

test('the retirement told is that of the model left or kept', async (t) => {
  const of = (kind: 'not_sooner_than' | 'shut', date: string): PinState => ({ ...old, retirement: { kind, date } });
  const rows: readonly (readonly [PinState | null, string | undefined])[] = [
    [of('not_sooner_than', '2026-11-24'), 'Google promises claude-opus-4-8 until 2026-11-24'],
    [of('not_sooner_than', '2026-11-23'), 'Google promised claude-opus-4-8 only until 2026-11-23'],
    [of('shut', '2026-11-24'), 'Google shut down claude-opus-4-8 on 2026-11-24'],
    [of('shut', '2026-11-25'), 'Google shuts down claude-opus-4-8 on 2026-11-25'],
    [{ ...old, retirement: null }, 'claude-opus-4-8: date unknown'],
    [null, undefined],
  ];
  for (const [from, told] of rows) {
    await t.test(told ?? 'nothing where no model was', () => {
      assert.equal(factOf('Retirement', from, next), told);
      assert.equal(factOf('Retirement', from, { ...old, location: 'us-east5' }), told);
    });
  }
});

test('the minimum Claude Code is that of a model that is new there', () => {
  assert.equal(factOf('Minimum Claude Code', old, { ...next, minimumCli: null }), 'unknown for claude-opus-5-5');
  assert.equal(factOf('Minimum Claude Code', old, { ...old, location: 'us-east5' }), undefined);
  assert.equal(factOf('Minimum Claude Code', old, null), undefined);
});

test('moves come before their details, and of very many facts the rest is counted', () => {
  const locations = Array.from({ length: 19 }, (_, at) => ({ ...old, location: `us-east${at}` }));
  const fields = pinChangeFields(...locations.map((from, at) => ({ ...moved, ring: `r${at}`, from })));
  assert.equal(fields.length, 21);
  assert.ok(fields.slice(0, 19).every(([label], at) => label === `opus · ring r${at}`));
  assert.deepEqual(fields.at(-1), ['and 2 more', 'The revision shows all of them.']);
});
