// A consequence: one difference between what machines would be served before and after a change, or between the rules
// that govern later changes. Everything that judges or announces a change works from the list of its consequences.

import { z } from 'zod';
import { type ConsequenceSummary, maxSummaryPaths } from '../serving/revision.ts';

/**
 * `neutral` runs, allows, spends and routes nothing new. `lowers` brings an older model, a narrower list or a slower
 * rule. Everything else `raises`.
 */
export const Risk = z.enum(['raises', 'lowers', 'neutral']);
export type Risk = z.infer<typeof Risk>;

/** One difference. `from` is absent for an added value, `to` for a removed one. Long values are cut to a text. */
export const Consequence = z.strictObject({
  /** The machines or rings that get the difference, such as `ring pilot`; `every change` for a rule of the policy. */
  concerns: z.array(z.string().max(300)).min(1).max(21),
  /** The versions of Claude Code that get it, such as `2.1.113 and later`; null for all. */
  clients: z.string().max(300).nullable(),
  /** A JSON pointer (RFC 6901) into what is served, such as `/pins/opus`, or into the rules, such as `/secondPerson`. */
  path: z.string().max(1100),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
  risk: Risk,
});
export type Consequence = z.infer<typeof Consequence>;

/** For the history: in short. */
export function summaryOf(all: readonly Consequence[]): ConsequenceSummary {
  const count = (wanted: Risk) => all.filter(({ risk }) => risk === wanted).length;
  const paths = [...new Set(all.map(({ path }) => path))].slice(0, maxSummaryPaths);
  return { raises: count('raises'), lowers: count('lowers'), neutral: count('neutral'), paths };
}

/** One line for people. */
export function describeConsequence({ concerns, clients, path, from, to }: Consequence): string {
  const only = clients === null ? '' : ` (Claude Code ${clients})`;
  return `${concerns.join(', ')}: ${path.slice(1)} from ${valueText(from)} to ${valueText(to)}${only}`;
}

/** A value for people: models and endpoints in words, everything else as JSON. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value;
  const endpoint = EndpointValue.safeParse(value);
  if (!endpoint.success) return JSON.stringify(value);
  const { model, context1m, location, project } = endpoint.data;
  return `${model}${context1m ? ' with 1M context' : ''} in ${location} of project ${project}`;
}

/** The value of a pin's consequence: the unit that a machine is served for a family. */
const EndpointValue = z.strictObject({
  project: z.string(),
  location: z.string(),
  model: z.string(),
  context1m: z.boolean(),
});
