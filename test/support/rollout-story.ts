// What the tests of steering tell again and again, on a fleet whose canary ring takes upgrades by itself.

import { openSqlite } from '../../shared/adapters/sqlite.ts';
import type { Store } from '../../shared/ports.ts';
import { testKeys } from './document-keys.ts';
import { Fleet, rolloutPolicy } from './rollout-fleet.ts';

/** Only opus 90 answers, and the probe has seen that. */
export async function newFleet(store: Store = openSqlite(':memory:', testKeys)): Promise<Fleet> {
  const fleet = new Fleet(store);
  fleet.callable.delete('claude-opus-91');
  fleet.callable.delete('claude-opus-92');
  await fleet.ask('ada', 'PUT', '/v1/policy', rolloutPolicy());
  await fleet.probeTwice();
  return fleet;
}

export async function enable(fleet: Fleet, model: string): Promise<void> {
  fleet.callable.add(model);
  await fleet.probeTwice();
}

/** Opus 91 has soaked, and the canary ring's rollout has begun. */
export async function readyToRoll(fleet: Fleet): Promise<void> {
  await enable(fleet, 'claude-opus-91');
  fleet.pass(2);
  await fleet.advance();
}

export async function upgrade(fleet: Fleet, id: string) {
  const { body } = await fleet.ask('ada', 'GET', '/v1/upgrades');
  return body.upgrades.find((each: { id: string }) => each.id === id);
}

/** The share of the rollout under way; null when there is none. */
export async function percent(fleet: Fleet): Promise<number | null> {
  const { body } = await fleet.ask('ada', 'GET', '/v1/rollouts');
  return body.rollouts.find(({ endedAt }: { endedAt: string | null }) => endedAt === null)?.percent ?? null;
}

export async function currentRevision(fleet: Fleet): Promise<number> {
  const published = await fleet.store.read('published', 'current');
  return published.ok ? (published.value?.value.revision.number ?? 0) : 0;
}
