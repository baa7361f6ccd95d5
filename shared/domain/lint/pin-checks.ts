// Checks of pins alone: the family, how the location is expressed, the 1M context.

import type { Finding } from '../fault.ts';
import { modelOf, newestOpen } from '../models/catalogue.ts';
import { type CalledModel, error, type LintedRing, type LintInput, warning } from './linted-ring.ts';

export function checkPins({ pins, location }: LintedRing, input: LintInput): readonly Finding[] {
  return pins.flatMap((pin) => [...checkFamily(pin, input), ...checkExpressible(pin, location), ...checkContext(pin)]);
}

/** The pin's own family, or one that the policy's `models` has for the model. */
function checkFamily(
  { model, family, path, catalogueModel }: CalledModel,
  { policy, catalogue, day }: LintInput,
): readonly Finding[] {
  const actual = modelOf({ id: model }).family;
  const own = policy.models.find(({ id }) => id === model || id === catalogueModel?.id);
  if (actual === family || own?.families?.includes(family) === true) return [];
  const newest = newestOpen(catalogue, family, day)?.id;
  const message = `developers who choose ${family} would get ${model}, of family ${actual}`;
  const fix = `${newest === undefined ? 'Pin' : `Pin "${newest}" or another`} model of family ${family}; or, if you mean this, write {"id": "${model}", "families": ["${family}"]} in "models" of the policy.`;
  return [error('family_differs', path, message, fix)];
}

function checkExpressible(
  { pin, model, endpoint, path, catalogueModel }: CalledModel,
  ringLocation: string,
): readonly Finding[] {
  const { location } = endpoint;
  if (location === ringLocation || catalogueModel === null || catalogueModel.regionVariable.value !== null) return [];
  const message = `Claude Code has no variable that would send ${model} to ${location}; it would be called in ${ringLocation}`;
  const fix = `Remove the pin's location, or move the whole ring to ${location}.`;
  return pin === null ? [] : [error('location_not_expressible', path.replace(/model$/, 'location'), message, fix)];
}

function checkContext({ pin, model, path, catalogueModel }: CalledModel): readonly Finding[] {
  if (pin?.context1m !== true || catalogueModel === null) return [];
  const rule = catalogueModel.context1m.value;
  const at = path.replace(/model$/, 'context1m');
  if (rule === null) {
    const message = `whether ${model} has a 1M context is not known; no [1m] is sent`;
    const fix = 'Set "context1m" for it in "models" of the policy.';
    return [warning('context1m_unknown', at, message, fix)];
  }
  if (rule.kind !== 'none') return [];
  return [error('context1m_unsupported', at, `${model} has no 1M context`, 'Write "context1m": false.')];
}
