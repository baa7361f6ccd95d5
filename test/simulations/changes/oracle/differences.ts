// The differences between two files that a machine could be served, leaf by leaf, and the path by which each must be named.

import { isDeepStrictEqual } from 'node:util';
import { type Catalogue, findModel } from '../../../../shared/domain/models/catalogue.ts';
import { families } from '../../../../shared/domain/models/model.ts';
import type { Rendered } from './render.ts';

/** One leaf that differs; an absent value is undefined. */
export interface Leaf {
  readonly keys: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

/** A difference as people should be told it. */
export interface Told {
  /** JSON pointer. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What a machine is served for a family. */
export interface ServedUnit {
  readonly project: string;
  readonly location: string;
  readonly model: string;
  readonly context1m: boolean;
}

/** A family whose unit differs. */
interface Moved {
  readonly family: string;
  readonly path: string;
  readonly from: ServedUnit | undefined;
  readonly to: ServedUnit | undefined;
}

export function leavesBetween(from: unknown, to: unknown, keys: readonly string[] = []): readonly Leaf[] {
  if (isDeepStrictEqual(from, to)) return [];
  const [before, after] = [partsOf(from), partsOf(to)];
  const names = new Set([...before.keys(), ...after.keys()]);
  const isWhole = [from, to].some((value) => value !== undefined && !isObject(value));
  if (isWhole || names.size === 0) return [{ keys, from, to }];
  return [...names].flatMap((name) => leavesBetween(before.get(name), after.get(name), [...keys, name]));
}

/** Each difference once, by the path that names it. */
export function differencesBetween(from: Rendered, to: Rendered, catalogues: readonly Catalogue[]): readonly Told[] {
  if (from === to) return [];
  const moved = families.flatMap((family) => {
    const units = { from: unitOf(from, family), to: unitOf(to, family) };
    return isDeepStrictEqual(units.from, units.to) ? [] : [{ family, path: `/pins/${family}`, ...units }];
  });
  const told = new Map<string, Told>(moved.map(({ family: _, ...each }) => [each.path, each]));
  const names = namesFor(from, to, moved, catalogues);
  for (const key of ['ring', 'project', 'location', 'locked'] as const) {
    if (from[key] !== to[key]) told.set(`/${key}`, { path: `/${key}`, from: from[key], to: to[key] });
  }
  for (const { keys, ...values } of leavesBetween(from.settings, to.settings)) {
    const path = names(keys, values) ?? pointerOf(['settings', ...keys]);
    if (!told.has(path)) told.set(path, { path, ...values });
  }
  return [...told.values()];
}

/**
 * The table of the paths that name what Pinward itself writes. The rest is named by its own path.
 * - `/project` and `/location` name their variables.
 * - `/locked` names the switches that a lock turns on, variables of shells that it empties, and the `[1m]` that some
 *   versions refuse under it. The list of models that a lock writes follows the pins.
 * - `/pins/FAMILY` names the family's variable, the region variables of its models, and each model's map to itself.
 */
function namesFor(from: Rendered, to: Rendered, moved: readonly Moved[], catalogues: readonly Catalogue[]) {
  return function nameOf(
    [key = '', variable = '']: readonly string[],
    values: Pick<Leaf, 'from' | 'to'>,
  ): string | undefined {
    const isNew = [from, to].some(({ settings }) => settings[key] === undefined);
    if (from.locked !== to.locked && (lockKeys.includes(key) || (key === 'allowedProviders' && isNew)))
      return '/locked';
    if (from.locked !== to.locked && key === 'env' && isEmptied(from, to, variable)) return '/locked';
    if (from.locked !== to.locked && key === 'env' && isSuffixed(variable, values)) return '/locked';
    if (key === 'modelOverrides') return moved.find(({ family }) => isMapped([from, to], family, variable))?.path;
    if (key === 'availableModels' && from.locked && to.locked) return moved[0]?.path;
    if (key !== 'env') return undefined;
    if (variable === 'CLOUD_ML_REGION') return '/location';
    if (variable === 'ANTHROPIC_VERTEX_PROJECT_ID') return '/project';
    return moved.find(
      (each) =>
        variable === `ANTHROPIC_DEFAULT_${each.family.toUpperCase()}_MODEL` ||
        (regionVariables([from, to], each.family, catalogues).includes(variable) && isRegionOf(values, each)),
    )?.path;
  };
}

/** Two families can share a variable: the one that moved has its locations. */
function isRegionOf({ from, to }: Pick<Leaf, 'from' | 'to'>, moved: Moved): boolean {
  return [
    [from, moved.from?.location],
    [to, moved.to?.location],
  ].every(([value, location]) => value === undefined || value === location);
}

const lockKeys = ['enforceAvailableModels', 'availableModelsMatch'];

function isEmptied(from: Rendered, to: Rendered, variable: string): boolean {
  if (!/^(?:ANTHROPIC|CLAUDE_CODE)_.*(?:MODEL|BASE_URL)/.test(variable)) return false;
  const values = [from, to].map(({ settings }) => settings.env[variable]);
  return values.includes('') && values.includes(undefined);
}

function isSuffixed(variable: string, { from, to }: Pick<Leaf, 'from' | 'to'>): boolean {
  if (!/^ANTHROPIC_DEFAULT_[A-Z]+_MODEL$/.test(variable)) return false;
  return [`${from}[1m]` === to, `${to}[1m]` === from].includes(true);
}

function isMapped(files: readonly Rendered[], family: string, model: string): boolean {
  return files.some(({ pins }) => pins[family]?.model === model);
}

export function unitOf({ project, pins, asksFor1m }: Rendered, family: string): ServedUnit | undefined {
  const pin = pins[family];
  return pin && { project, location: pin.location, model: pin.model, context1m: asksFor1m.includes(family) };
}

export function pointerOf(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function regionVariables(files: readonly Rendered[], family: string, catalogues: readonly Catalogue[]) {
  const models = files.flatMap(({ pins }) => pins[family]?.model ?? []);
  return models.flatMap((model) => catalogues.map((each) => findModel(each, model)?.regionVariable.value));
}

function partsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(isObject(value) ? Object.entries(value) : []);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
