// Checks of every model that a ring calls, whether a pin or a setting names it.

import { dayMs } from '../day.ts';
import type { Finding } from '../fault.ts';
import { type Catalogue, isServedIn, newestOpen, rightIdOf } from '../models/catalogue.ts';
import { listLocations } from '../models/location.ts';
import type { Family } from '../models/model.ts';
import { isAllowedBy, isDeniedBy } from '../serving/allow-list.ts';
import { availableModelsOf, isExactMatch } from '../serving/written-settings.ts';
import {
  type CalledModel,
  error,
  type LintedRing,
  type LintInput,
  seenCallable,
  settingOf,
  settingPath,
  unlessSeen,
  warning,
} from './linted-ring.ts';

/** A model gets a warning this many days before the earliest day on which Google may shut it. */
const floorWarningDays = 30;

export function checkModels(ring: LintedRing, input: LintInput): readonly Finding[] {
  const called = [...ring.pins, ...ring.named];
  return [
    ...called.flatMap((model) => [
      ...[...checkKnown(model, input), ...checkServed(model, input), ...checkShut(model, input)].map((found) =>
        found.severity === 'error' ? unlessSeen(input, model, found) : found,
      ),
      ...checkAllowed(model, ring, input),
      ...checkDenied(model, ring, input),
    ]),
    ...checkOverrides(ring, input),
  ];
}

function checkKnown({ model, family, path, catalogueModel }: CalledModel, input: LintInput): readonly Finding[] {
  if (catalogueModel !== null) return [];
  return [error('model_unknown', path, `the catalogue has no ${model}`, fixOf(model, family, input))];
}

/** Many rings may call one model. The catalogue of one lint is the key, so nothing is kept after it. */
const fixes = new WeakMap<Catalogue, Map<string, string>>();

function fixOf(model: string, family: Family, { catalogue, day }: LintInput): string {
  const known = fixes.get(catalogue) ?? new Map<string, string>();
  fixes.set(catalogue, known);
  const fix = known.get(model) ?? makeFix(model, family, catalogue, day);
  known.set(model, fix);
  return fix;
}

function makeFix(model: string, family: Family, catalogue: Catalogue, day: string): string {
  const right = rightIdOf(catalogue, model, day);
  if (right !== null) return `Write "${right}".`;
  const newest = newestOpen(catalogue, family, day);
  const example = newest === null ? '' : ` (the newest known ${family} is "${newest.id}")`;
  return `Check the id${example}, or add {"id": "${model}"} to "models" of the policy.`;
}

function checkServed(
  { model, endpoint, path, locationPath, catalogueModel }: CalledModel,
  input: LintInput,
): readonly Finding[] {
  const { location } = endpoint;
  if (catalogueModel === null || isServedIn(catalogueModel, location) !== false) return [];
  const bare = catalogueModel.id;
  if (bare !== model && seenCallable(input, { ...endpoint, model: bare }) !== null) {
    const message = `${model} is not known to be served in ${location}, but ${bare}, the same version, answered there`;
    return [error('location_not_served', path, message, `Write "${bare}".`)];
  }
  const served = listLocations(catalogueModel.locations.value ?? []);
  const message = `${model} is not served in ${location}`;
  const fix = `Use one of: ${served}; or, if Vertex serves it there by now, send the change with ?probe and again after the next run of the probe, or set its locations in "models" of the policy.`;
  const isSure = catalogueModel.locations.certainty === 'high' || catalogueModel.locations.certainty === 'medium';
  return [(isSure ? error : warning)('location_not_served', locationPath, message, fix)];
}

function checkShut({ model, pin, path, catalogueModel }: CalledModel, { day }: LintInput): readonly Finding[] {
  const retirement = catalogueModel?.retirement.value ?? null;
  if (retirement === null) return [];
  const fix = `${pin === null ? 'Choose' : 'Pin'} a newer model; GET /v1/catalogue lists them with their dates.`;
  if (retirement.kind === 'shut') {
    if (retirement.date > day)
      return [warning('model_closing', path, `Google shuts ${model} on ${retirement.date}`, fix)];
    return [error('model_shut', path, `Google shut ${model} on ${retirement.date}`, fix)];
  }
  if (Date.parse(retirement.date) - Date.parse(day) > floorWarningDays * dayMs) return [];
  const message = `Google promises ${model} only until ${retirement.date}; it may be shut at any time from then on`;
  return [warning('model_past_floor', path, message, fix)];
}

function checkAllowed({ model, path, pin }: CalledModel, linted: LintedRing, input: LintInput): readonly Finding[] {
  const { ring, locked, pins } = linted;
  if (locked) {
    if (pin !== null || pins.some((each) => each.model === model)) return [];
    const fix = `Pin it, choose one of the pinned models or an alias, or write "lock": false in ring ${ring.name}.`;
    return [error('pin_not_available', path, `the lock of ring ${ring.name} does not let ${model} through`, fix)];
  }
  const allowed = availableModelsOf(input.policy, ring);
  if (allowed === null || isAllowedBy(allowed, model, isExactMatch(input.policy, ring))) return [];
  const message = `settings.availableModels does not let ${model} through, so Claude Code would refuse it`;
  const fix = `Add "${model}" to availableModels, or remove availableModels and write "lock": true, which derives it.`;
  return [error('pin_not_available', path, message, fix)];
}

function checkDenied({ model, path }: CalledModel, linted: LintedRing, input: LintInput): readonly Finding[] {
  const denied: unknown = settingOf(linted, input, 'deniedModels');
  if (!Array.isArray(denied) || !isDeniedBy(denied, model)) return [];
  const message = `settings.deniedModels denies ${model}: Claude Code would call a model that nobody pinned`;
  return [error('pin_denied', path, message, 'Remove its entry from deniedModels, or choose another model.')];
}

/** A pinned id is mapped to itself, so an override of it has no effect. */
function checkOverrides(linted: LintedRing, input: LintInput): readonly Finding[] {
  const overrides: unknown = settingOf(linted, input, 'modelOverrides');
  if (typeof overrides !== 'object' || overrides === null) return [];
  const byId = new Map(linted.pins.map((pin) => [pin.model, pin]));
  return [...byId.values()].flatMap(({ model, family }) => {
    const value: unknown = Object.hasOwn(overrides, model) ? Reflect.get(overrides, model) : model;
    if (value === model) return [];
    const message = `modelOverrides sends ${model}, which ${family} is pinned to, to another model`;
    const fix = `Remove it, and pin ${family} to the model that you want.`;
    return [error('pin_overridden', settingPath(linted, ['modelOverrides', model]), message, fix)];
  });
}
