// How many requests may be in flight, of which kind.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import {
  createLoadShedding,
  type LoadShedding,
  maxInFlight,
  type RequestClass,
} from '../../../../../functions/api/traffic/load-shedding.ts';

let overload: LoadShedding;

beforeEach(() => {
  overload = createLoadShedding({ log: { info: () => {}, warn: () => {}, error: () => {} } });
});

function fill(requestClass: RequestClass): number {
  let taken = 0;
  while (taken < 1_000 && overload.acquire(requestClass) === 0) taken += 1;
  return taken;
}

test('an instance has places for logins when refreshes have theirs, and for admins when machines have theirs', () => {
  assert.equal(fill('refresh'), maxInFlight.refresh);
  assert.equal(fill('login'), maxInFlight.login - maxInFlight.refresh);
  assert.equal(fill('report'), maxInFlight.report);
  assert.equal(fill('admin'), maxInFlight.admin);
  assert.equal(fill('riskLowering'), maxInFlight.riskLowering);
  assert.equal(fill('open'), maxInFlight.open);
});

test('an instance gives a place again that was left, and else says when to come back', () => {
  fill('admin');
  const wait = overload.acquire('admin');
  overload.release('admin');

  assert.ok(wait >= 30 && wait <= 90);
  assert.equal(overload.acquire('admin'), 0);
});

test('an instance has fewer places in all than an instance takes at once', () => {
  const terraform = readFileSync('infra/api.tf', 'utf8');
  const concurrency = Number(/max_instance_request_concurrency = (\d+)/.exec(terraform)?.[1]);

  const { refresh: _, ...apart } = maxInFlight;
  const all = Object.values(apart).reduce((sum, each) => sum + each, 0);
  assert.ok(all < concurrency);
  assert.ok(maxInFlight.refresh < maxInFlight.login);
});
