// A pin change: a ring's pin of a family before and after a change, with the facts that people compare. A dry run shows
// pin changes. Events keep them, so an announcement needs no other document.

import { z } from 'zod';
import { type Catalogue, extendCatalogue, findModel, priceIn } from '../models/catalogue.ts';
import { Price, Retirement } from '../models/catalogue-model.ts';
import { families } from '../models/model.ts';
import type { Policy } from '../policy/policy.ts';
import type { ResolvedPin } from '../serving/resolution.ts';
import { resolvePins } from '../serving/resolve.ts';

/** A pin with the facts about its model. `price` includes the surcharge of the location. Null means unknown. */
export const PinState = z.strictObject({
  model: z.string(),
  location: z.string(),
  context1m: z.boolean(),
  price: Price.nullable(),
  minimumCli: z.string().nullable(),
  retirement: Retirement.nullable(),
});
export type PinState = z.infer<typeof PinState>;

/** `from` is null for an added pin, `to` for a removed one. */
export const PinChange = z.strictObject({
  ring: z.string(),
  family: z.enum(families),
  from: PinState.nullable(),
  to: PinState.nullable(),
});
export type PinChange = z.infer<typeof PinChange>;

/** Changes for machines with a current Claude Code: by ring of the new policy, then by removed ring. */
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
        const key = `${ring}/${family}`;
        return { ring, family, from: from.get(key) ?? null, to: to.get(key) ?? null };
      })
      .filter((pinChange) => comparisonKey(pinChange.from) !== comparisonKey(pinChange.to)),
  );
}

function pinStatesOf(policy: Policy, shipped: Catalogue, day: string): ReadonlyMap<string, PinState> {
  const catalogue = extendCatalogue(shipped, policy.models);
  return new Map(
    policy.rings.flatMap((ring) => {
      const machine = { selector: '*', cli: null, callableModels: null, reached: [] };
      const pins = resolvePins({ policy, ring, catalogue, day, ...machine });
      return pins.map((pin) => [`${ring.name}/${pin.family}`, pinStateOf(pin, catalogue)] as const);
    }),
  );
}

/** A pin with the catalogue's facts about its model. */
export function pinStateOf(
  { model, location, context1m }: Pick<ResolvedPin, 'model' | 'location' | 'context1m'>,
  catalogue: Catalogue,
): PinState {
  const catalogueModel = findModel(catalogue, model);
  return {
    model,
    location,
    context1m,
    price: catalogueModel === null ? null : priceIn(catalogueModel, location),
    minimumCli: catalogueModel?.minimumCli.value ?? null,
    retirement: catalogueModel?.retirement.value ?? null,
  };
}

function comparisonKey(pinState: PinState | null): string | null {
  return pinState === null ? null : `${pinState.model} ${pinState.location} ${pinState.context1m}`;
}
