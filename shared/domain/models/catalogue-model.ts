// A catalogue entry: the facts about one model, each with its source and certainty. The shipped list
// (shared/catalogue/models.json) has this form. The `models` of a policy are merged into that list.

import { z } from 'zod';
import { explainLocation, isLocation } from './location.ts';
import { explainModel, families, parseModel } from './model.ts';
import { isRelease } from './version.ts';

/** `high`: read on an official page. `medium`: an excerpt or agreeing reports. `low`: one report or an inference. */
const Certainty = z.enum(['high', 'medium', 'low', 'unknown']);

/** A fact with its source. An unknown fact has the value null; then `source` says where it was searched for. */
function sourced<T extends z.ZodType>(value: T) {
  return z.strictObject({ value: value.nullable(), source: z.string().min(1).max(300), certainty: Certainty });
}

export const ModelId = z
  .string()
  .max(128)
  .superRefine((text, context) => {
    if (parseModel(text) !== null) return;
    const { message, fix } = explainModel(text);
    context.addIssue({ code: 'custom', message, params: { code: 'model_id', fix } });
  });

export const Location = z
  .string()
  .max(64)
  .superRefine((text, context) => {
    if (isLocation(text)) return;
    const { message, fix } = explainLocation(text);
    context.addIssue({ code: 'custom', message, params: { code: 'location_form', fix } });
  });

export const Version = z
  .string()
  .max(32)
  .refine(isRelease, {
    message: 'not a version of Claude Code',
    params: { code: 'version_form', fix: 'Write major.minor.patch, such as "2.1.280".' },
  });

/** Looked up in Claude Code, never derived: the names follow no rule (`..._4_8_OPUS`, but `..._HAIKU_4_5`). */
const RegionVariable = z.string().regex(/^VERTEX_REGION_CLAUDE_[A-Z0-9_]{1,40}$/);

/**
 * How Claude Code asks for a 1M context. `none`: the model has no such window. `native`: always on, no suffix.
 * `suffix`: the id needs the suffix `[1m]`, in Claude Code older than `before`, or in every version when that is null.
 */
export const Context1mRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('native') }),
  z.strictObject({ kind: z.literal('suffix'), before: Version.nullable() }),
]);
export type Context1mRule = z.infer<typeof Context1mRule>;

/** US dollars per million tokens on the global endpoint; `priceIn` adds the surcharge of other locations. */
export const Price = z.strictObject({ input: z.number().positive(), output: z.number().positive() });
export type Price = z.infer<typeof Price>;

/** Google's date: the earliest day to shut the model (`not_sooner_than`), or the day of the shutdown (`shut`). */
export const Retirement = z.strictObject({ kind: z.enum(['not_sooner_than', 'shut']), date: z.iso.date() });
export type Retirement = z.infer<typeof Retirement>;

/** Facts that a resolution, the lint and announcements use; `note` is for maintainers. */
export const CatalogueModel = z.strictObject({
  id: ModelId,
  released: sourced(z.iso.date()),
  minimumCli: sourced(Version),
  regionVariable: sourced(RegionVariable),
  /** The first Claude Code that obeys the region variable; some variables are younger than their models. */
  regionVariableCli: sourced(Version),
  context1m: sourced(Context1mRule),
  locations: sourced(z.array(Location).min(1)),
  price: sourced(Price),
  retirement: sourced(Retirement),
  note: z.string().max(400).nullable(),
});
export type CatalogueModel = z.infer<typeof CatalogueModel>;

/**
 * An organisation's own facts about a model. They add a model to the catalogue or replace single facts of one.
 * `families` are those that may be pinned to the model beside its own.
 */
export const OwnModel = z.strictObject({
  id: ModelId,
  families: z.array(z.enum(families)).max(families.length).optional(),
  released: z.iso.date().optional(),
  minimumCli: Version.optional(),
  regionVariable: RegionVariable.optional(),
  regionVariableCli: Version.optional(),
  context1m: Context1mRule.optional(),
  locations: z.array(Location).min(1).max(64).optional(),
  price: Price.optional(),
  retirement: Retirement.optional(),
});
export type OwnModel = z.infer<typeof OwnModel>;
