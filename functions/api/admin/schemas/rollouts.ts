// What goes over the wire in the calls that steer change.

import { z } from 'zod';
import { PinChange } from '../../../../shared/domain/changes/pin-change.ts';
import { Proposal } from '../../../../shared/domain/changes/proposal.ts';
import { RolloutState } from '../../../../shared/domain/rollouts/rollout-state.ts';
import { Upgrade } from '../../../../shared/domain/rollouts/upgrade.ts';
import { Rollout } from '../../../../shared/domain/serving/rollout.ts';

const reason = z.string().max(200).optional().describe('Why; kept and shown.');

export const ReasonQuery = z.strictObject({ reason });

export const ApproveQuery = z.strictObject({
  reason,
  force: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Approve before it has soaked, for this reason; it is recorded.'),
});

const UpgradeReply = Upgrade.extend({
  pinChange: PinChange.nullable().describe(
    'What moving to it means: price, minimum CLI, retirement; null without such a pin.',
  ),
  readyAt: z.iso.datetime().nullable().describe('When it will have soaked, if it stays callable.'),
});

export const UpgradesReply = z.strictObject({ frozen: RolloutState.shape.frozen, upgrades: z.array(UpgradeReply) });

const RolloutView = Rollout.extend({ percent: z.int().describe('Percent of the ring that it serves now.') });

export const RolloutsReply = z.strictObject({ rollouts: z.array(RolloutView).describe('Newest first.') });

export const RolloutReply = RolloutView.extend({
  reports: z.int().describe('Machines that reported since it began, estimated.'),
  failed: z.int().describe('Those of them that reported a failure.'),
  machines: z
    .array(z.strictObject({ revision: z.int(), served: z.int() }))
    .describe('How many machines that were heard of lately are on which revision, estimated.'),
  reached: z.int().describe('Machines heard of lately that it has brought its pin to, estimated.'),
  heldBack: z
    .array(z.strictObject({ family: z.string(), machines: z.int() }))
    .describe('Machines whose Claude Code is too old for their pin.'),
  standardError: z.number().describe('Of every estimate, as a share of it.'),
});

export const RolloutActionReply = z.strictObject({
  revision: z.int().describe('The revision that stands now.'),
  events: z.array(z.string()).describe('Ids of what happened; empty when it was so already.'),
});

export const ProposalsReply = z.strictObject({ proposals: z.array(Proposal.omit({ policy: true })) });
