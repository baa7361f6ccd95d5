// Claude Code: what its versions can do, as data (shared/catalogue/claude-code.json). The poll path loads this file.

import data from '../../catalogue/claude-code.json' with { type: 'json' };
import type { CatalogueModel } from './catalogue-model.ts';
import type { Family } from './model.ts';
import { compareVersions } from './version.ts';

/** A version of Claude Code that something needs; `what` names it, for people. */
export interface CliNeed {
  readonly what: string;
  readonly version: string;
}

/** Variables that take Claude Code to another provider than Vertex. An empty value holds it on Vertex. */
export const providerSwitches: readonly string[] = data.providers.switches;

/** Variables by which a host program takes the choice of provider and model away; no setting can undo them. */
export const hostSwitches: readonly string[] = data.providers.hostSwitches;

/** Variables that choose a model, beside those of the pins. */
export const modelVariables: readonly string[] = data.modelVariables.names;

/** What a lock does, each from a version of Claude Code on, oldest first. */
export const lockNeeds: readonly CliNeed[] = [
  { what: 'refuse other models', version: data.features.allowList.value },
  { what: 'take its ids as exact ones instead of prefixes', version: data.features.exactAllowList.value },
  { what: 'refuse other providers', version: data.features.allowedProviders.value },
];

/** The versions that refuse a variable with `[1m]` under a lock: they run another pin instead. `before` is the first that takes it. */
export const lockedSuffixRefused = { from: data.lockedSuffix.refusedFrom, before: data.lockedSuffix.takenFrom };

/** The versions from which locations, or the pins of a lock, are served in another way. */
export const servedVersions: readonly string[] = [
  ...Object.values(data.locations).map(({ value }) => value),
  ...Object.values(lockedSuffixRefused),
];

export function refusesLockedSuffix(cli: string): boolean {
  const { from, before } = lockedSuffixRefused;
  return compareVersions(cli, from) >= 0 && compareVersions(cli, before) < 0;
}

/** The first Claude Code that calls a location at the right address; null when all known ones do. */
export function locationNeed(location: string): CliNeed | null {
  const since = new Map(Object.entries(data.locations)).get(location);
  return since === undefined ? null : { what: location, version: since.value };
}

/**
 * The newest version that a call needs: for the model, for its location, and for the variable that sends it elsewhere
 * than the ring's other calls. Null when nothing is known.
 */
export function needOf(
  model: Pick<CatalogueModel, 'id' | 'minimumCli' | 'regionVariableCli'>,
  location: string,
  ringLocation: string,
): CliNeed | null {
  const variableCli = location === ringLocation ? null : model.regionVariableCli.value;
  const needs = [
    model.minimumCli.value === null ? null : { what: model.id, version: model.minimumCli.value },
    locationNeed(location),
    variableCli === null ? null : { what: `an own location of ${model.id}`, version: variableCli },
  ].filter((need) => need !== null);
  return needs.toSorted((a, b) => compareVersions(b.version, a.version))[0] ?? null;
}

/**
 * The models that a family without a pin means on Vertex, in all versions of Claude Code from `minimum` on, newest
 * first. Null stands for any version. Empty for a family of which this is not known.
 */
export function defaultModelsOf(family: Family, minimum: string | null): readonly string[] {
  const defaults = new Map(Object.entries(data.defaultModels)).get(family);
  if (!Array.isArray(defaults)) return [];
  const last = defaults.findIndex(({ since }) => minimum !== null && compareVersions(minimum, since) >= 0);
  return defaults.slice(0, last === -1 ? undefined : last + 1).map(({ model }) => model);
}
