// Schemas of the API: the queries, replies and problems of each call, beside the documents of the domain. The OpenAPI
// document is made from them, and the tests check every reply against them.

import { z } from 'zod';
import { roles } from '../../../../shared/domain/access/roles.ts';
import { Availability, Cell, Matrix } from '../../../../shared/domain/availability/availability.ts';
import { PinChange } from '../../../../shared/domain/changes/pin-change.ts';
import { Consequence } from '../../../../shared/domain/consequences/consequence.ts';
import { Event } from '../../../../shared/domain/events/event.ts';
import { CatalogueModel } from '../../../../shared/domain/models/catalogue-model.ts';
import { Pin } from '../../../../shared/domain/policy/pin.ts';
import { Policy } from '../../../../shared/domain/policy/policy.ts';
import { Settings } from '../../../../shared/domain/policy/settings.ts';
import { Revision } from '../../../../shared/domain/serving/revision.ts';

/** A flag in a query: `?dry-run` without a value means true. */
const Flag = z.enum(['', 'true', 'false'], 'true, false or no value').transform((text) => text !== 'false');

const dryRun = Flag.optional().describe('Only reply what the change would do: nothing is changed.');
export const note = z
  .string()
  .max(500, 'at most 500 characters')
  .optional()
  .describe('Why you make the change. It is stored in the history and shown in the event.');

/** The parameters of every call by which an admin changes something. */
export const ChangeQuery = z.strictObject({ 'dry-run': dryRun, note });

export const PublishQuery = ChangeQuery.extend({
  force: z
    .string()
    .min(1, 'a reason')
    .max(200, 'at most 200 characters')
    .optional()
    .describe('Publish pins that are not known to be callable. The value is your reason, which is recorded.'),
  'at-once': z
    .string()
    .min(1, 'a reason')
    .max(200, 'at most 200 characters')
    .optional()
    .describe('Move pins in one step although the policy has a rollout schedule. The value is your reason.'),
});

export const PolicyChangeQuery = PublishQuery.extend({
  probe: Flag.optional().describe('If the change is refused: let the next run of the probe ask about its models.'),
});

const pageLimit = 'a whole number from 1 to 200';
const wholeNumber = 'a whole number from 1';

export const PageQuery = z.strictObject({
  limit: z.coerce
    .number(pageLimit)
    .int(pageLimit)
    .min(1, pageLimit)
    .max(200, pageLimit)
    .default(50)
    .describe('Items on a page, 1 to 200.'),
  before: z.coerce
    .number(wholeNumber)
    .int(wholeNumber)
    .positive(wholeNumber)
    .optional()
    .describe('Only items with a lower number. Items are listed newest first.'),
});

export const PinsQuery = z.strictObject({
  machine: z.string().optional().describe('The name of the machine: up to 128 of A-Z a-z 0-9 . _ : -'),
  cli: z.string().optional().describe('The version of Claude Code on the machine, such as 2.1.331.'),
});

export const NoQuery = z.strictObject({});

const FindingReply = z.strictObject({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  path: z.string().describe('JSON pointer (RFC 6901) to the value.'),
  message: z.string(),
  fix: z.string(),
});

const Change = z.strictObject({ path: z.string(), from: z.unknown().optional(), to: z.unknown().optional() });

export const ChangeReply = z.strictObject({
  revision: z.int().nonnegative().describe('The current revision. With dry-run, the revision that would be current.'),
  changed: z.boolean(),
  changes: z.array(Change),
  pinChanges: z.array(PinChange).describe('Each changed pin by ring and family, before and after.'),
  consequences: z
    .array(Consequence)
    .describe('What machines would be served otherwise, and what governs later changes; with whom it concerns.'),
  moreConsequences: z.int().nonnegative().describe('How many more there are after the first 1,000.'),
  moreRaising: z.int().nonnegative().describe('How many of those raise risk.'),
  findings: z.array(FindingReply),
  risks: z.array(z.string()).describe('Why a second person must approve; empty when nobody must.'),
  proposal: z
    .int()
    .nullable()
    .describe(
      'The proposal that was made instead of the change (status 202), or for the rest of a restore; null for none.',
    ),
  rollouts: z
    .array(z.int())
    .describe('Rollouts by which changed pins reach their rings in stages: started by this change, or under way.'),
});

export const refused = z
  .array(z.string())
  .describe('Stored documents of this page that nobody is shown, because no writer signed them.');

const RevisionSummary = Revision.omit({ policy: true, rollouts: true, callableModels: true });
export const RevisionsReply = z.strictObject({
  revisions: z.array(RevisionSummary),
  refused,
  next: z.int().nullable().describe('Pass it as `before` to get the next page; null on the last page.'),
});

export const EventsReply = z.strictObject({ events: z.array(Event), refused, next: z.int().nullable() });

export const CatalogueReply = z.strictObject({ asOf: z.iso.date(), models: z.array(CatalogueModel) });

export const ResolutionReply = z.strictObject({
  ring: z.string(),
  project: z.string(),
  location: z.string(),
  locked: z.boolean(),
  pins: z.record(z.string(), z.strictObject({ model: z.string(), location: z.string() })),
  settings: z.looseObject({ env: z.record(z.string(), z.string()) }),
  reasons: z
    .array(
      z.strictObject({
        about: z.string(),
        code: z.string(),
        text: z.string(),
        model: z.string().optional().describe("The family's model after this rule. That of its last rule is served."),
      }),
    )
    .describe('The rules in their order.'),
});

const UncallablePinReply = z.strictObject({
  ring: z.string(),
  family: z.string(),
  path: z.string().describe('A JSON pointer (RFC 6901) to the pin or the setting.'),
  project: z.string(),
  location: z.string(),
  model: z.string(),
  state: Availability,
  evidence: z.string(),
  answeredAt: z.iso.datetime().nullable(),
  nearest: z.string().nullable().describe('The nearest model of the family that is callable at this location.'),
  elsewhere: z.array(z.string()).describe('Other locations in which this model is callable.'),
});

export const AvailabilityReply = z.strictObject({
  at: z.iso.datetime().nullable().describe('When the last probe run ended; null before the first one.'),
  blind: Matrix.shape.blind,
  endpoints: z.array(
    Cell.extend({ ageSeconds: z.int().nullable().describe('Seconds since the last answer about the model.') }),
  ),
});

export const CallerReply = z.strictObject({
  name: z.string().describe('As the history names you.'),
  role: z.enum(roles),
  email: z.string().nullable(),
  isPerson: z.boolean().describe('Whether you can be the second person of a change.'),
});

export const ProblemReply = z.strictObject({
  type: z.string(),
  status: z.int(),
  code: z.string().describe('Stable: programs compare this.'),
  title: z.string().describe('What is wrong.'),
  hint: z.string().describe('How to fix it.'),
  field: z.string().optional().describe('The parameter, header or JSON pointer (RFC 6901) that is wrong.'),
  findings: z.array(FindingReply).optional(),
  allowed: z.array(z.string()).optional(),
  retryAfter: z.int().optional().describe('Seconds until the next try, as in Retry-After.'),
  current: z.int().optional().describe('The current revision or number of access, on a conflict.'),
  uncallablePins: z.array(UncallablePinReply).optional(),
  probedBy: z.iso.datetime().optional().describe('When the next run of the probe is due, which ?probe requested.'),
});

/** Schemas that the OpenAPI document defines once, under these names. */
export const named = {
  Policy,
  Pin,
  Revision,
  Settings,
  CatalogueModel,
  Event,
  Finding: FindingReply,
  Problem: ProblemReply,
};
