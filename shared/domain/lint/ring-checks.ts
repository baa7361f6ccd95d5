// Checks of a ring as a whole: who is in it, which families it leaves without a pin, and which pins contradict.

import { isCallable } from '../availability/availability.ts';
import type { Finding } from '../fault.ts';
import { defaultModelsOf } from '../models/claude-code.ts';
import { type Family, parseModel } from '../models/model.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import { pointer } from '../policy/read-draft.ts';
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
  if (Object.keys(ring.pins).length === 0) {
    const message = `ring ${ring.name} is locked to its pins but has none: no model could be chosen`;
    const fix = 'Add pins, or write "lock": false in this ring.';
    return locked ? [error('lock_without_pins', path, message, fix)] : [];
  }
  const missing = (['opus', 'sonnet', 'haiku'] as const).filter((family) => ring.pins[family] === undefined);
  const defaults = missing.map((family) => defaultsOf(linted, input, family));
  const isCostly = ring.pins.opus !== undefined && missing.length > 0;
  const unseen = defaults.filter(({ isSeen }) => !isSeen);
  if (!isCostly && (input.matrix === null || unseen.length === 0)) return [];
  const facts = [
    ...(input.matrix === null ? defaults : unseen).map(({ text }) => text),
    ...(isCostly ? ['background work runs on opus, at its price'] : []),
  ];
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

/** What Claude Code calls for a family without a pin, and whether the project can. */
function defaultsOf(
  linted: LintedRing,
  input: LintInput,
  family: Family,
): { readonly text: string; readonly isSeen: boolean } {
  const { project, location } = linted;
  const models = defaultModelsOf(family, settingOf(linted, input, 'requiredMinimumVersion') ?? null);
  const unseen = models.filter((model) => seenCallable(input, { project, location, model }) === null);
  const falls = `${family} falls to Claude Code's built-in ${models.join(' or ')}`;
  if (input.matrix === null) return { text: `${falls}, of which nothing is known here`, isSeen: false };
  const states = unseen.map((model) => input.cells.get(endpointKey({ project, location, model }))?.state ?? 'unknown');
  const text = `${falls}, which project ${project} can't call in ${location} as far as the probe saw (${[...new Set(states)].join(', ')})`;
  return { text, isSeen: unseen.length === 0 };
}

/** A callable model for each family without a pin; for the others, the pin of another family. */
function fixFor({ ring, project, location }: LintedRing, { matrix }: LintInput, missing: readonly Family[]): string {
  const callable = (matrix?.cells ?? [])
    .filter((cell) => cell.project === project && cell.location === location && isCallable(cell.state))
    .map(({ model }) => model);
  const fixes = missing.map((family) => {
    const own = callable.findLast((model) => parseModel(model)?.family === family);
    if (own !== undefined) return `Pin ${family} to "${own}".`;
    if (matrix === null) return `Pin ${family} too.`;
    const other = Object.values(ring.pins)[0]?.model;
    return `Enable a ${family} for project ${project}, or write {"id": "${other}", "families": ["${family}"]} in "models" and pin ${family} to it.`;
  });
  return fixes.join(' ');
}

function sharesVariable(a: CalledModel, b: CalledModel): boolean {
  const variable = a.catalogueModel?.regionVariable.value ?? null;
  return a.model === b.model || (variable !== null && variable === b.catalogueModel?.regionVariable.value);
}
