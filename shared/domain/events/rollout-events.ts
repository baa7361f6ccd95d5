// Events of change under way: upgrades, rollouts, proposals, and the freeze.

import { z } from 'zod';
import { PinChange } from '../changes/pin-change.ts';
import { families } from '../models/model.ts';
import { envelope } from './event-envelope.ts';

const reason = z.string().max(500);

/** An upgrade has soaked and waits for approval, or goes on by itself where the rule is `auto`. */
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

export const UpgradeDecided = z.strictObject({
  ...envelope,
  kind: z.literal('UpgradeDecided'),
  data: z.strictObject({
    upgrade: z.string(),
    ring: z.string(),
    family: z.enum(families),
    model: z.string(),
    /** `proposed`: a second person must approve it, too. */
    decision: z.enum(['proposed', 'approved', 'rejected']),
    reason,
  }),
});

export const RolloutMoved = z.strictObject({
  ...envelope,
  kind: z.literal('RolloutMoved'),
  data: z.strictObject({
    rollout: z.int().positive(),
    move: z.enum(['started', 'advanced', 'paused', 'resumed', 'aborted', 'completed']),
    /** Percent of the ring's machines that it serves from now on. */
    percent: z.int().min(0).max(100),
    pinChange: PinChange,
    reason,
    /** The revision that it made. */
    revision: z.int().positive(),
  }),
});

/** A change of the policy that raises risk waits for a second person, or was decided on. */
export const ChangeProposed = z.strictObject({
  ...envelope,
  kind: z.literal('ChangeProposed'),
  data: z.strictObject({
    proposal: z.int().positive(),
    decision: z.enum(['proposed', 'rejected']),
    risks: z.array(z.string()),
    note: z.string().nullable(),
  }),
});

export const FreezeChanged = z.strictObject({
  ...envelope,
  kind: z.literal('FreezeChanged'),
  data: z.strictObject({ frozen: z.boolean(), reason }),
});

/** Models that machines with an old CLI were served instead of their pin, and that are no longer callable. */
export const FallbackLost = z.strictObject({
  ...envelope,
  kind: z.literal('FallbackLost'),
  data: z.strictObject({ models: z.array(z.string()).min(1), revision: z.int().positive() }),
});
