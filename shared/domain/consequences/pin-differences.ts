// Differences in what machines are served for a family. The unit is the whole endpoint with its context window: an older
// model in another project isn't less risk.

import { type Catalogue, findModel, priceIn } from '../models/catalogue.ts';
import { type Family, families, isNewer, parseModel } from '../models/model.ts';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import type { Risk } from './consequence.ts';
import type { Served } from './served.ts';

/** What a machine is served for a family. */
export interface ServedPin extends ModelEndpoint {
  readonly context1m: boolean;
}

export interface PinDifference {
  readonly family: Family;
  /** Undefined without a pin: Claude Code then chooses a model of its own. */
  readonly from: ServedPin | undefined;
  readonly to: ServedPin | undefined;
  readonly risk: Risk;
}

export function pinDifferences(from: Served, to: Served, catalogue: Catalogue): readonly PinDifference[] {
  return families.flatMap((family) => {
    const [before, after] = [servedPin(from, family), servedPin(to, family)];
    if (isSamePin(before, after)) return [];
    return [
      { family, from: before, to: after, risk: isLowerPin(before, after, catalogue) ? 'lowers' : 'raises' } as const,
    ];
  });
}

export function servedPin({ project, pins }: Served, family: Family): ServedPin | undefined {
  const pin = pins.find((each) => each.family === family);
  return pin && { project, location: pin.location, model: pin.model, context1m: pin.context1m };
}

export function isSamePin(a: ServedPin | undefined, b: ServedPin | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return isSamePlace(a, b) && a.model === b.model;
}

/** An older model of the same line in the same project and location, at no higher price. */
export function isLowerPin(from: ServedPin | undefined, to: ServedPin | undefined, catalogue: Catalogue): boolean {
  if (from === undefined || to === undefined || !isSamePlace(from, to)) return false;
  if (parseModel(from.model)?.family !== parseModel(to.model)?.family || isNewer(to.model, from.model)) return false;
  const [before, after] = [priceOf(from, catalogue), priceOf(to, catalogue)];
  return before !== null && after !== null && after.input <= before.input && after.output <= before.output;
}

function isSamePlace(a: ServedPin, b: ServedPin): boolean {
  return a.project === b.project && a.location === b.location && a.context1m === b.context1m;
}

function priceOf({ model, location }: ServedPin, catalogue: Catalogue) {
  const known = findModel(catalogue, model);
  return known === null ? null : priceIn(known, location);
}
