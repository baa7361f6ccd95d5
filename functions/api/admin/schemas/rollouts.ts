// Schemas of the calls for upgrades, rollouts, proposals and the freeze.

import { z } from 'zod';
import { PinChange } from '../../../../shared/domain/changes/pin-change.ts';
import { Consequence } from '../../../../shared/domain/consequences/consequence.ts';
import { RolloutState } from '../../../../shared/domain/rollouts/rollout-state.ts';
import { Upgrade } from '../../../../shared/domain/rollouts/upgrade.ts';
import { waitReasons } from '../../../../shared/domain/rollouts/waits.ts';
import { FailureSample } from '../../../../shared/domain/serving/failure-history.ts';
import { Rollout } from '../../../../shared/domain/serving/rollout.ts';
import { ChangeQuery, note, refused } from './common.ts';

const Action = ChangeQuery.extend({ reason: note.describe('The former name of `note`.') });

const onlyOne = { path: ['reason'], message: 'only note, not both' };
const isOne = (query: { readonly note?: string | undefined; readonly reason?: string | undefined }) =>
  query.note === undefined || query.reason === undefined;

export const ActionQuery = Action.refine(isOne, onlyOne);

export const ApproveQuery = Action.extend({
  force: z
    .string()
    .min(1, 'a reason')
    .max(200, 'at most 200 characters')
    .optional()
    .describe('Approve the upgrade before it has soaked. The value is your reason, which is recorded.'),
}).refine(isOne, onlyOne);

/** `note` is the reason, which nobody may leave out. */
export const BreakGlassQuery = ChangeQuery.extend({
  note: z
    .string('why nobody else can approve')
    .min(1, 'why nobody else can approve')
    .max(500, 'at most 500 characters'),
  minutes: z.coerce
    .number('minutes, 1 to 1440')
    .int('minutes, 1 to 1440')
    .min(1, 'minutes, 1 to 1440')
    .max(1440, 'minutes, 1 to 1440')
    .default(60)
    .describe('How long the rule is set aside.'),
});

const waits = z.array(
  z.strictObject({
    for: z.enum(waitReasons),
    text: z.string(),
    until: z.iso.datetime().nullable().describe('The earliest time; null when nobody can tell.'),
  }),
);

const UpgradeReply = Upgrade.extend({
  pinChange: PinChange.nullable().describe(
    'What the upgrade changes: price, minimum Claude Code, retirement. Null when the pin is as new, or gone.',
  ),
  readyAt: z.iso.datetime().nullable().describe('When the upgrade will have soaked, if the model stays callable.'),
  waits: waits.describe('What must happen before its rollout ends. Empty when it starts within a minute, or is over.'),
});

export const UpgradesReply = z.strictObject({ frozen: RolloutState.shape.frozen, upgrades: z.array(UpgradeReply) });

const RolloutView = Rollout.extend({
  percent: z.int().describe('Percent of the ring that the rollout serves now.'),
  next: z
    .strictObject({
      percent: z.int().nullable().describe("The next stage; null when the ring's pin itself is moved next."),
      at: z.iso.datetime().nullable().describe('When the current stage has baked; null while the rollout is paused.'),
      waits: waits.describe('What must happen before. Empty when the next step comes within a minute.'),
    })
    .nullable()
    .describe('The next step; null when the rollout is over.'),
});

export const RolloutsReply = z.strictObject({ rollouts: z.array(RolloutView).describe('Newest first.'), refused });

export const RolloutReply = RolloutView.extend({
  reports: z.int().describe('Estimated number of machines of the ring that have reported since the rollout began.'),
  failed: z.int().describe('Estimated number of those that reported a failure.'),
  enoughReports: z.boolean().describe('Whether `minReports` have come. Before, failures abort nothing.'),
  machines: z
    .array(z.strictObject({ revision: z.int(), served: z.int() }))
    .describe('Estimated number of machines of the ring on each revision, of those that polled lately.'),
  reached: z.int().describe('Estimated number of machines that have the new pin, of those that polled lately.'),
  heldBack: z
    .array(z.strictObject({ family: z.string(), machines: z.int() }))
    .describe('Estimated number of machines of the ring whose Claude Code is too old for the pin of this family.'),
  history: z
    .array(FailureSample)
    .describe(
      '`reports` and `failed` as they were while the rollout was under way, oldest first: noted each minute if they changed. A sample holds until the next one. Long rollouts have fewer.',
    ),
  standardError: z.number().describe('The relative standard error of every estimate, such as 0.016.'),
});

export const RolloutActionReply = z.strictObject({
  revision: z.int().describe('The current revision. With dry-run, the revision that would be current.'),
  changed: z.boolean(),
  consequences: z
    .array(Consequence)
    .describe(
      'What machines are served otherwise by now, with whom it concerns. The later stages of a rollout follow.',
    ),
  moreConsequences: z.int().nonnegative().describe('How many more there are after the first 1,000.'),
  moreRaising: z.int().nonnegative().describe('How many of those raise risk.'),
  events: z.array(z.string()).describe('The ids of the events; empty when there was nothing to change.'),
  now: z.string().describe('What is now so, in a sentence. With dry-run, what would be.'),
  frozen: z.boolean().describe('Whether automatic changes are frozen now.'),
  rollout: RolloutView.nullable().describe('The rollout that the call moved or started; null for none.'),
  upgrade: UpgradeReply.nullable().describe(
    'The upgrade that the call is about, also that of a rollout; null for none.',
  ),
});
