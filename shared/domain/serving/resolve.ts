// Resolution: what the machines of one ring with one Claude Code version should use on one day, and why. Pure and the
// same for every such machine, so the API computes it once for each (ring, CLI version) and revision.

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
import { lockSettings, passedSettings, pinVariables } from './written-settings.ts';

interface ResolveInput {
  readonly policy: Policy;
  /** With the pins moved that rollouts have brought to the machine. */
  readonly ring: Ring;
  readonly reached: readonly Rollout[];
  /** The selector by which the machine came into the ring, for the reasons. */
  readonly selector: string;
  readonly cli: string | null;
  readonly catalogue: Catalogue;
  /** Which models a CLI too old for its pin may get instead. */
  readonly callableModels: CallableModels;
  /** The day in UTC as YYYY-MM-DD: the only clock a resolution sees, so that its bytes change once a day at most. */
  readonly day: string;
}

export function resolve(input: ResolveInput): Resolution {
  const { policy, ring, selector, cli } = input;
  const project = ring.project ?? policy.project;
  const location = ring.location ?? policy.location;
  const locked = ring.lock ?? policy.lock;
  const passed = passedSettings(policy, ring);
  // A lock replaces the list, so the list has no say in what an older CLI gets.
  const allowed = locked ? null : (passed.availableModels ?? null);
  const resolved = families.flatMap((family) => {
    const pin = ring.pins[family];
    return pin === undefined ? [] : [resolvePin(input, family, pin, location, allowed)];
  });
  const pins = resolved.map(({ pin }) => pin);
  const reasons = [
    { about: 'ring', code: 'ring_matched', text: `Ring ${ring.name} is the first that lists ${selector}.` },
    ...(cli === null ? [noCli] : []),
    ...input.reached.map(rolloutReason),
    ...resolved.flatMap(({ reasons: own }) => own),
    ...(locked ? [lockReason] : []),
  ];
  const own = pinVariables(project, location, pins);
  // Ours stand first, so that a shell that chokes on another variable has read them, and last, so that they win.
  const env = { ...own, ...passed.env, ...own };
  const settings = { ...passed, ...(locked ? lockSettings(pins) : {}), env };
  return { ring: ring.name, project, location, locked, pins, settings, reasons };
}

/** Families whose pin an old CLI can't run. */
export function heldBackBy({ reasons }: Resolution): readonly string[] {
  return reasons.filter(({ code }) => code === 'cli_gated' || code === 'cli_too_old').map(({ about }) => about);
}

function rolloutReason({ id, family, from, to }: Rollout): Reason {
  const text = `Rollout ${id} has reached this machine: ${family} is ${to.model} instead of ${from.model}.`;
  return { about: family, code: 'rolled_out', text };
}

const noCli = {
  about: 'ring',
  code: 'cli_unstated',
  text: 'The machine did not say which Claude Code it runs, so the pins are served as they stand.',
};

const lockReason = {
  about: 'lock',
  code: 'locked',
  text: 'The policy is locked: only the pinned models can be chosen (availableModels, enforceAvailableModels).',
};

function resolvePin(
  input: ResolveInput,
  family: Family,
  pin: Pin,
  ringLocation: string,
  availableModels: readonly string[] | null,
): { pin: ResolvedPin; reasons: Reason[] } {
  const { cli, catalogue } = input;
  const location = pin.location ?? ringLocation;
  const pinned = findModel(catalogue, pin.model);
  const gate = gateCli(input, pin.model, location, availableModels);
  const served = gate.model === pin.model ? pinned : findModel(catalogue, gate.model);
  const suffix = pin.context1m ? suffixFor(served?.context1m.value ?? null, cli) : '';
  const where = pin.location === undefined ? '' : ` in ${location}`;
  return {
    pin: {
      family,
      model: gate.model,
      location,
      context1m: pin.context1m,
      variableValue: gate.model + suffix,
      regionVariable: served?.regionVariable.value ?? null,
    },
    reasons: [
      { about: family, code: 'pinned', text: `Ring ${input.ring.name} pins ${family} to ${pin.model}${where}.` },
      ...gate.reasons.map((reason) => ({ about: family, ...reason })),
    ],
  };
}

/** An older CLI gets the newest model of the pinned one's family that it can run there; if none, the pin as it stands. */
function gateCli(
  input: ResolveInput,
  pinned: string,
  location: string,
  availableModels: readonly string[] | null,
): { model: string; reasons: { code: string; text: string }[] } {
  const { policy, ring, cli, catalogue, day, callableModels } = input;
  const entry = findModel(catalogue, pinned);
  if (cli === null || entry === null || runsOn(entry, cli) !== false) return { model: pinned, reasons: [] };
  const needs = `${pinned} needs Claude Code ${entry.minimumCli.value}, this machine runs ${cli}`;
  const { family } = modelOf(entry);
  const isElsewhere = location !== (ring.location ?? policy.location);
  const older = modelsOfFamily(catalogue, family).find(
    (candidate) =>
      isOlder(candidate, entry) &&
      runsOn(candidate, cli) === true &&
      isServedIn(candidate, location) === true &&
      isKnownCallable(callableModels, ring.project ?? policy.project, location, candidate.id) &&
      !(isElsewhere && candidate.regionVariable.value === null) &&
      !isShut(candidate, day) &&
      (availableModels === null || isAllowedBy(availableModels, candidate.id)),
  );
  if (older === undefined) {
    const text = `${needs}, and no older ${family} is known to run there: the pin is served as it stands.`;
    return { model: pinned, reasons: [{ code: 'cli_too_old', text }] };
  }
  const text = `${needs}: it gets ${older.id}, the newest ${family} that it can run.`;
  return { model: older.id, reasons: [{ code: 'cli_gated', text }] };
}

function isOlder(candidate: CatalogueModel, than: CatalogueModel): boolean {
  return compareModels(modelOf(candidate), modelOf(than)) < 0;
}
