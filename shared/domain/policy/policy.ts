// A policy: everything that admins set. PUT /v1/policy replaces the policy, and each revision keeps a copy.

import { z } from 'zod';
import { Location, OwnModel } from '../models/catalogue-model.ts';
import { type Family, families } from '../models/model.ts';
import { ManagedBy } from './managed-by.ts';
import { Pin } from './pin.ts';
import { RolloutSchedule } from './rollout-schedule.ts';
import { Settings } from './settings.ts';
import { defaultUpgradeRule, UpgradeRule } from './upgrade-rule.ts';

const ProjectId = z
  .string()
  .regex(/^(?:[a-z0-9.-]{1,63}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'not the id of a Google Cloud project');

const RingName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,31}$/,
    'a ring name has up to 32 lower-case letters, digits and -, and starts with a letter',
  );

/** The machines of a ring: of one person or mail domain, with a label of their credential, one by name, or all. */
const Selector = z
  .string()
  .max(256)
  .regex(
    /^(?:\*|email:[^\s@A-Z]+@[^\s@A-Z]+|domain:[a-z0-9.-]+|label:[A-Za-z0-9._-]+=[A-Za-z0-9._-]+|machine:[A-Za-z0-9._:-]+)$/,
    'a selector is email:a@example.com, domain:example.com, label:key=value, machine:name (mail addresses in lower case) or *',
  );

const UpgradeRules = z.partialRecord(z.enum(families), UpgradeRule);

/** A ring: machines that share pins. A machine belongs to the first ring that matches it. */
export const Ring = z.strictObject({
  name: RingName,
  match: z.array(Selector).min(1, 'an empty list would match nobody; write ["*"] for everyone').max(5000),
  project: ProjectId.optional(),
  location: Location.optional(),
  lock: z.boolean().optional(),
  residency: z.boolean().optional(),
  settings: Settings.optional(),
  pins: z.partialRecord(z.enum(families), Pin),
  upgrades: UpgradeRules.optional(),
  rollout: RolloutSchedule.optional(),
});
export type Ring = z.infer<typeof Ring>;

/**
 * The policy. A ring's own project, location, lock, residency, settings, upgrades and rollout override those of the
 * policy.
 */
export const Policy = z
  .strictObject({
    project: ProjectId,
    location: Location,
    lock: z.boolean().default(false),
    /** Whether no known model may be called outside of the ring's location. */
    residency: z.boolean().optional(),
    settings: Settings.default({}),
    models: z.array(OwnModel).max(200).default([]),
    /** For rings without a rule of their own; a family without any rule is `defaultUpgradeRule`. */
    upgrades: UpgradeRules.optional(),
    rollout: RolloutSchedule.optional(),
    /** Whether a change that raises risk needs the approval of a second person. */
    secondPerson: z.boolean().optional(),
    /** The git repository that owns the policy; absent when it is changed here. */
    managedBy: ManagedBy.optional(),
    rings: z.array(Ring).min(1).max(100),
  })
  .superRefine(({ rings }, context) => {
    const last = rings.length - 1;
    if (rings[last]?.match.includes('*') === false) {
      context.addIssue({
        code: 'custom',
        path: ['rings', last, 'match'],
        message: 'the last ring must match everyone, or some machines would get no pins',
        params: { code: 'last_ring', fix: 'Write "match": ["*"] in the last ring, or add a last ring that has it.' },
      });
    }
    const taken = new Set<string>();
    rings.forEach((ring, at) => {
      if (!taken.has(ring.name)) {
        taken.add(ring.name);
        return;
      }
      context.addIssue({
        code: 'custom',
        path: ['rings', at, 'name'],
        message: `two rings are called ${ring.name}`,
        params: { code: 'ring_name_taken', fix: 'Give each ring a name of its own.' },
      });
    });
  });
export type Policy = z.infer<typeof Policy>;

/** The upgrade rule of a ring for a family: the ring's own, else the policy's, else `defaultUpgradeRule`. */
export function ruleOf(policy: Policy, ring: string, family: Family): UpgradeRule {
  const own = policy.rings.find(({ name }) => name === ring)?.upgrades?.[family];
  return own ?? policy.upgrades?.[family] ?? defaultUpgradeRule;
}
