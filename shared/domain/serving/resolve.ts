// Resolving: a pure function from a policy, a ring, a CLI version and a day to a resolution. The result is the same for
// every such machine, so callers can cache it.

import { findModel, suffixFor } from '../models/catalogue.ts';
import { lockNeeds, refusesLockedSuffix } from '../models/claude-code.ts';
import { type Family, families, isFamily } from '../models/model.ts';
import { compareVersions } from '../models/version.ts';
import type { Pin } from '../policy/pin.ts';
import { type GateInput, modelForCli, settingsForCli } from './cli-gate.ts';
import type { Reason, Resolution, ResolvedPin } from './resolution.ts';
import type { Rollout } from './rollout.ts';
import {
  emptiedVariables,
  identityMap,
  lockSettings,
  passedSettings,
  pinVariables,
  regionVariables,
} from './written-settings.ts';

/** `ring` has the pins of all rollouts that have reached the machine. */
interface ResolveInput extends GateInput {
  readonly reached: readonly Rollout[];
  /** The selector that matched the machine; for the reasons. */
  readonly selector: string;
}

interface PinWithReasons {
  readonly pin: ResolvedPin;
  readonly reasons: readonly Reason[];
}

/** The pins and settings for a machine, with the reasons. It changes at most once a day: it has no other clock. */
export function resolve(input: ResolveInput): Resolution {
  const { policy, ring, selector, cli } = input;
  const project = ring.project ?? policy.project;
  const location = ring.location ?? policy.location;
  const locked = ring.lock ?? policy.lock;
  const passed = settingsForCli(input, passedSettings(policy, ring));
  const resolved = resolveFamilies(input);
  const pins = resolved.map(({ pin }) => pin);
  const reasons = [
    { about: 'ring', code: 'ring_matched', text: `Ring ${ring.name} is the first that lists ${selector}.` },
    ...(cli === null ? [noCli] : []),
    ...resolved.flatMap(({ reasons: pinReasons }) => pinReasons),
    ...passed.reasons,
    ...(locked ? lockReasons(cli) : []),
  ];
  const resident = ring.residency ?? policy.residency ?? false;
  const variables = {
    ...pinVariables(project, location, []),
    ...(resident ? regionVariables(input.catalogue, location) : {}),
    ...pinVariables(project, location, pins),
  };
  // Pinward's variables come first: a shell that stops at another one has read them. They come again to override it.
  const env = { ...variables, ...emptiedVariables(locked, resident), ...passed.settings.env, ...variables };
  const written = { ...identityMap(pins, passed.settings), ...(locked ? lockSettings(pins, env) : {}) };
  return {
    ring: ring.name,
    project,
    location,
    locked,
    pins,
    settings: { ...passed.settings, ...written, env },
    reasons,
  };
}

/** The pins alone. Settings can be large, and a change compares the pins of every ring. */
export function resolvePins(input: ResolveInput): readonly ResolvedPin[] {
  return resolveFamilies(input).map(({ pin }) => pin);
}

/** Families whose pin the machine's CLI is too old for. */
export function heldBackBy({ reasons }: Resolution): readonly string[] {
  const held = reasons.filter(({ code }) => code === 'cli_gated' || code === 'cli_too_old').map(({ about }) => about);
  return held.filter(isFamily);
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

/** What the lock does, and what this CLI is too old to do of it. */
function lockReasons(cli: string | null): readonly Reason[] {
  const unmet = lockNeeds.filter(({ version }) => cli !== null && compareVersions(cli, version) < 0);
  const parts = unmet.map(({ what, version }) => `${what} (from ${version} on)`).join(', ');
  const text = `Claude Code ${cli} is too old to hold the lock whole: it does not ${parts}.`;
  return unmet.length === 0 ? [lockReason] : [lockReason, { about: 'lock', code: 'lock_not_held', text }];
}

function resolveFamilies(input: ResolveInput): readonly PinWithReasons[] {
  return families.flatMap((family) => {
    const pin = input.ring.pins[family];
    return pin === undefined ? [] : [resolvePin(input, family, pin)];
  });
}

function resolvePin(input: ResolveInput, family: Family, pin: Pin): PinWithReasons {
  const { policy, ring, cli, catalogue } = input;
  const location = pin.location ?? ring.location ?? policy.location;
  const { model, reasons } = modelForCli(input, pin.model, location);
  const served = findModel(catalogue, model);
  const wanted = pin.context1m ? suffixFor(served?.context1m.value ?? null, cli) : '';
  const isRefused = wanted !== '' && (ring.lock ?? policy.lock) && cli !== null && refusesLockedSuffix(cli);
  const suffix = isRefused ? '' : wanted;
  const text = `Claude Code ${cli} refuses ${family} with ${wanted} under a lock, so ${model} is served without the 1M context.`;
  const dropped = isRefused ? [{ code: 'context1m_dropped', text }] : [];
  return {
    pin: {
      family,
      model,
      location,
      context1m: pin.context1m,
      variableValue: model + suffix,
      regionVariable: served?.regionVariable.value ?? null,
    },
    reasons: [
      ...pinReasons(input, family, pin),
      ...[...reasons, ...dropped].map((reason) => ({ about: family, ...reason, model })),
    ],
  };
}
