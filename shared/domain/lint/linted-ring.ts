// What the checks of lint look at: one ring with its pins and settings, and all that is known around it.

import { type Cell, isCallable, type Matrix } from '../availability/availability.ts';
import type { Finding } from '../fault.ts';
import { type Catalogue, findModel } from '../models/catalogue.ts';
import type { CatalogueModel } from '../models/catalogue-model.ts';
import type { Family } from '../models/model.ts';
import { families } from '../models/model.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';
import { calledReferences, type ModelReference, modelNamedBy, sharedReferences } from '../policy/model-references.ts';
import type { Pin } from '../policy/pin.ts';
import { locationOf } from '../policy/pinned-endpoints.ts';
import { pointer } from '../policy/pointer.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import type { Settings } from '../policy/settings.ts';

/** The policy and what it is checked against. */
export interface LintInput {
  readonly policy: Policy;
  /** With the policy's own models. */
  readonly catalogue: Catalogue;
  /** What the probe saw; null before its first run. */
  readonly matrix: Matrix | null;
  /** The cells of the matrix by `endpointKey`. */
  readonly cells: ReadonlyMap<string, Cell>;
  /** The index of the first ring that lists a selector. */
  readonly firstRings: ReadonlyMap<string, number>;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
}

/** A model that a ring's machines call, by a pin or by a setting. */
export interface CalledModel {
  readonly family: Family;
  readonly model: string;
  /** The pin; null when a setting names the model. */
  readonly pin: Pin | null;
  readonly endpoint: ModelEndpoint;
  /** A JSON pointer (RFC 6901) to the id. */
  readonly path: string;
  /** A JSON pointer to what decides the location. */
  readonly locationPath: string;
  readonly catalogueModel: CatalogueModel | null;
}

/** One ring. Nothing of the policy is copied for it: that would cost the size of the policy for each ring. */
export interface LintedRing {
  readonly ring: Ring;
  readonly at: number;
  readonly project: string;
  readonly location: string;
  readonly locked: boolean;
  readonly pins: readonly CalledModel[];
  /** The models that settings call. */
  readonly named: readonly CalledModel[];
}

/** Settings where they are written: of the policy, or of one ring. */
export interface WrittenSettings {
  readonly settings: Settings;
  /** A JSON pointer to them. */
  readonly path: string;
}

/** A check of one ring, with what it inherits from the policy. */
export type Check = (ring: LintedRing, input: LintInput) => readonly Finding[];

/** A check of settings, once where they are written. */
export type SettingsCheck = (written: WrittenSettings, input: LintInput) => readonly Finding[];

export function lintedRings(input: LintInput): readonly LintedRing[] {
  const { policy } = input;
  const shared = sharedReferences(policy);
  return policy.rings.map((ring, at) => {
    const references = calledReferences(ring, at, shared);
    return {
      ring,
      at,
      project: ring.project ?? policy.project,
      location: ring.location ?? policy.location,
      locked: ring.lock ?? policy.lock,
      pins: families.flatMap((family) => pinOf(input, ring, at, family)),
      named: references.flatMap((reference) => namedBy(input, ring, reference)),
    };
  });
}

export function writtenSettings({ settings, rings }: Policy): readonly WrittenSettings[] {
  const own = rings.map((ring, at) => ({
    settings: ring.settings ?? {},
    path: pointer('', ['rings', at, 'settings']),
  }));
  return [{ settings, path: '/settings' }, ...own];
}

/** The value of a setting in a ring: its own, else the policy's. */
export function settingOf<Key extends keyof Settings>(
  { ring }: LintedRing,
  { policy }: LintInput,
  key: Key,
): Settings[Key] {
  return ring.settings?.[key] ?? policy.settings[key];
}

/** The value of a variable in a ring: its own, else the policy's. */
export function variableOf({ ring }: LintedRing, { policy }: LintInput, name: string): string | undefined {
  return ring.settings?.env?.[name] ?? policy.settings.env?.[name];
}

/** A JSON pointer to a setting: of the ring when that has it, else of the policy. */
export function settingPath({ ring, at }: LintedRing, path: readonly [string, ...string[]]): string {
  const isOwn = ring.settings?.[path[0]] !== undefined;
  return pointer(isOwn ? pointer('', ['rings', at, 'settings']) : '/settings', path);
}

/** The cell of an endpoint that answered; null when none did. */
export function seenCallable({ cells }: LintInput, endpoint: ModelEndpoint): Cell | null {
  const cell = cells.get(endpointKey(endpoint));
  return cell !== undefined && isCallable(cell.state) ? cell : null;
}

/**
 * An error that only the catalogue knows of: a warning where the probe ever saw the model answer. Whether it still
 * answers is for the check of callable models, and must not stop changes of other rings.
 */
export function unlessSeen({ cells }: LintInput, { endpoint, model }: CalledModel, found: Finding): Finding {
  const seenAt = cells.get(endpointKey(endpoint))?.firstCallableAt ?? null;
  if (seenAt === null) return found;
  const { project, location } = endpoint;
  const seen = `but ${model} answered project ${project} in ${location} (first seen ${seenAt})`;
  return { ...found, severity: 'warning', message: `${found.message}, by the catalogue; ${seen}` };
}

export function error(code: string, path: string, message: string, fix: string): Finding {
  return { severity: 'error', code, path, message, fix };
}

export function warning(code: string, path: string, message: string, fix: string): Finding {
  return { severity: 'warning', code, path, message, fix };
}

function pinOf({ policy, catalogue }: LintInput, ring: Ring, at: number, family: Family): readonly CalledModel[] {
  const pin = ring.pins[family];
  if (pin === undefined) return [];
  const { model } = pin;
  const path = pointer('', ['rings', at, 'pins', family, 'model']);
  const locationPath = pin.location === undefined ? path : pointer('', ['rings', at, 'pins', family, 'location']);
  const location = pin.location ?? ring.location ?? policy.location;
  const endpoint = { project: ring.project ?? policy.project, location, model };
  return [{ family, model, pin, endpoint, path, locationPath, catalogueModel: findModel(catalogue, model) }];
}

function namedBy({ policy, catalogue }: LintInput, ring: Ring, reference: ModelReference): readonly CalledModel[] {
  const named = modelNamedBy(reference.text);
  if (named === null) return [];
  const { id: model, family } = named;
  const { path } = reference;
  const endpoint = { project: ring.project ?? policy.project, location: locationOf(policy, ring, model), model };
  const catalogueModel = findModel(catalogue, model);
  return [{ family, model, pin: null, endpoint, path, locationPath: path, catalogueModel }];
}
