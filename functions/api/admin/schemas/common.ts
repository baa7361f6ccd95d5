// What goes over the wire beside the domain's own documents: queries, replies and errors of each call. The OpenAPI
// document is made from these, and the tests hold every reply against them.

import { z } from 'zod';
import { Availability, Cell, Matrix } from '../../../../shared/domain/availability/availability.ts';
import { PinChange } from '../../../../shared/domain/changes/pin-change.ts';
import { Event } from '../../../../shared/domain/events/event.ts';
import { CatalogueModel } from '../../../../shared/domain/models/catalogue-model.ts';
import { isVersion } from '../../../../shared/domain/models/version.ts';
import { Pin } from '../../../../shared/domain/policy/pin.ts';
import { Policy } from '../../../../shared/domain/policy/policy.ts';
import { Settings } from '../../../../shared/domain/policy/settings.ts';
import { Revision } from '../../../../shared/domain/serving/revision.ts';

/** A switch in a query: `?dry-run` alone is on. */
const Flag = z.enum(['', 'true', 'false']).transform((text) => text !== 'false');

export const ChangeQuery = z.strictObject({
  'dry-run': Flag.optional().describe('Answer what the change would do and commit nothing.'),
  force: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('State pins that are not proven callable, for this reason; it is recorded.'),
  note: z.string().max(500).optional().describe('Why; kept in the revision and shown in the history.'),
});

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Items to answer, 1 to 200.'),
  before: z.coerce.number().int().positive().optional().describe('Only items with a lower number, newest first.'),
});

export const PinsQuery = z.strictObject({
  machine: z.string().optional().describe('The name of the machine: up to 128 of A-Z a-z 0-9 . _ : -'),
  cli: z.string().optional().describe('Its Claude Code version, such as 2.1.331.'),
});

export const NoQuery = z.strictObject({});

export const Report = z.strictObject({
  machine: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'up to 128 of A-Z a-z 0-9 . _ : -')
    .describe('The name that it polls with.'),
  cli: z.string().refine(isVersion, "Claude Code's version, such as 2.1.331").nullish(),
  revision: z.int('a number').min(1, 'a number from 1').max(999_999_999, 'the number of a revision'),
  outcome: z.enum(['applied', 'failed'], 'applied or failed'),
  reason: z.string('a text').max(300, 'at most 300 characters long').optional().describe('Why it failed, for the log.'),
});
export type Report = z.infer<typeof Report>;

export const ReportReply = z.strictObject({ accepted: z.literal(true) });

const FindingReply = z.strictObject({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  path: z.string().describe('RFC 6901 pointer into the policy.'),
  message: z.string(),
  fix: z.string(),
});

const Change = z.strictObject({ path: z.string(), from: z.unknown().optional(), to: z.unknown().optional() });

export const ChangeReply = z.strictObject({
  revision: z.int().nonnegative().describe('The revision that stands now; with dry-run the one that would.'),
  changed: z.boolean(),
  changes: z.array(Change),
  pinChanges: z.array(PinChange).describe('Models before and after, by ring and family.'),
  findings: z.array(FindingReply),
  risks: z.array(z.string()).describe('What a second person is needed for; empty when nobody is.'),
  proposal: z.int().nullable().describe('The proposal that was made instead of the change (202).'),
});

const RevisionSummary = Revision.omit({ policy: true, rollouts: true, callableModels: true });
export const RevisionsReply = z.strictObject({
  revisions: z.array(RevisionSummary),
  next: z.int().nullable().describe('Pass as `before` for the next page; null at the end.'),
});

export const EventsReply = z.strictObject({ events: z.array(Event), next: z.int().nullable() });

export const CatalogueReply = z.strictObject({ asOf: z.iso.date(), models: z.array(CatalogueModel) });

export const ResolutionReply = z.strictObject({
  ring: z.string(),
  project: z.string(),
  location: z.string(),
  locked: z.boolean(),
  pins: z.record(z.string(), z.strictObject({ model: z.string(), location: z.string() })),
  settings: z.looseObject({ env: z.record(z.string(), z.string()) }),
  reasons: z.array(z.strictObject({ about: z.string(), code: z.string(), text: z.string() })),
});

export const HealthReply = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  revision: z.int().nullable(),
  policyAgeSeconds: z.int().nullable(),
  store: z.enum(['reachable', 'unreachable']),
  issues: z.array(z.strictObject({ what: z.string(), since: z.iso.datetime(), reason: z.string() })),
});

const UncallablePinReply = z.strictObject({
  ring: z.string(),
  family: z.string(),
  project: z.string(),
  location: z.string(),
  model: z.string(),
  state: Availability,
  evidence: z.string(),
  answeredAt: z.iso.datetime().nullable(),
  nearest: z.string().nullable().describe('The nearest model of the family that is callable there.'),
  elsewhere: z.array(z.string()).describe('Locations in which this model is callable.'),
});

export const AvailabilityReply = z.strictObject({
  at: z.iso.datetime().nullable().describe('When the last run ended; null before the first.'),
  blind: Matrix.shape.blind,
  endpoints: z.array(
    Cell.extend({ ageSeconds: z.int().nullable().describe('Since the model last said anything about itself.') }),
  ),
});

export const KeysReply = z.strictObject({
  organisation: z.string().nullable().describe('Null where answers are not signed.'),
  keys: z.array(
    z.strictObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: z.string(),
      y: z.string(),
      kid: z.string().describe('The first 16 hex digits of the SHA-256 of the DER SubjectPublicKeyInfo.'),
      alg: z.literal('ES256'),
      use: z.literal('sig'),
      state: z.enum(['current', 'next', 'retiring']).describe('`current` signs answers.'),
      pem: z.string(),
    }),
  ),
  vouchers: z.array(
    z.strictObject({
      key: z.string().describe('The newer key.'),
      by: z.string().describe('The older key that vouches for it.'),
      validUntil: z.string(),
      signature: z
        .string()
        .describe('In base64 the DER of the ES256 signature of the text that begins pinward-key-v1.'),
    }),
  ),
});

export const KeyLines = z
  .string()
  .describe(
    'Lines: organisation NAME, key ID DER, voucher ID by ID VALID-UNTIL SIGNATURE; DER and signatures in base64.',
  );

export const ProblemReply = z.strictObject({
  type: z.string(),
  status: z.int(),
  code: z.string().describe('Stable; switch on this.'),
  title: z.string(),
  hint: z.string().describe('How to mend it.'),
  field: z.string().optional(),
  findings: z.array(FindingReply).optional(),
  allowed: z.array(z.string()).optional(),
  retryAfter: z.int().optional().describe('Seconds after which to try again, as in Retry-After.'),
  current: z.int().optional(),
  uncallablePins: z.array(UncallablePinReply).optional(),
});

/** Schemas that the OpenAPI document names and refers to instead of repeating them. */
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
