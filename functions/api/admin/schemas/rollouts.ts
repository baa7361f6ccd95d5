// Schemas of the calls for upgrades, rollouts, proposals and the freeze.

import { z } from 'zod';
import { PinChange } from '../../../../shared/domain/changes/pin-change.ts';
import { RolloutState } from '../../../../shared/domain/rollouts/rollout-state.ts';
import { Upgrade } from '../../../../shared/domain/rollouts/upgrade.ts';
import { Rollout } from '../../../../shared/domain/serving/rollout.ts';

const reason = z
  .string()
  .max(200, 'at most 200 characters')
  .optional()
  .describe('Why you do this. It is stored and shown.');

export const ReasonQuery = z.strictObject({ reason });

export const BreakGlassQuery = z.strictObject({
  reason: z
    .string('a reason')
    .min(1, 'a reason')
    .max(200, 'at most 200 characters')
    .describe('Why nobody else can approve.'),
  minutes: z.coerce
    .number('minutes, 1 to 1440')
    .int('minutes, 1 to 1440')
    .min(1, 'minutes, 1 to 1440')
    .max(1440, 'minutes, 1 to 1440')
    .default(60)
    .describe('How long the rule is set aside.'),
});

export const ApproveQuery = z.strictObject({
  reason,
  force: z
    .string()
    .min(1, 'a reason')
    .max(200, 'at most 200 characters')
    .optional()
    .describe('Approve the upgrade before it has soaked. The value is your reason, which is recorded.'),
});

const UpgradeReply = Upgrade.extend({
  pinChange: PinChange.nullable().describe(
    'What the upgrade changes: price, minimum Claude Code, retirement. Null when the ring has no such pin.',
  ),
  readyAt: z.iso.datetime().nullable().describe('When the upgrade will have soaked, if the model stays callable.'),
});

export const UpgradesReply = z.strictObject({ frozen: RolloutState.shape.frozen, upgrades: z.array(UpgradeReply) });

const RolloutView = Rollout.extend({ percent: z.int().describe('Percent of the ring that the rollout serves now.') });

export const RolloutsReply = z.strictObject({ rollouts: z.array(RolloutView).describe('Newest first.') });

export const RolloutReply = RolloutView.extend({
  reports: z.int().describe('Estimated number of machines that have reported since the rollout began.'),
  failed: z.int().describe('Estimated number of those that reported a failure.'),
  machines: z
    .array(z.strictObject({ revision: z.int(), served: z.int() }))
    .describe('Estimated number of machines on each revision, of those that polled lately.'),
  reached: z.int().describe('Estimated number of machines that have the new pin, of those that polled lately.'),
  heldBack: z
    .array(z.strictObject({ family: z.string(), machines: z.int() }))
    .describe('Estimated number of machines whose Claude Code is too old for their pin.'),
  standardError: z.number().describe('The relative standard error of every estimate, such as 0.016.'),
});

export const RolloutActionReply = z.strictObject({
  revision: z.int().describe('The current revision.'),
  events: z.array(z.string()).describe('The ids of the events; empty when there was nothing to change.'),
});
