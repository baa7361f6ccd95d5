// The CLI gate: a machine whose Claude Code is too old for a model, or for its location, gets the newest older model of
// the family that it can run there.

import { type CallableModels, isKnownCallable } from '../availability/callable-models.ts';
import {
  type Catalogue,
  findModel,
  isServedIn,
  isShut,
  modelOf,
  modelsOfFamily,
  runsOn,
  suffixFor,
} from '../models/catalogue.ts';
import type { CatalogueModel } from '../models/catalogue-model.ts';
import { needOf } from '../models/claude-code.ts';
import { compareModels } from '../models/model.ts';
import { compareVersions } from '../models/version.ts';
import { modelNamedBy, replaceModels } from '../policy/model-references.ts';
import { locationOf } from '../policy/pinned-endpoints.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import type { Settings } from '../policy/settings.ts';
import { isAllowedBy } from './allow-list.ts';
import type { Reason } from './resolution.ts';
import { availableModelsOf, isExactMatch } from './written-settings.ts';

export interface GateInput {
  readonly policy: Policy;
  readonly ring: Ring;
  readonly cli: string | null;
  readonly catalogue: Catalogue;
  /** The models that a CLI too old for its pin may get instead. */
  readonly callableModels: CallableModels;
  /** The day in UTC (YYYY-MM-DD). */
  readonly day: string;
}

interface Gated {
  readonly model: string;
  /** Why it isn't the wanted model, or why an older one could not be found. */
  readonly reasons: readonly Omit<Reason, 'about'>[];
}

/** The wanted model, or for an older CLI the newest model of the family that it can run there, if there is one. */
export function modelForCli(input: GateInput, wanted: string, location: string): Gated {
  const { policy, ring, cli, catalogue } = input;
  const entry = findModel(catalogue, wanted);
  const need = entry === null ? null : needOf(entry, location, ring.location ?? policy.location);
  if (cli === null || entry === null || need === null || compareVersions(cli, need.version) >= 0) {
    return { model: wanted, reasons: [] };
  }
  const { family } = modelOf(entry);
  const needs = `${need.what} needs Claude Code ${need.version}, this machine runs ${cli}`;
  const older = modelsOfFamily(catalogue, family).find(
    (candidate) => isOlder(candidate, entry) && isFor(input, cli, candidate, location),
  );
  if (older === undefined) {
    const text = `${needs}, and no older ${family} is known to run there: ${wanted} is served unchanged.`;
    return { model: wanted, reasons: [{ code: 'cli_too_old', text }] };
  }
  const text = `${needs}, so the machine gets ${older.id}, the newest ${family} that it can run.`;
  return { model: older.id, reasons: [{ code: 'cli_gated', text }] };
}

/** The settings with each model that they call replaced as a pin would be, and the reasons. */
export function settingsForCli(
  input: GateInput,
  settings: Settings,
): { readonly settings: Settings; readonly reasons: readonly Reason[] } {
  const reasons: Reason[] = [];
  const replaced = replaceModels(settings, (text, role, path) => {
    const model = role === 'called' ? modelNamedBy(text) : null;
    if (model === null) return text;
    const gated = modelForCli(input, model.id, locationOf(input.policy, input.ring, model.id));
    reasons.push(...gated.reasons.map((reason) => ({ about: `settings.${path.map(String).join('.')}`, ...reason })));
    if (gated.model === model.id) return text;
    const rule = findModel(input.catalogue, gated.model)?.context1m.value ?? null;
    return gated.model + (text === model.id ? '' : suffixFor(rule, input.cli));
  });
  return { settings: replaced, reasons: reasons.toSorted((a, b) => (a.about < b.about ? -1 : 1)) };
}

function isOlder(candidate: CatalogueModel, than: CatalogueModel): boolean {
  return compareModels(modelOf(candidate), modelOf(than)) < 0;
}

/** Whether a machine with this CLI could be served the model there. What the probe saw beats the catalogue. */
function isFor(input: GateInput, cli: string, candidate: CatalogueModel, location: string): boolean {
  const { policy, ring, callableModels, day } = input;
  const ringLocation = ring.location ?? policy.location;
  const need = needOf(candidate, location, ringLocation);
  // A lock replaces the allow list, so the list doesn't limit the models for an older CLI.
  const allowed = (ring.lock ?? policy.lock) ? null : availableModelsOf(policy, ring);
  return (
    runsOn(candidate, cli) === true &&
    need !== null &&
    compareVersions(cli, need.version) >= 0 &&
    (callableModels !== null || isServedIn(candidate, location) === true) &&
    isKnownCallable(callableModels, ring.project ?? policy.project, location, candidate.id) &&
    !(location !== ringLocation && candidate.regionVariable.value === null) &&
    !isShut(candidate, day) &&
    (allowed === null || isAllowedBy(allowed, candidate.id, isExactMatch(policy, ring)))
  );
}
