// What a change means for machines: for each ring and family the model before and after, with what people weigh in it.
// Shown by a dry run and kept in the event of a change, so that an announcement needs no second look-up.

import { z } from 'zod';
import { type Catalogue, extendCatalogue, findEntry, priceIn } from '../models/catalogue.ts';
import { Price, Retirement } from '../models/catalogue-model.ts';
import { families } from '../models/model.ts';
import type { Policy } from '../policy/policy.ts';
import type { ResolvedPin } from '../serving/resolution.ts';
import { resolve } from '../serving/resolve.ts';

/** One side of a move. Price is what the location costs; null is unknown, as everywhere in the catalogue. */
export const Side = z.strictObject({
  model: z.string(),
  location: z.string(),
  context1m: z.boolean(),
  price: Price.nullable(),
  minimumCli: z.string().nullable(),
  retirement: Retirement.nullable(),
});
export type Side = z.infer<typeof Side>;

/** `from` or `to` is null where the ring has no such pin. */
export const Effect = z.strictObject({
  ring: z.string(),
  family: z.enum(families),
  from: Side.nullable(),
  to: Side.nullable(),
});
export type Effect = z.infer<typeof Effect>;

/** Effects on machines with a current Claude Code, in the order of the new policy's rings, then of removed ones. */
export function effectsOf(before: Policy | null, after: Policy, shipped: Catalogue, day: string): readonly Effect[] {
  const from = before === null ? new Map<string, Side>() : sidesOf(before, shipped, day);
  const to = sidesOf(after, shipped, day);
  const rings = new Set([...after.rings, ...(before?.rings ?? [])].map(({ name }) => name));
  return [...rings].flatMap((ring) =>
    families
      .map((family) => {
        const endpoint = `${ring}/${family}`;
        return { ring, family, from: from.get(endpoint) ?? null, to: to.get(endpoint) ?? null };
      })
      .filter((effect) => placeOf(effect.from) !== placeOf(effect.to)),
  );
}

function sidesOf(policy: Policy, shipped: Catalogue, day: string): ReadonlyMap<string, Side> {
  const catalogue = extendCatalogue(shipped, policy.models);
  return new Map(
    policy.rings.flatMap((ring) => {
      const { pins } = resolve({ policy, ring, selector: '*', cli: null, catalogue, day, proven: null, reached: [] });
      return pins.map((pin) => [`${ring.name}/${pin.family}`, sideOf(pin, catalogue)] as const);
    }),
  );
}

/** What people weigh of a model in a location. */
export function sideOf(
  { model, location, context1m }: Pick<ResolvedPin, 'model' | 'location' | 'context1m'>,
  catalogue: Catalogue,
): Side {
  const entry = findEntry(catalogue, model);
  return {
    model,
    location,
    context1m,
    price: entry === null ? null : priceIn(entry, location),
    minimumCli: entry?.minimumCli.value ?? null,
    retirement: entry?.retirement.value ?? null,
  };
}

function placeOf(side: Side | null): string | null {
  return side === null ? null : `${side.model} ${side.location} ${side.context1m}`;
}
