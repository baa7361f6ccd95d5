// What a change means for machines: for each ring and family the model before and after, with what people weigh in it.
// Shown by a dry run and kept in the event of a change, so that an announcement needs no second look-up.

import { z } from 'zod';
import { type Catalogue, extendCatalogue, findModel, priceIn } from '../models/catalogue.ts';
import { Price, Retirement } from '../models/catalogue-model.ts';
import { families } from '../models/model.ts';
import type { Policy } from '../policy/policy.ts';
import type { ResolvedPin } from '../serving/resolution.ts';
import { resolve } from '../serving/resolve.ts';

/** One side of a move. Price is what the location costs; null is unknown, as everywhere in the catalogue. */
export const PinState = z.strictObject({
  model: z.string(),
  location: z.string(),
  context1m: z.boolean(),
  price: Price.nullable(),
  minimumCli: z.string().nullable(),
  retirement: Retirement.nullable(),
});
export type PinState = z.infer<typeof PinState>;

/** `from` or `to` is null where the ring has no such pin. */
export const PinChange = z.strictObject({
  ring: z.string(),
  family: z.enum(families),
  from: PinState.nullable(),
  to: PinState.nullable(),
});
export type PinChange = z.infer<typeof PinChange>;

/** Effects on machines with a current Claude Code, in the order of the new policy's rings, then of removed ones. */
export function pinChangesBetween(
  before: Policy | null,
  after: Policy,
  shipped: Catalogue,
  day: string,
): readonly PinChange[] {
  const from = before === null ? new Map<string, PinState>() : pinStatesOf(before, shipped, day);
  const to = pinStatesOf(after, shipped, day);
  const rings = new Set([...after.rings, ...(before?.rings ?? [])].map(({ name }) => name));
  return [...rings].flatMap((ring) =>
    families
      .map((family) => {
        const endpoint = `${ring}/${family}`;
        return { ring, family, from: from.get(endpoint) ?? null, to: to.get(endpoint) ?? null };
      })
      .filter((pinChange) => comparable(pinChange.from) !== comparable(pinChange.to)),
  );
}

function pinStatesOf(policy: Policy, shipped: Catalogue, day: string): ReadonlyMap<string, PinState> {
  const catalogue = extendCatalogue(shipped, policy.models);
  return new Map(
    policy.rings.flatMap((ring) => {
      const { pins } = resolve({
        policy,
        ring,
        selector: '*',
        cli: null,
        catalogue,
        day,
        callableModels: null,
        reached: [],
      });
      return pins.map((pin) => [`${ring.name}/${pin.family}`, pinStateOf(pin, catalogue)] as const);
    }),
  );
}

/** What people weigh of a model in a location. */
export function pinStateOf(
  { model, location, context1m }: Pick<ResolvedPin, 'model' | 'location' | 'context1m'>,
  catalogue: Catalogue,
): PinState {
  const entry = findModel(catalogue, model);
  return {
    model,
    location,
    context1m,
    price: entry === null ? null : priceIn(entry, location),
    minimumCli: entry?.minimumCli.value ?? null,
    retirement: entry?.retirement.value ?? null,
  };
}

function comparable(pinState: PinState | null): string | null {
  return pinState === null ? null : `${pinState.model} ${pinState.location} ${pinState.context1m}`;
}
