// A change that runs, routes or unlocks something is told urgently, with paths and values; nothing else is called that.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeMessage } from '../../../../functions/announce/compose-message.ts';
import { consequencesOf } from '../../../../shared/domain/consequences/consequences.ts';
import { toStored } from '../../../../shared/domain/consequences/cut-consequences.ts';
import type { Message } from '../../../../shared/domain/events/message.ts';
import { changed, serviceUrl } from '../../../support/policy-changed.ts';
import { catalogue, day, pins, policy, ring } from '../../../support/world.ts';

const pilot = ring({
  name: 'pilot',
  match: ['domain:a.test'],
  pins: { ...pins, opus: { model: 'claude-opus-5' } },
});

function told(before: Record<string, unknown>, after: Record<string, unknown>): Message {
  const state = (over: Record<string, unknown>) => ({ policy: policy(over), rollouts: [], callableModels: null });
  const consequences = consequencesOf(state(before), state(after), catalogue, day);
  return composeMessage(changed({ pinChanges: [], ...toStored(consequences) }), serviceUrl);
}

function fieldsOf(message: Message): string {
  return message.fields.map((field) => field.join(' = ')).join('\n');
}

const rows: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>, string, RegExp])[] = [
  [
    'another project of a ring',
    {},
    { rings: [ring({ project: 'other-project' })] },
    'Policy changed: project',
    /project · ring everyone = acme-claude → other-project/,
  ],
  [
    'another project of a ring that loses its pins',
    {},
    { rings: [ring({ project: 'other-project', pins: {} })] },
    'Policy changed: project',
    /acme-claude → other-project/,
  ],
  [
    'a command to run',
    {},
    { settings: { gcpAuthRefresh: 'sh x' } },
    'Policy changed: settings/gcpAuthRefresh',
    /settings\/gcpAuthRefresh · ring everyone = nothing → sh x/,
  ],
  [
    'a ring that takes more machines, to another model',
    { rings: [pilot, ring()] },
    { rings: [{ ...pilot, match: ['domain:a.test', 'domain:b.test'] }, ring()] },
    'Policy changed: ring',
    /from ring everyone to ring pilot, such as those of domain:b.test = everyone → pilot/,
  ],
  [
    'an end of the lock',
    { lock: true },
    {},
    'Policy changed: locked, settings/availableModels',
    /locked · ring everyone = true → false/,
  ],
  [
    'an end of the second person',
    { secondPerson: true },
    {},
    'Policy changed: secondPerson',
    /every change = true → false/,
  ],
];

describe('told urgently, with path and values, is', () => {
  for (const [name, before, after, title, field] of rows) {
    test(name, () => {
      const message = told(before, after);
      assert.equal(message.urgency, 'urgent');
      assert.equal(message.title, title);
      assert.match(fieldsOf(message), field);
    });
  }

  test('both of two at once', () => {
    const after = {
      settings: { gcpAuthRefresh: 'sh x' },
      rings: [{ ...pilot, match: ['domain:a.test', 'label:team=x'] }, ring()],
    };
    const message = told({ rings: [pilot, ring()] }, after);
    assert.equal(message.title, 'Policy changed: ring, settings/gcpAuthRefresh');
  });
});

describe('a flood hides nothing:', () => {
  const variables = (names: string, value: string) =>
    Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`${names}${at}`, value]));
  const small = { project: 'other-project', location: 'us', lock: false, secondPerson: false };
  const before = { lock: true, secondPerson: true };
  const paths = [
    'secondPerson',
    'project',
    'location',
    'locked',
    'settings/gcpAuthRefresh',
    'settings/env/HTTPS_PROXY',
  ];

  test('what governs, runs and routes is told beside a hundred and fifty variables of one kind, which are one entry', () => {
    const env = { ...variables('A', 'x'), HTTPS_PROXY: 'http://x' };
    const fields = fieldsOf(told(before, { ...small, settings: { gcpAuthRefresh: 'sh x', env } }));
    for (const path of paths) assert.match(fields, new RegExp(`^/${path} · `, 'm'));
    assert.match(fields, /^\/settings\/env · ring everyone = \{\} → \{"A0":"x"/m);
    assert.doesNotMatch(fields, /^\/settings\/env\/A/m);
  });

  test('what raises risk and has no room is counted', () => {
    const env = { ...variables('ANTHROPIC_X', 'x'), HTTPS_PROXY: 'http://x' };
    const message = told(before, { ...small, settings: { gcpAuthRefresh: 'sh x', env } });
    for (const path of paths.slice(0, 4)) assert.match(fieldsOf(message), new RegExp(`^/${path} · `, 'm'));
    const counted = message.fields.filter(([name]) => /^and \d+ more that raise risk$/.test(name));
    assert.equal(counted.length, 1);
  });
});

describe('told calmly is', () => {
  test('an announcement of the company', () => {
    const message = told({}, { settings: { companyAnnouncements: ['hello'] } });
    assert.deepEqual([message.urgency, message.title], ['calm', 'Policy changed: settings/companyAnnouncements']);
  });

  test('another name of a ring, and that nothing else differs', () => {
    const message = told({}, { rings: [ring({ name: 'all' })] });
    assert.deepEqual([message.urgency, message.title], ['calm', 'Policy changed: ring']);
  });
});
