// The request to probe more: what is asked for, for how long, and when.

import assert from 'node:assert/strict';
import test from 'node:test';
import {
  addRequested,
  nextProbeDue,
  ProbeRequest,
  requestedEndpoints,
  unprobedEndpoints,
} from '../../../../../shared/domain/probe/probe-request.ts';
import { cell, matrix, policy } from '../../../../support/world.ts';

const now = '2026-11-24T12:00:00.000Z';
const tomorrow = '2026-11-25T12:00:00.000Z';
const endpoint = (model: string) => ({ project: 'acme-labs', location: 'eu', model });

test('only what never answered is unprobed: not what answered no', () => {
  const known = matrix([
    cell('claude-opus-4-8'),
    cell('claude-sonnet-4-6', { state: 'not_enabled' }),
    cell('claude-haiku-4-5@20251001', { state: 'unknown', answeredAt: null }),
  ]);

  assert.deepEqual(
    unprobedEndpoints(policy(), known).map(({ model }) => model),
    ['claude-haiku-4-5@20251001'],
  );
  assert.equal(unprobedEndpoints(policy(), null).length, 3);
});

test('a request is asked about for a day, and a new one keeps it as long', () => {
  const first = addRequested(null, [endpoint('claude-opus-5')], now);
  const second = addRequested(first, [endpoint('claude-opus-4-8')], '2026-11-25T11:00:00.000Z');

  assert.deepEqual(requestedEndpoints(second, '2026-11-25T11:59:59.999Z').length, 2);
  assert.deepEqual(requestedEndpoints(second, tomorrow), [endpoint('claude-opus-4-8')]);
  assert.deepEqual(addRequested(second, [], tomorrow).endpoints.length, 1, 'what has passed is not stored again');
  assert.deepEqual(requestedEndpoints(null, now), []);
});

test('an endpoint that is wanted twice is asked about once, from the second time on for a day', () => {
  const first = addRequested(null, [endpoint('claude-opus-5')], now);
  const { endpoints } = addRequested(first, [endpoint('claude-opus-5')], '2026-11-25T11:00:00.000Z');

  assert.deepEqual(endpoints, [{ ...endpoint('claude-opus-5'), at: '2026-11-25T11:00:00.000Z' }]);
});

test('a request never grows beyond what a run can ask, keeps the newest, and can be stored', () => {
  const many = Array.from({ length: 300 }, (_, at) => endpoint(`claude-opus-${Math.floor(at / 50) + 6}-${at % 50}`));
  const full = addRequested(null, many, now);
  const { endpoints } = addRequested(full, [endpoint('claude-opus-5')], tomorrow.replace('25', '24'));

  assert.equal(full.endpoints.length, 200);
  assert.ok(endpoints.some(({ model }) => model === 'claude-opus-5'));
  assert.deepEqual(ProbeRequest.parse(full), full);
});

test('the next run is due a quarter of an hour after the last one, or from now when that is late', () => {
  assert.equal(nextProbeDue('2026-11-24T11:50:00.000Z', now), '2026-11-24T12:05:00.000Z');
  assert.equal(nextProbeDue('2026-11-24T11:00:00.000Z', now), '2026-11-24T12:15:00.000Z');
  assert.equal(nextProbeDue(null, now), '2026-11-24T12:15:00.000Z');
});
