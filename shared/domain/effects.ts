// What a change means for machines: for each ring and family the model before and after. Shown by a dry run and kept in
// the event of a change, so that people read models and not only a diff.

import { type Catalogue, extendCatalogue } from './catalogue.ts';
import { families } from './model.ts';
import type { Policy } from './policy.ts';
import { type ResolvedPin, resolve } from './resolve.ts';

/** `from` or `to` is null where the ring has no such pin; each is `model` or `model in location`. */
export interface Effect {
  readonly ring: string;
  readonly family: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Effects on machines with a current Claude Code, in the order of the new policy's rings, then of removed ones. */
export function effectsOf(before: Policy | null, after: Policy, shipped: Catalogue, day: string): readonly Effect[] {
  const from = before === null ? new Map<string, string>() : pinsByPlace(before, shipped, day);
  const to = pinsByPlace(after, shipped, day);
  return [...new Set([...to.keys(), ...from.keys()])]
    .filter((place) => from.get(place) !== to.get(place))
    .map((place) => {
      const [ring = '', family = ''] = place.split('/');
      return { ring, family, from: from.get(place) ?? null, to: to.get(place) ?? null };
    });
}

function pinsByPlace(policy: Policy, shipped: Catalogue, day: string): Map<string, string> {
  const catalogue = extendCatalogue(shipped, policy.models);
  const places = policy.rings.flatMap((ring) => {
    const { pins } = resolve({ policy, ring, selector: '*', cli: null, catalogue, day });
    const byFamily = new Map(pins.map((pin) => [pin.family, describe(pin)]));
    return families.flatMap((family) => {
      const pin = byFamily.get(family);
      return pin === undefined ? [] : ([[`${ring.name}/${family}`, pin]] as const);
    });
  });
  return new Map(places);
}

function describe(pin: ResolvedPin): string {
  return `${pin.variableValue} in ${pin.location}`;
}
