// Events: facts that happened, numbered without gaps and chained by hash. A copy of the chain shows whether an event
// was changed, removed or inserted. The chain head holds the newest hash, and is written in the same commit as each
// event. Only the chain head shows that events are missing at the end.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Availability, BlindArea } from '../availability/availability.ts';
import { PinChange } from '../changes/pin-change.ts';
import { storedConsequences } from '../consequences/cut-consequences.ts';
import { Retirement } from '../models/catalogue-model.ts';
import { families } from '../models/model.ts';
import { AccessChanged } from './access-events.ts';
import { envelope } from './event-envelope.ts';
import {
  ChangeProposed,
  FallbackLost,
  FreezeChanged,
  GlassBroken,
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
    /** The number of values that differ, also those that affect no pin. */
    changes: z.int().nonnegative(),
    pinChanges: z.array(PinChange),
    ...storedConsequences,
  }),
});

const endpointFields = { project: z.string(), location: z.string(), model: z.string() };
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
    /** Locations in which one run found the model newly callable. */
    locations: z.array(z.string()).min(1),
    evidence: z.string(),
    /** Whether the same model was announced less than an hour before, for another location. */
    follows: z.boolean(),
    /** For each pin of an older model of the family in these locations: the pin change that would upgrade it. */
    upgrades: z.array(PinChange),
  }),
});

const ModelLost = z.strictObject({
  ...envelope,
  kind: z.literal('ModelLost'),
  data: z.strictObject({ ...endpointFields, evidence: z.string() }),
});

const PinAtRisk = z.strictObject({
  ...envelope,
  kind: z.literal('PinAtRisk'),
  data: z.strictObject({
    ...endpointFields,
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
  data: z.strictObject({
    areas: z
      .array(BlindArea.pick({ project: true, location: true, verdict: true, cause: true, evidence: true }))
      .min(1),
  }),
});

const ProbeRecovered = z.strictObject({
  ...envelope,
  kind: z.literal('ProbeRecovered'),
  data: z.strictObject({
    /** `isProbed`: false where the probe has nothing to ask any more. */
    areas: z.array(z.strictObject({ project: z.string(), location: z.string(), isProbed: z.boolean() })).min(1),
  }),
});

/** One of sixteen kinds of events. */
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
  GlassBroken,
  FallbackLost,
  AccessChanged,
]);
export type Event = z.infer<typeof Event>;

/** An event that is not in the chain yet. */
export type NewEvent = WithoutEnvelope<Event>;
type WithoutEnvelope<E> = E extends Event ? Omit<E, 'seq' | 'previous' | 'hash'> : never;

/** The number and hash of the newest event. */
export const ChainHead = z.strictObject({ seq: z.int().nonnegative(), hash: z.string().length(64) });
export type ChainHead = z.infer<typeof ChainHead>;

export const emptyChain: ChainHead = { seq: 0, hash: '0'.repeat(64) };

/** The event with its number and hashes, and the chain head after it. */
export function appendEvent(
  chainHead: ChainHead,
  newEvent: NewEvent,
): { readonly event: Event; readonly chainHead: ChainHead } {
  const seq = chainHead.seq + 1;
  const hash = hashOf(seq, chainHead.hash, newEvent);
  return { event: { seq, ...newEvent, previous: chainHead.hash, hash }, chainHead: { seq, hash } };
}

/** The number of the first event that doesn't follow from the event before it; null when the chain is intact. */
export function findBreak(events: readonly Event[], from: ChainHead = emptyChain): number | null {
  let head = from;
  for (const { seq, previous, hash, ...newEvent } of events) {
    if (seq !== head.seq + 1 || previous !== head.hash || hash !== hashOf(seq, previous, newEvent)) return seq;
    head = { seq, hash };
  }
  return null;
}

function hashOf(seq: number, previous: string, newEvent: NewEvent): string {
  const { id, kind, subject, at, by, data } = newEvent;
  return createHash('sha256')
    .update(JSON.stringify([seq, previous, id, kind, subject, at, by, data]))
    .digest('hex');
}
