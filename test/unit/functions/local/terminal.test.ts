// What a local run shows: news, and calls that run as they are shown.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withLocalCalls } from '../../../../functions/local/local-calls.ts';
import { createRolloutTable } from '../../../../functions/local/rollout-table.ts';
import { createTerminalLog, openTerminalChannel } from '../../../../functions/local/terminal.ts';
import { openSqlite } from '../../../../shared/adapters/sqlite.ts';
import type { Rollout } from '../../../../shared/domain/serving/rollout.ts';
import { testKeys } from '../../../support/document-keys.ts';
import { must } from '../../../support/stores.ts';
import { pins, revision } from '../../../support/world.ts';

const at = '2026-11-24T12:00:00.000Z';
const people = ['ada', 'grace'].map((name) => ({ name, email: `${name}@example.com`, token: async () => '' }));

describe('the terminal of a local run', () => {
  test('stays quiet about runs and polls that changed nothing, and shows the others', () => {
    const shown: string[] = [];
    const log = createTerminalLog((text) => shown.push(text));
    log.info('run', { endpoints: 57, confirmations: 0, events: [], published: 0, fault: null });
    log.info('poll', { status: 304, machine: 'laptop-7' });
    assert.deepEqual(shown, []);

    log.info('run', { endpoints: 57, confirmations: 1, events: ['ModelEnabled.x.1'], published: 1, fault: null });
    log.info('run', { endpoints: 57, confirmations: 0, events: [], published: 2, fault: null });
    log.error('run', { endpoints: 0, confirmations: 0, events: [], published: 0, fault: 'store_unavailable' });
    log.info('poll', { status: 200, machine: 'laptop-7' });
    assert.match(shown.join(''), /ModelEnabled.*\n.*published=2\n.*!! run.*store_unavailable\n.*poll.*laptop-7\n$/);
  });

  test('shows each stage of a rollout once, with its share of the machines', async () => {
    const store = openSqlite(':memory:', testKeys);
    const shown: string[] = [];
    const show = createRolloutTable(store, (text) => shown.push(text));
    const publish = (rollouts: Rollout[]) => {
      const value = { revision: revision({ rollouts }) };
      return must(store.commit([{ kind: 'published', id: 'current', expect: 'any', value }]));
    };
    await show();
    await publish([rolloutAt(0)]);
    await show();
    await show();
    await publish([rolloutAt(1)]);
    await show();
    await publish([]);
    await show();
    await store.close();

    assert.equal(shown.length, 2);
    assert.match(shown[0] ?? '', /rollout +ring .*machines +state\n +7 +everyone +opus +\S+ +1 of 3 +5 % +running\n/);
    assert.match(shown[1] ?? '', / 2 of 3 +25 % /);
  });

  test('names a header file of this run in each call, and for an approval that of the other person', async () => {
    const calls: string[] = [];
    const write = (text: string) => calls.push(...text.split('\n').filter((line) => line.includes('curl')));
    const channel = withLocalCalls(openTerminalChannel(write), "/home/o'neil/.pinward", people);
    const option = '-H @"$HOME/.pinward-header"';
    await channel.post({
      urgency: 'calm',
      title: 'Proposal 1 needs a second person',
      summary: 'ada@example.com wants to change the policy.',
      fields: [],
      actions: [
        { text: 'See it:', call: `curl http://x/v1/proposals/1 ${option}` },
        { text: 'Approve it:', call: `curl -X POST http://x/v1/proposals/1/approve ${option}` },
      ],
    });

    assert.deepEqual(
      calls.map((line) => line.slice(line.indexOf('-H'))),
      ["-H @'/home/o'\\''neil/.pinward/admin-header'", "-H @'/home/o'\\''neil/.pinward/grace-header'"],
    );
  });
});

function rolloutAt(stage: number): Rollout {
  const from = { ...pins.opus, context1m: false };
  return {
    ...{ id: 7, ring: 'everyone', family: 'opus', from, to: { ...from, model: 'claude-opus-5-5' } },
    ...{ salt: 'salt-of-the-test', stages: [5, 25, 100], bakeMinutes: 60, abortAtFailurePercent: 10, minReports: 20 },
    ...{ stage, state: 'running', stageSince: at, startedAt: at, endedAt: null, firstRevision: 2 },
    ...{ by: 'ada@example.com', reason: '', forced: null },
  };
}
