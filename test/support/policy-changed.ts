// A change of the policy as an event: one pin moved from an old model to the next, with only what a test says otherwise.

import type { PinChange, PinState } from '../../shared/domain/changes/pin-change.ts';
import { Event } from '../../shared/domain/events/event.ts';

export const serviceUrl = 'https://pinward.test';
export const old: PinState = {
  model: 'claude-opus-4-8',
  location: 'global',
  context1m: false,
  price: { input: 5, output: 25 },
  minimumCli: '2.1.154',
  retirement: { kind: 'not_sooner_than', date: '2027-05-28' },
};
export const next: PinState = {
  model: 'claude-opus-5-5',
  location: 'global',
  context1m: false,
  price: { input: 6, output: 20 },
  minimumCli: '2.1.280',
  retirement: null,
};
export const moved: PinChange = { ring: 'everyone', family: 'opus', from: old, to: next };

type PolicyChanged = Extract<Event, { kind: 'PolicyChanged' }>;

export function changed(over: Partial<PolicyChanged['data']> = {}): PolicyChanged {
  const told = { changes: 1, pinChanges: [moved], consequences: [], moreConsequences: 0 };
  const data = { revision: 42, note: null, restores: null, forced: null, ...told, ...over };
  const endpoint = { seq: 9, id: `PolicyChanged.policy.${data.revision}`, subject: 'policy', by: 'ada@example.com' };
  const hashes = { previous: '0'.repeat(64), hash: '0'.repeat(64) };
  const event = Event.parse({ ...endpoint, ...hashes, kind: 'PolicyChanged', at: '2026-11-24T12:34:56.000Z', data });
  if (event.kind !== 'PolicyChanged') throw new Error('it was parsed as another kind');
  return event;
}
