// How often one caller may call.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRateLimiter, limits, type RateLimiter } from '../../../../../functions/api/traffic/rate-limit.ts';

const fleet = 'machine';
const build = 'token:build';

describe('a caller', () => {
  let time = 0;
  let rateLimiter: RateLimiter;

  beforeEach(() => {
    time = 1_000_000;
    rateLimiter = createRateLimiter(() => time);
  });

  /** How many are let through before the first that isn't, and what that one is told. */
  function drain(take: () => number): { readonly through: number; readonly seconds: number } {
    for (let through = 0; ; through++) {
      const seconds = take();
      if (seconds > 0) return { through, seconds };
    }
  }

  test('may ask for a machine so often at once, and then at its pace', () => {
    const take = () => rateLimiter.machine(fleet, 'laptop-7');

    assert.deepEqual(drain(take), { through: limits.machine.burst, seconds: 1 });
    time += 500;
    assert.equal(drain(take).through, limits.machine.perSecond / 2);
  });

  test('is held for each machine by itself, and for each credential', () => {
    drain(() => rateLimiter.machine(fleet, 'laptop-7'));

    assert.equal(rateLimiter.machine(fleet, 'laptop-8'), 0);
    assert.equal(rateLimiter.machine(build, 'laptop-7'), 0);
    assert.equal(rateLimiter.caller(fleet), 0);
  });

  test('that ten thousand machines share is never held up when each asks every 24 seconds, all at once, named or not', () => {
    for (const nameOf of [(at: number) => `m-${at}`, () => null]) {
      let held = 0;
      for (let round = 0; round < 10; round++) {
        for (let at = 0; at < 10_000; at++) if (rateLimiter.machine(fleet, nameOf(at)) > 0) held += 1;
        time += 24_000;
      }
      assert.equal(held, 0);
    }
  });

  test('has one bucket for all machines without a name', () => {
    assert.equal(drain(() => rateLimiter.machine(fleet, null)).through, limits.nameless.burst);
  });

  test('may make other calls so often', () => {
    assert.equal(drain(() => rateLimiter.caller(build)).through, limits.caller.burst);
    assert.equal(rateLimiter.caller(fleet), 0);
  });

  test('may name so many new versions of Claude Code, and the known ones on and on', () => {
    let version = 0;
    const drained = drain(() => rateLimiter.version(fleet, `2.1.${version++}`));

    assert.deepEqual(drained, { through: limits.version.burst, seconds: 1 / limits.version.perSecond });
    for (let known = 0; known < limits.version.burst; known++)
      assert.equal(rateLimiter.version(fleet, `2.1.${known}`), 0);
    assert.equal(rateLimiter.version(build, '3.0.0'), 0);
  });

  test('gains nothing from time beyond a full bucket, and loses nothing when a clock is set back', () => {
    const take = () => rateLimiter.machine(fleet, 'laptop-7');
    time += 86_400_000;
    assert.equal(drain(take).through, limits.machine.burst);
    time -= 3_600_000;
    assert.equal(drain(take).through, 0);
    time += 100;
    assert.equal(take(), 0);
  });

  test('can not fill memory with names', () => {
    const before = heapUsed();
    for (let each = 0; each < 300_000; each++) rateLimiter.machine(fleet, `made-up-${each}`);
    for (let each = 0; each < 300_000; each++) rateLimiter.version(`token:${each}`, '2.1.331');

    assert.ok(heapUsed() - before < 60 * 1024 * 1024);
  });
});

/** After what nobody needs any more was collected. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
