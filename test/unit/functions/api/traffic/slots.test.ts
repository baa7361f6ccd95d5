// How many requests may be in flight, of which kind.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import {
  createOverload,
  type Overload,
  places,
  type Share,
} from '../../../../../functions/api/traffic/load-shedding.ts';

let overload: Overload;

beforeEach(() => {
  overload = createOverload({ log: { info: () => {}, warn: () => {}, error: () => {} } });
});

function fill(share: Share): number {
  let taken = 0;
  while (taken < 1_000 && overload.enter(share) === 0) taken += 1;
  return taken;
}

test('an instance has places for logins when refreshes have theirs, and for admins when machines have theirs', () => {
  assert.equal(fill('refresh'), places.refresh);
  assert.equal(fill('login'), places.login - places.refresh);
  assert.equal(fill('other'), places.other);
  assert.equal(fill('admin'), places.admin);
});

test('an instance gives a place again that was left, and else says when to come back', () => {
  fill('admin');
  const wait = overload.enter('admin');
  overload.leave('admin');

  assert.ok(wait >= 30 && wait <= 90);
  assert.equal(overload.enter('admin'), 0);
});

test('an instance has fewer places in all than an instance takes at once', () => {
  const terraform = readFileSync('infra/api.tf', 'utf8');
  const concurrency = Number(/max_instance_request_concurrency = (\d+)/.exec(terraform)?.[1]);

  assert.ok(places.login + places.admin + places.other < concurrency);
  assert.ok(places.refresh < places.login);
});
