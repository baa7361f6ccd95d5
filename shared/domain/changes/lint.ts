// The lint: checks of a policy that its schema can't make, such as whether a model is served in its location. Each
// finding has a fix. An error stops the next revision; a warning is only shown. The checks follow mistakes that users
// of Claude Code report.

import { dayMs } from '../day.ts';
import type { Finding } from '../fault.ts';
import { type Catalogue, extendCatalogue, findModel, isServedIn, modelsOfFamily } from '../models/catalogue.ts';
import type { CatalogueModel } from '../models/catalogue-model.ts';
import { listLocations } from '../models/location.ts';
import { type Family, families, parseModel } from '../models/model.ts';
import type { Pin } from '../policy/pin.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import { pointer } from '../policy/read-draft.ts';
import { isAllowedBy } from '../serving/allow-list.ts';
import { availableModelsOf } from '../serving/written-settings.ts';

interface PinInRing {
  readonly ring: Ring;
  readonly family: Family;
  readonly pin: Pin;
  /** The location where the ring calls the pin. */
  readonly location: string;
  /** A JSON pointer (RFC 6901) to the pin. */
  readonly path: string;
  readonly catalogueModel: CatalogueModel | null;
}

/** `newest` has the id of the newest known model of each family. */
type Check = (pin: PinInRing, policy: Policy, newest: NewestIds, day: string) => readonly Finding[];
type NewestIds = ReadonlyMap<Family, string | undefined>;
type FirstRings = ReadonlyMap<string, number>;

/** A pin gets a warning this many days before the earliest day on which Google may shut its model. */
const floorWarningDays = 30;

/** All findings, by ring. `shipped` is the catalogue without the policy's own models; `day` is YYYY-MM-DD. */
export function lint(policy: Policy, shipped: Catalogue, day: string): readonly Finding[] {
  const catalogue = extendCatalogue(shipped, policy.models);
  const newest = new Map(families.map((family) => [family, modelsOfFamily(catalogue, family)[0]?.id]));
  const selectors = policy.rings.flatMap(({ match }, at) => match.map((selector) => [selector, at] as const));
  const firstRings = new Map(selectors.toReversed());
  return policy.rings.flatMap((ring, at) => {
    const pins = pinsOf(policy, ring, at, catalogue);
    return [
      ...checkSelectors(policy, ring, at, firstRings),
      ...checkCompleteness(policy, ring, at),
      ...pins.flatMap((pin) => checks.flatMap((check) => check(pin, policy, newest, day))),
      ...checkSharedVariables(pins),
    ];
  });
}

const checks: readonly Check[] = [
  checkKnown,
  checkFamily,
  checkAllowed,
  checkServed,
  checkExpressible,
  checkContext,
  checkRetirement,
];

/** `firstRings` has the index of the first ring that lists a selector. */
function checkSelectors({ rings }: Policy, ring: Ring, at: number, firstRings: FirstRings): readonly Finding[] {
  const path = pointer('', ['rings', at, 'match']);
  if (ring.match.includes('*') && at < rings.length - 1) {
    const fix = 'Move this ring to the end, or give it narrower selectors.';
    const message = `ring ${ring.name} matches everyone, so no ring after it is ever used`;
    return [error('ring_unreachable', path, message, fix)];
  }
  return ring.match
    .filter((selector) => (firstRings.get(selector) ?? at) < at)
    .map((selector) => {
      const message = `an earlier ring lists ${selector}, too, and the first match wins`;
      return warning('selector_shadowed', path, message, 'Remove it from one of the two rings.');
    });
}

function checkCompleteness(policy: Policy, ring: Ring, at: number): readonly Finding[] {
  const path = pointer('', ['rings', at, 'pins']);
  const locked = ring.lock ?? policy.lock;
  if (locked && Object.keys(ring.pins).length === 0) {
    const message = `ring ${ring.name} is locked to its pins but has none: no model could be chosen`;
    return [error('lock_without_pins', path, message, 'Add pins, or write "lock": false in this ring.')];
  }
  const missing = (['sonnet', 'haiku'] as const).filter((family) => ring.pins[family] === undefined);
  if (ring.pins.opus === undefined || missing.length === 0) return [];
  const message = `opus is pinned without ${missing.join(' and ')}: Claude Code then runs background work on opus, at its price`;
  return [warning('pins_incomplete', path, message, `Pin ${missing.join(' and ')} too.`)];
}

function checkKnown(
  { pin, family, catalogueModel, path }: PinInRing,
  _: Policy,
  newest: NewestIds,
): readonly Finding[] {
  if (catalogueModel !== null) return [];
  const known = newest.get(family) ?? 'claude-opus-4-8';
  const fix = `Check the id (the newest known ${family} is "${known}"), or add {"id": "${pin.model}"} to "models" of the policy.`;
  return [error('model_unknown', `${path}/model`, `the catalogue has no ${pin.model}`, fix)];
}

function checkFamily({ pin, family, path }: PinInRing): readonly Finding[] {
  const actual = parseModel(pin.model)?.family;
  if (actual === family) return [];
  const message = `developers who choose ${family} get ${pin.model}, of family ${actual}`;
  const fix = `Pin a model of family ${family}, unless you mean this.`;
  return [warning('family_differs', `${path}/model`, message, fix)];
}

