// Schemas of the call that explains the pins of a machine.

import { z } from 'zod';
import { ResolutionReply } from './common.ts';

const timeForm = 'a time such as 2026-11-28T12:00:00Z or 2026-11-28T13:00:00+01:00';
const label = '[A-Za-z0-9._-]+=[A-Za-z0-9._-]+';

/** In UTC. A + that was not escaped arrives as a space. */
const Time = z
  .string()
  .transform((text) => text.replace(/ (?=\d\d:?\d\d$)/, '+'))
  .pipe(z.iso.datetime({ offset: true, message: timeForm }))
  .transform((text) => new Date(text).toISOString());

export const ExplainQuery = z.strictObject({
  machine: z.string().optional().describe('The name of the machine; empty for one that polls without a name.'),
  cli: z.string().optional().describe('The version of Claude Code on the machine.'),
  email: z
    .email('an email address')
    .optional()
    .describe('The email address of its user, if it polls with an account. Accounts have no labels.'),
  at: Time.optional().describe('A time in the past, to explain the pins of that time. The default is now.'),
  label: z
    .string()
    .regex(new RegExp(`^(?:${label}(?:,${label})*)?$`), 'key=value, each of A-Z a-z 0-9 . _ -, several with commas')
    .optional()
    .describe('The labels of its fleet token, such as team=sre,site=ber; empty for a token without labels.'),
});

const rollouts = z.array(
  z.strictObject({
    rollout: z.int(),
    family: z.string(),
    to: z.string(),
    state: z.string(),
    percent: z.int(),
    bucket: z
      .int()
      .nullable()
      .describe('0 to 9999. The rollout reaches the machine when its percent times 100 is greater than this.'),
    reached: z.boolean().nullable().describe('Null when it depends on a fact that the query does not state.'),
  }),
);

const common = {
  revision: z.int(),
  since: z.iso.datetime().describe('When the revision became current.'),
  at: z.iso.datetime().describe('The time that is explained, in UTC.'),
  considered: z
    .array(z.strictObject({ ring: z.string(), selector: z.string().nullable() }))
    .describe('The rings in order, up to the first that surely matches. Each has its selector that matches, or null.'),
};

const Explained = ResolutionReply.extend({ ...common, rollouts: rollouts.describe('Those in the ring.') });

const Undecided = z.strictObject({
  ...common,
  ring: z.null().describe('Several rings, or stages of a rollout, are possible.'),
  decidedBy: z.array(z.enum(['machine', 'email', 'label'])).describe('The parameters to state.'),
  hint: z.string(),
  possible: z.array(
    z.strictObject({
      ring: z.string(),
      selector: z.string().nullable().describe('The selector that matches by the stated facts, if no other ring does.'),
      matches: z.array(z.string()).describe('Selectors of which one would have to match; at most 20.'),
      more: z.int().describe('How many selectors are left out.'),
      pins: ResolutionReply.shape.pins,
      rollouts,
    }),
  ),
});

export const ExplainReply = z.union([Explained, Undecided]);
