// Events: facts that happened, numbered without gaps and chained by hash, so that a copy of them shows whether one was
// changed, removed or slipped in. The journal document holds the end of the chain and is moved in the same commit; only
// against it can a cut at the end be seen.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Availability } from '../availability/availability.ts';
import { BlindCause } from '../availability/observation.ts';
import { PinChange } from '../changes/pin-change.ts';
import { Retirement } from '../models/catalogue-model.ts';
import { families } from '../models/model.ts';
import { AccessChanged } from './access-events.ts';
import { envelope } from './event-envelope.ts';
import {
  ChangeProposed,
  FallbackLost,
  FreezeChanged,
  RolloutMoved,
  UpgradeDecided,
  UpgradeReady,
} from './rollout-events.ts';

const PolicyChanged = z.strictObject({
  ...envelope,
  kind: z.literal('PolicyChanged'),
  data: z.strictObject({
    revision: z.int().positive(),
    note: z.string().nullable(),
    restores: z.int().positive().nullable(),
    forced: z.string().nullable(),
    /** How many values of the policy differ, whether they affect a pin or not. */
    changes: z.int().nonnegative(),
    pinChanges: z.array(PinChange),
  }),
});

const where = { project: z.string(), location: z.string(), model: z.string() };
const ringAndFamily = z.strictObject({ ring: z.string(), family: z.enum(families) });

const ModelListed = z.strictObject({
  ...envelope,
  kind: z.literal('ModelListed'),
  data: z.strictObject({ model: z.string() }),
});

const ModelEnabled = z.strictObject({
  ...envelope,
  kind: z.literal('ModelEnabled'),
  data: z.strictObject({
    project: z.string(),
    model: z.string(),
    /** Where one run found it newly callable. */
    locations: z.array(z.string()).min(1),
    evidence: z.string(),
    /** Whether people were told of this model less than an hour before, for another location. */
    follows: z.boolean(),
    /** Pins that an older model of the family has in one of these places, and what moving them would mean. */
    upgrades: z.array(PinChange),
  }),
});

const ModelLost = z.strictObject({
  ...envelope,
  kind: z.literal('ModelLost'),
  data: z.strictObject({ ...where, evidence: z.string() }),
});

const PinAtRisk = z.strictObject({
  ...envelope,
  kind: z.literal('PinAtRisk'),
  data: z.strictObject({
    ...where,
    state: Availability.exclude(['enabled', 'unknown']),
    evidence: z.string(),
    pins: z.array(ringAndFamily),
  }),
});

const PinRetiring = z.strictObject({
  ...envelope,
  kind: z.literal('PinRetiring'),
  data: z.strictObject({ model: z.string(), retirement: Retirement, days: z.int(), pins: z.array(ringAndFamily) }),
});

const ProbeBlind = z.strictObject({
  ...envelope,
  kind: z.literal('ProbeBlind'),
  data: z.strictObject({ locations: z.array(z.string()), cause: BlindCause, evidence: z.string() }),
});

const ProbeRecovered = z.strictObject({ ...envelope, kind: z.literal('ProbeRecovered'), data: z.strictObject({}) });

export const Event = z.discriminatedUnion('kind', [
  PolicyChanged,
  ModelListed,
  ModelEnabled,
  ModelLost,
  PinAtRisk,
  PinRetiring,
  ProbeBlind,
  ProbeRecovered,
  UpgradeReady,
  UpgradeDecided,
  RolloutMoved,
  ChangeProposed,
  FreezeChanged,
  FallbackLost,
  AccessChanged,
]);
export type Event = z.infer<typeof Event>;

/** A fact that has no place in the chain yet. */
export type NewEvent = WithoutEnvelope<Event>;
type WithoutEnvelope<E> = E extends Event ? Omit<E, 'seq' | 'previous' | 'hash'> : never;

export const ChainHead = z.strictObject({ seq: z.int().nonnegative(), hash: z.string().length(64) });
export type ChainHead = z.infer<typeof ChainHead>;

export const emptyChain: ChainHead = { seq: 0, hash: '0'.repeat(64) };

/** Gives news its place at the end of the chain. */
export function appendEvent(
  chainHead: ChainHead,
  newEvent: NewEvent,
): { readonly event: Event; readonly chainHead: ChainHead } {
  const seq = chainHead.seq + 1;
  const hash = hashOf(seq, chainHead.hash, newEvent);
  return { event: { seq, ...newEvent, previous: chainHead.hash, hash }, chainHead: { seq, hash } };
}

/** The number of the first event that doesn't follow from the one before it, or null when the chain is whole. */
export function findBreak(events: readonly Event[], from: ChainHead = emptyChain): number | null {
  let end = from;
  for (const { seq, previous, hash, ...newEvent } of events) {
    if (seq !== end.seq + 1 || previous !== end.hash || hash !== hashOf(seq, previous, newEvent)) return seq;
    end = { seq, hash };
  }
  return null;
}

function hashOf(seq: number, previous: string, newEvent: NewEvent): string {
  const { id, kind, subject, at, by, data } = newEvent;
  return createHash('sha256')
    .update(JSON.stringify([seq, previous, id, kind, subject, at, by, data]))
    .digest('hex');
}
