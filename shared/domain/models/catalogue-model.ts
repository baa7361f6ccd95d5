// A catalogue entry: what is known of one model, each fact with where it was read and how sure it is. The shipped list
// (shared/catalogue/models.json) and an organisation's own additions (`models` in its policy) both end up in this form.

import { z } from 'zod';
import { explainLocation, isLocation } from './location.ts';
import { explainModel, parseModel } from './model.ts';
import { isRelease } from './version.ts';

/** `high`: read on an official page. `medium`: an excerpt or agreeing reports. `low`: one report or an inference. */
const Certainty = z.enum(['high', 'medium', 'low', 'unknown']);

/** `value` is null when nobody found out; then `certainty` is `unknown` and `source` says where it was looked for. */
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
 * How a 1M context is asked for. `none`: the model has no such window. `native`: always on, no suffix.
 * `suffix`: Claude Code needs `[1m]` behind the id, from every version when `before` is null, else only from older ones.
 */
export const Context1mRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('native') }),
  z.strictObject({ kind: z.literal('suffix'), before: Version.nullable() }),
]);
export type Context1mRule = z.infer<typeof Context1mRule>;

/** US dollars per million tokens on the global endpoint; regions and multi-regions cost a tenth more. */
export const Price = z.strictObject({ input: z.number().positive(), output: z.number().positive() });
export type Price = z.infer<typeof Price>;

/** Google's word on the end: a floor (`not_sooner_than`, nothing happens by itself that day) or a day it was shut. */
export const Retirement = z.strictObject({ kind: z.enum(['not_sooner_than', 'shut']), date: z.iso.date() });
export type Retirement = z.infer<typeof Retirement>;

export const CatalogueModel = z.strictObject({
  id: ModelId,
  released: sourced(z.iso.date()),
  minimumCli: sourced(Version),
  regionVariable: sourced(RegionVariable),
  context1m: sourced(Context1mRule),
  locations: sourced(z.array(Location).min(1)),
  price: sourced(Price),
  retirement: sourced(Retirement),
  note: z.string().max(400).nullable(),
});
export type CatalogueModel = z.infer<typeof CatalogueModel>;

/** What an organisation states of a model that the shipped list lacks or has wrong; only what it states is replaced. */
export const OwnModel = z.strictObject({
  id: ModelId,
  released: z.iso.date().optional(),
  minimumCli: Version.optional(),
  regionVariable: RegionVariable.optional(),
  context1m: Context1mRule.optional(),
  locations: z.array(Location).min(1).max(64).optional(),
  price: Price.optional(),
  retirement: Retirement.optional(),
});
export type OwnModel = z.infer<typeof OwnModel>;
