// Checks of a ring as a whole: who is in it, which families it leaves without a pin, and which pins contradict.

import { isCallable } from '../availability/availability.ts';
import type { Finding } from '../fault.ts';
import { findModel, isShut } from '../models/catalogue.ts';
import { defaultModelsOf } from '../models/claude-code.ts';
import { compareModels, type Family, parseModel } from '../models/model.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import { pointer } from '../policy/pointer.ts';
import {
  type CalledModel,
  error,
  type LintedRing,
  type LintInput,
  seenCallable,
  settingOf,
  warning,
} from './linted-ring.ts';

export function checkSelectors(
  { ring, at }: LintedRing,
  { policy: { rings }, firstRings }: LintInput,
): readonly Finding[] {
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

/** Families without a pin follow the default of the installed Claude Code. */
export function checkCompleteness(linted: LintedRing, input: LintInput): readonly Finding[] {
  const { ring, at, locked } = linted;
  const path = pointer('', ['rings', at, 'pins']);
  if (Object.keys(ring.pins).length === 0 && locked) {
    const message = `ring ${ring.name} is locked to its pins but has none: no model could be chosen`;
    const fix = 'Add pins, or write "lock": false in this ring.';
    return [error('lock_without_pins', path, message, fix)];
  }
  const missing = (['opus', 'sonnet', 'haiku'] as const).filter((family) => ring.pins[family] === undefined);
  const falls = missing.flatMap((family) => fallOf(linted, input, family) ?? []);
  // Claude Code's documentation (model-config): background work runs on sonnet, unless opus alone is pinned.
  const isCostly = ring.pins.opus !== undefined && ring.pins.sonnet === undefined && !locked;
  if (!isCostly && (falls.length === 0 || (input.matrix === null && !locked))) return [];
  const facts = [...falls, ...(isCostly ? ['background work runs on opus, at its price'] : [])];
  const message = `${missing.join(' and ')} without a pin: ${facts.join('; ')}`;
  return [warning('pins_incomplete', path, message, fixFor(linted, input, missing))];
}

/** Two pins with one model, or with one region variable, can have only one location. */
export function checkSharedVariables({ pins }: LintedRing): readonly Finding[] {
  return pins.flatMap((current, at) => {
    const { endpoint, model, path } = current;
    const conflict = pins
      .slice(0, at)
      .find((other) => sharesVariable(other, current) && other.endpoint.location !== endpoint.location);
    if (conflict === undefined) return [];
    const { location } = conflict.endpoint;
    const message = `${conflict.model} is pinned in ${location} for ${conflict.family} and ${model} in ${endpoint.location} here; Claude Code has only one location for both`;
    const fix = `Write "location": "${location}" in both.`;
    return [error('location_conflict', path.replace(/model$/, 'location'), message, fix)];
  });
}

/** What Claude Code calls for a family without a pin, unless each such model is known to answer. */
function fallOf(linted: LintedRing, input: LintInput, family: Family): string | null {
  const { project, location, locked } = linted;
  if (locked) return `the lock lets no ${family} through`;
  const minimum = settingOf(linted, input, 'requiredMinimumVersion') ?? null;
  const states = defaultModelsOf(family, minimum).map((model) => {
    const endpoint = { project, location, model };
    if (seenCallable(input, endpoint) !== null) return { model, state: 'answers' };
    return { model, state: input.cells.get(endpointKey(endpoint))?.state ?? 'unknown' };
  });
  if (states.every(({ state }) => state === 'answers')) return null;
  const facts = states.map(({ model, state }) => {
    if (state === 'answers') return `${model} (answers)`;
    return state === 'unknown' ? `${model} (not known to answer)` : `${model} (does not answer: ${state})`;
  });
  return `${family} falls to Claude Code's built-in ${facts.join(' or ')}, in project ${project} and location ${location}`;
}

/** A callable model for each family without a pin; for the others, the pin of another family. */
function fixFor(
  { ring, project, location }: LintedRing,
  { matrix, catalogue, day }: LintInput,
  missing: readonly Family[],
): string {
  const callable = (matrix?.cells ?? [])
    .filter((cell) => cell.project === project && cell.location === location && isCallable(cell.state))
    .flatMap(({ model }) => parseModel(model) ?? [])
    .filter(({ id }) => {
      const known = findModel(catalogue, id);
      return known === null || !isShut(known, day);
    })
    .toSorted(compareModels);
  const fixes = missing.map((family) => {
    const own = callable.findLast((model) => model.family === family);
    if (own !== undefined) return `Pin ${family} to "${own.id}".`;
    const other = Object.values(ring.pins)[0]?.model;
    if (matrix === null || other === undefined) return `Pin ${family} too.`;
    const article = /^[aeiou]/.test(family) ? 'an' : 'a';
    return `Enable ${article} ${family} for project ${project}, or write {"id": "${other}", "families": ["${family}"]} in "models" and pin ${family} to it.`;
  });
  return fixes.join(' ');
}

function sharesVariable(a: CalledModel, b: CalledModel): boolean {
  const variable = a.catalogueModel?.regionVariable.value ?? null;
  return a.model === b.model || (variable !== null && variable === b.catalogueModel?.regionVariable.value);
}
