// The catalogue: the shipped entries, with an organisation's own facts in place of shipped ones, and functions that
// read it. No schema is loaded here: the poll path imports this file.

import type { CatalogueModel, Context1mRule, OwnModel, Price } from './catalogue-model.ts';
import {
  compareModels,
  correctedId,
  type Family,
  isSameNumber,
  isSameVersion,
  type Model,
  parseModel,
} from './model.ts';
import { compareVersions } from './version.ts';

/** One entry for each model. */
export type Catalogue = readonly CatalogueModel[];

/** The shipped catalogue with an organisation's own facts, which replace shipped ones. */
export function extendCatalogue(shipped: Catalogue, own: readonly OwnModel[]): Catalogue {
  const entries = new Map(shipped.map((entry) => [entry.id, entry]));
  for (const ownModel of own) {
    const base = findModel(shipped, ownModel.id) ?? unknownModel(ownModel.id);
    entries.set(base.id, withOwnFacts(entries.get(base.id) ?? base, ownModel));
  }
  return [...entries.values()];
}

/** The entry of a model, or null. `claude-opus-4-6@default` finds `claude-opus-4-6`. */
export function findModel(catalogue: Catalogue, id: string): CatalogueModel | null {
  const exact = catalogue.find((entry) => entry.id === id);
  if (exact !== undefined) return exact;
  const model = parseModel(id);
  if (model?.suffix !== 'default') return null;
  return catalogue.find((entry) => isSameVersion(modelOf(entry), model)) ?? null;
}

/**
 * The catalogue's id of the version that a text means, such as an id with a wrong date; null when it has none, or only one
 * that Google has shut by this day (YYYY-MM-DD).
 */
export function rightIdOf(catalogue: Catalogue, text: string, day: string): string | null {
  const wanted = parseModel(correctedId(text) ?? '');
  if (wanted === null) return null;
  const same = catalogue.filter((entry) => isSameNumber(modelOf(entry), wanted) && !isShut(entry, day));
  return (same.find(({ id }) => id === wanted.id) ?? same[0])?.id ?? null;
}

/** Entries of a family from newest to oldest. */
export function modelsOfFamily(catalogue: Catalogue, family: Family): readonly CatalogueModel[] {
  return catalogue
    .filter((entry) => modelOf(entry).family === family)
    .sort((a, b) => compareModels(modelOf(b), modelOf(a)));
}

/** The newest entry of a family that Google hasn't shut by this day (YYYY-MM-DD); null for none. */
export function newestOpen(catalogue: Catalogue, family: Family, day: string): CatalogueModel | null {
  return modelsOfFamily(catalogue, family).find((entry) => !isShut(entry, day)) ?? null;
}

/** Whether this version of Claude Code supports the model; null when the catalogue has no minimum version. */
export function runsOn(model: CatalogueModel, cli: string): boolean | null {
  return model.minimumCli.value === null ? null : compareVersions(cli, model.minimumCli.value) >= 0;
}

/** Whether Vertex serves the model in a location, by the catalogue; null when unknown. */
export function isServedIn(model: CatalogueModel, location: string): boolean | null {
  return model.locations.value === null ? null : model.locations.value.includes(location);
}

/**
 * The model's price in a location; null when unknown. Since Claude 4.5, regions and multi-regions cost 10 % more than
 * global. Source: https://platform.claude.com/docs/en/about-claude/pricing, September 2026.
 */
export function priceIn(model: CatalogueModel, location: string): Price | null {
  const price = model.price.value;
  const { major, minor } = modelOf(model);
  const isSurcharged = location !== 'global' && (major > 4 || (major === 4 && minor >= 5));
  if (price === null || !isSurcharged) return price;
  return { input: surcharged(price.input), output: surcharged(price.output) };
}

/** Whether Google has shut the model by this day (YYYY-MM-DD). A floor that has passed is not a shutdown. */
export function isShut(model: CatalogueModel, day: string): boolean {
  const retirement = model.retirement.value;
  return retirement?.kind === 'shut' && retirement.date <= day;
}

/** The suffix of the id in a pin's variable that asks for a 1M context. An unknown CLI (null) counts as current. */
export function suffixFor(rule: Context1mRule | null, cli: string | null): '[1m]' | '' {
  if (rule?.kind !== 'suffix') return '';
  if (rule.before === null) return '[1m]';
  return cli !== null && compareVersions(cli, rule.before) < 0 ? '[1m]' : '';
}

const parsedIds = new WeakMap<{ readonly id: string }, Model>();

/** The parsed id of an entry. It is cached, because a look-up may compare every entry. */
export function modelOf(entry: { readonly id: string }): Model {
  const model = parsedIds.get(entry) ?? parseModel(entry.id);
  if (model === null) throw new Error(`the catalogue has an id that is no model id: ${entry.id}`);
  parsedIds.set(entry, model);
  return model;
}

function surcharged(dollars: number): number {
  return Math.round(dollars * 1.1 * 10_000) / 10_000;
}

function withOwnFacts(model: CatalogueModel, own: OwnModel): CatalogueModel {
  const facts = Object.entries(own)
    .filter(([key]) => key !== 'id' && key !== 'families')
    .map(([key, value]) => [key, { value, source: "the organisation's policy", certainty: 'high' }]);
  return { ...model, ...Object.fromEntries(facts) };
}

function unknownModel(id: string): CatalogueModel {
  const unknown = { value: null, source: "not set in the organisation's policy", certainty: 'unknown' } as const;
  return {
    id,
    released: unknown,
    minimumCli: unknown,
    regionVariable: unknown,
    regionVariableCli: unknown,
    context1m: unknown,
    locations: unknown,
    price: unknown,
    retirement: unknown,
    note: null,
  };
}
