// Events of upgrades, rollouts, proposals and the freeze.

import { z } from 'zod';
import { PinChange } from '../changes/pin-change.ts';
import { storedConsequences } from '../consequences/consequence.ts';
import { families } from '../models/model.ts';
import { envelope } from './event-envelope.ts';

const reason = z.string().max(500);

/** An upgrade has soaked. It waits for an approval, or continues by itself under the rule `auto`. */
export const UpgradeReady = z.strictObject({
  ...envelope,
  kind: z.literal('UpgradeReady'),
  data: z.strictObject({
    upgrade: z.string(),
    rule: z.enum(['approve', 'auto']),
    soakHours: z.int().nonnegative(),
    pinChange: PinChange,
  }),
});

/** A person approved or rejected an upgrade. */
export const UpgradeDecided = z.strictObject({
  ...envelope,
  kind: z.literal('UpgradeDecided'),
  data: z.strictObject({
    upgrade: z.string(),
    ring: z.string(),
    family: z.enum(families),
    model: z.string(),
    /** `proposed`: one person approved it, and a second one must. */
    decision: z.enum(['proposed', 'approved', 'rejected']),
    reason,
  }),
});

/** A rollout started, ended or changed its stage or state. */
export const RolloutMoved = z.strictObject({
  ...envelope,
  kind: z.literal('RolloutMoved'),
  data: z.strictObject({
    rollout: z.int().positive(),
    move: z.enum(['started', 'advanced', 'paused', 'resumed', 'aborted', 'completed']),
    /** The percentage of the ring's machines that it reaches from now on. */
    percent: z.int().min(0).max(100),
    pinChange: PinChange,
    reason,
    /** The number of the revision that the move made. */
    revision: z.int().positive(),
  }),
});

/** A proposal was made or rejected. An approved one is the event `PolicyChanged`. */
export const ChangeProposed = z.strictObject({
  ...envelope,
  kind: z.literal('ChangeProposed'),
  data: z.strictObject({
    proposal: z.int().positive(),
    /** What it would change. */
    kind: z.enum(['policy', 'roles']),
    decision: z.enum(['proposed', 'rejected']),
    ...storedConsequences,
    note: z.string().nullable(),
  }),
});

/** Automatic changes were stopped or allowed again. */
export const FreezeChanged = z.strictObject({
  ...envelope,
  kind: z.literal('FreezeChanged'),
  data: z.strictObject({ frozen: z.boolean(), reason }),
});

/** The rule of the second person was set aside, or holds again. */
export const GlassBroken = z.strictObject({
  ...envelope,
  kind: z.literal('GlassBroken'),
  data: z.strictObject({ isBroken: z.boolean(), until: z.iso.datetime(), reason }),
});

/** Models that were callable for machines with an old CLI, and aren't any more. */
export const FallbackLost = z.strictObject({
  ...envelope,
  kind: z.literal('FallbackLost'),
  data: z.strictObject({ models: z.array(z.string()).min(1), revision: z.int().positive() }),
});
