// Events of upgrades, rollouts, proposals and the freeze.

import { z } from 'zod';
import { PinChange } from '../changes/pin-change.ts';
import { storedConsequences } from '../consequences/cut-consequences.ts';
import { families } from '../models/model.ts';
import { envelope } from './event-envelope.ts';

const reason = z.string().max(800);

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

/** A person approved, rejected or reopened an upgrade, or moved its pin back, which reopens it, too. */
export const UpgradeDecided = z.strictObject({
  ...envelope,
  kind: z.literal('UpgradeDecided'),
  data: z.strictObject({
    upgrade: z.string(),
    ring: z.string(),
    family: z.enum(families),
    model: z.string(),
    /** `proposed`: one person approved it, and a second one must. */
    decision: z.enum(['proposed', 'approved', 'rejected', 'reopened']),
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
    /** The next stage, as in `NextStage`; null at the end. Events of before this field don't have it. */
    next: z.strictObject({ percent: z.int().nullable(), at: z.iso.datetime().nullable() }).nullable().optional(),
    /** Of an abort: whether it also rejected the upgrade. */
    rejects: z.boolean().optional(),
  }),
});

/**
 * A proposal was made or decided. `note` is that of the author, or of who decided. What an approved one changed is in the
 * event `PolicyChanged`.
 */
export const ChangeProposed = z.strictObject({
  ...envelope,
  kind: z.literal('ChangeProposed'),
  data: z.strictObject({
    proposal: z.int().positive(),
    /** What it would change. */
    kind: z.enum(['policy', 'roles']),
    decision: z.enum(['proposed', 'approved', 'rejected']),
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
