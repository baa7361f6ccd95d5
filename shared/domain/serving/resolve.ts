// Resolving: a pure function from a policy, a ring, a CLI version and a day to a resolution. The result is the same for
// every such machine, so callers can cache it.

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
import { compareModels, type Family, families } from '../models/model.ts';
import type { Pin } from '../policy/pin.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import { isAllowedBy } from './allow-list.ts';
import type { Reason, Resolution, ResolvedPin } from './resolution.ts';
import type { Rollout } from './rollout.ts';
import { availableModelsOf, lockSettings, passedSettings, pinVariables } from './written-settings.ts';

interface ResolveInput {
  readonly policy: Policy;
  /** With the pins of all rollouts that have reached the machine. */
  readonly ring: Ring;
  readonly reached: readonly Rollout[];
  /** The selector that matched the machine; for the reasons. */
  readonly selector: string;
  readonly cli: string | null;
  readonly catalogue: Catalogue;
  /** The models that a CLI too old for its pin may get instead. */
  readonly callableModels: CallableModels;
  /** The day in UTC (YYYY-MM-DD). A resolution has no other clock, so it changes at most once a day. */
  readonly day: string;
}

interface PinWithReasons {
  readonly pin: ResolvedPin;
  readonly reasons: readonly Reason[];
}

/** The pins and settings for a machine, with the reasons. */
export function resolve(input: ResolveInput): Resolution {
  const { policy, ring, selector, cli } = input;
  const project = ring.project ?? policy.project;
  const location = ring.location ?? policy.location;
  const locked = ring.lock ?? policy.lock;
  const ringSettings = passedSettings(policy, ring);
  const resolved = resolveFamilies(input);
  const pins = resolved.map(({ pin }) => pin);
  const reasons = [
    { about: 'ring', code: 'ring_matched', text: `Ring ${ring.name} is the first that lists ${selector}.` },
    ...(cli === null ? [noCli] : []),
    ...resolved.flatMap(({ reasons: pinReasons }) => pinReasons),
    ...(locked ? [lockReason] : []),
  ];
  const variables = pinVariables(project, location, pins);
  // Pinward's variables come first: a shell that stops at another one has read them. They come again to override it.
  const env = { ...variables, ...ringSettings.env, ...variables };
  const settings = { ...ringSettings, ...(locked ? lockSettings(pins) : {}), env };
  return { ring: ring.name, project, location, locked, pins, settings, reasons };
}

/** The pins alone. Settings can be large, and a change compares the pins of every ring. */
export function resolvePins(input: ResolveInput): readonly ResolvedPin[] {
  return resolveFamilies(input).map(({ pin }) => pin);
}

/** Families whose pin the machine's CLI is too old for. */
export function heldBackBy({ reasons }: Resolution): readonly string[] {
  return reasons.filter(({ code }) => code === 'cli_gated' || code === 'cli_too_old').map(({ about }) => about);
}

/** The ring's own pin, and the rollout that replaces it for this machine. A rollout begins from the ring's pin. */
function pinReasons({ ring, reached }: ResolveInput, family: Family, pin: Pin): readonly Reason[] {
  const rollout = reached.findLast((each) => each.family === family);
  const own = rollout?.from ?? pin;
  const where = own.location === undefined ? '' : ` in ${own.location}`;
  const text = `Ring ${ring.name} pins ${family} to ${own.model}${where}.`;
  const pinned = { about: family, code: 'pinned', text, model: own.model };
  if (rollout === undefined) return [pinned];
  const instead = `Rollout ${rollout.id} has reached this machine: its pin is ${pin.model} instead.`;
  return [pinned, { about: family, code: 'rolled_out', text: instead, model: pin.model }];
}

const noCli = {
  about: 'ring',
  code: 'cli_unstated',
  text: 'No version of Claude Code is stated, so the pins are served unchanged.',
};

const lockReason = {
  about: 'lock',
  code: 'locked',
  text: 'The policy is locked: developers can choose only the pinned models (availableModels, enforceAvailableModels).',
};

function resolveFamilies(input: ResolveInput): readonly PinWithReasons[] {
  const { policy, ring } = input;
  const location = ring.location ?? policy.location;
  // A lock replaces the allow list, so the list doesn't limit the models for an older CLI.
  const allowed = (ring.lock ?? policy.lock) ? null : availableModelsOf(policy, ring);
  return families.flatMap((family) => {
    const pin = ring.pins[family];
    return pin === undefined ? [] : [resolvePin(input, family, pin, location, allowed)];
  });
}

function resolvePin(
  input: ResolveInput,
  family: Family,
  pin: Pin,
  ringLocation: string,
  availableModels: readonly string[] | null,
): PinWithReasons {
  const { cli, catalogue } = input;
  const location = pin.location ?? ringLocation;
  const pinned = findModel(catalogue, pin.model);
  const chosen = modelForCli(input, pin.model, location, availableModels);
  const served = chosen.model === pin.model ? pinned : findModel(catalogue, chosen.model);
  const suffix = pin.context1m ? suffixFor(served?.context1m.value ?? null, cli) : '';
  return {
    pin: {
      family,
      model: chosen.model,
      location,
      context1m: pin.context1m,
      variableValue: chosen.model + suffix,
      regionVariable: served?.regionVariable.value ?? null,
    },
    reasons: [
      ...pinReasons(input, family, pin),
      ...chosen.reasons.map((reason) => ({ about: family, ...reason, model: chosen.model })),
    ],
  };
}

/** The pinned model, or for an older CLI the newest model of the family that it can run there, if there is one. */
function modelForCli(
  input: ResolveInput,
  pinned: string,
  location: string,
  availableModels: readonly string[] | null,
): { model: string; reasons: { code: string; text: string }[] } {
  const { policy, ring, cli, catalogue, day, callableModels } = input;
  const pinnedModel = findModel(catalogue, pinned);
  if (cli === null || pinnedModel === null || runsOn(pinnedModel, cli) !== false) return { model: pinned, reasons: [] };
  const needs = `${pinned} needs Claude Code ${pinnedModel.minimumCli.value}, this machine runs ${cli}`;
  const { family } = modelOf(pinnedModel);
  const isElsewhere = location !== (ring.location ?? policy.location);
  const older = modelsOfFamily(catalogue, family).find(
    (candidate) =>
      isOlder(candidate, pinnedModel) &&
      runsOn(candidate, cli) === true &&
      isServedIn(candidate, location) === true &&
      isKnownCallable(callableModels, ring.project ?? policy.project, location, candidate.id) &&
      !(isElsewhere && candidate.regionVariable.value === null) &&
      !isShut(candidate, day) &&
      (availableModels === null || isAllowedBy(availableModels, candidate.id)),
  );
  if (older === undefined) {
    const text = `${needs}, and no older ${family} is known to run there: the pin is served unchanged.`;
    return { model: pinned, reasons: [{ code: 'cli_too_old', text }] };
  }
  const text = `${needs}, so the machine gets ${older.id}, the newest ${family} that it can run.`;
  return { model: older.id, reasons: [{ code: 'cli_gated', text }] };
}

function isOlder(candidate: CatalogueModel, than: CatalogueModel): boolean {
  return compareModels(modelOf(candidate), modelOf(than)) < 0;
}