function checkAllowed({ pin, ring, path }: PinInRing, policy: Policy): readonly Finding[] {
  const allowed = availableModelsOf(policy, ring);
  if (allowed === null || isAllowedBy(allowed, pin.model)) return [];
  const message = `settings.availableModels does not let ${pin.model} through, so Claude Code would refuse the pin`;
  const fix = `Add "${pin.model}" to availableModels, or remove availableModels and write "lock": true, which derives it.`;
  return [error('pin_not_available', `${path}/model`, message, fix)];
}

function checkServed({ pin, location, path, catalogueModel }: PinInRing): readonly Finding[] {
  if (catalogueModel === null || isServedIn(catalogueModel, location) !== false) return [];
  const served = listLocations(catalogueModel.locations.value ?? []);
  const message = `${pin.model} is not served in ${location}`;
  const fix = `Use one of: ${served}; or, if Vertex serves it there by now, set its locations in "models" of the policy.`;
  const at = pin.location === undefined ? `${path}/model` : `${path}/location`;
  const isSure = catalogueModel.locations.certainty === 'high' || catalogueModel.locations.certainty === 'medium';
  return [isSure ? error('location_not_served', at, message, fix) : warning('location_not_served', at, message, fix)];
}

function checkExpressible({ pin, ring, path, catalogueModel }: PinInRing, policy: Policy): readonly Finding[] {
  const ringLocation = ring.location ?? policy.location;
  const isElsewhere = pin.location !== undefined && pin.location !== ringLocation;
  if (!isElsewhere || catalogueModel === null || catalogueModel.regionVariable.value !== null) return [];
  const message = `Claude Code has no variable that would send ${pin.model} to ${pin.location}; it would be called in ${ringLocation}`;
  const fix = `Remove the pin's location, or move the whole ring to ${pin.location}.`;
  return [error('location_not_expressible', `${path}/location`, message, fix)];
}

function checkContext({ pin, path, catalogueModel }: PinInRing): readonly Finding[] {
  if (!pin.context1m || catalogueModel === null) return [];
  const rule = catalogueModel.context1m.value;
  if (rule === null) {
    const message = `whether ${pin.model} has a 1M context is not known; no [1m] is sent`;
    const fix = 'Set "context1m" for it in "models" of the policy.';
    return [warning('context1m_unknown', `${path}/context1m`, message, fix)];
  }
  if (rule.kind !== 'none') return [];
  const message = `${pin.model} has no 1M context`;
  return [error('context1m_unsupported', `${path}/context1m`, message, 'Write "context1m": false.')];
}

function checkRetirement(pin: PinInRing, _policy: Policy, _newest: NewestIds, day: string): readonly Finding[] {
  const retirement = pin.catalogueModel?.retirement.value ?? null;
  if (retirement === null) return [];
  const { model } = pin.pin;
  const path = `${pin.path}/model`;
  const fix = 'Pin a newer model; GET /v1/catalogue lists them with their dates.';
  if (retirement.kind === 'shut') {
    if (retirement.date > day)
      return [warning('model_closing', path, `Google shuts ${model} on ${retirement.date}`, fix)];
    return [error('model_shut', path, `Google shut ${model} on ${retirement.date}`, fix)];
  }
  if (Date.parse(retirement.date) - Date.parse(day) > floorWarningDays * dayMs) return [];
  const message = `Google promises ${model} only until ${retirement.date}; it may be shut at any time from then on`;
  return [warning('model_past_floor', path, message, fix)];
}

/** Two pins with one model, or with one region variable, can have only one location. */
function checkSharedVariables(pins: readonly PinInRing[]): readonly Finding[] {
  return pins.flatMap((current, at) => {
    const { pin, location, path } = current;
    const conflict = pins.slice(0, at).find((other) => sharesVariable(other, current) && other.location !== location);
    if (conflict === undefined) return [];
    const message = `${conflict.pin.model} is pinned in ${conflict.location} for ${conflict.family} and ${pin.model} in ${location} here; Claude Code has only one location for both`;
    const fix = `Write "location": "${conflict.location}" in both.`;
    return [error('location_conflict', `${path}/location`, message, fix)];
  });
}

function sharesVariable(a: PinInRing, b: PinInRing): boolean {
  const variable = a.catalogueModel?.regionVariable.value ?? null;
  return a.pin.model === b.pin.model || (variable !== null && variable === b.catalogueModel?.regionVariable.value);
}

function pinsOf(policy: Policy, ring: Ring, at: number, catalogue: Catalogue): readonly PinInRing[] {
  return families.flatMap((family) => {
    const pin = ring.pins[family];
    if (pin === undefined) return [];
    const path = pointer('', ['rings', at, 'pins', family]);
    const location = pin.location ?? ring.location ?? policy.location;
    return [{ ring, family, pin, location, path, catalogueModel: findModel(catalogue, pin.model) }];
  });
}

function error(code: string, path: string, message: string, fix: string): Finding {
  return { severity: 'error', code, path, message, fix };
}

function warning(code: string, path: string, message: string, fix: string): Finding {
  return { severity: 'warning', code, path, message, fix };
}
