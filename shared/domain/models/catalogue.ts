// The catalogue: the shipped entries with an organisation's own laid over them, and the questions that resolve and lint
// ask of it. No schema is loaded here: the poll path imports this file.

import type { CatalogueModel, Context1mRule, OwnModel, Price } from './catalogue-model.ts';
import { compareModels, type Family, isSameVersion, type Model, parseModel } from './model.ts';
import { compareVersions } from './version.ts';

export type Catalogue = readonly CatalogueModel[];

/** Lays an organisation's own models over the shipped ones; a fact that it states wins, the rest stays. */
export function extendCatalogue(shipped: Catalogue, own: readonly OwnModel[]): Catalogue {
  const entries = new Map(shipped.map((entry) => [entry.id, entry]));
  for (const model of own) {
    const known = findModel(shipped, model.id) ?? blankEntry(model.id);
    entries.set(known.id, layOver(entries.get(known.id) ?? known, model));
  }
  return [...entries.values()];
}

/** The entry of a model, found by version so that `claude-opus-4-6@default` finds `claude-opus-4-6`. */
export function findModel(catalogue: Catalogue, id: string): CatalogueModel | null {
  const exact = catalogue.find((entry) => entry.id === id);
  if (exact !== undefined) return exact;
  const model = parseModel(id);
  if (model?.suffix !== 'default') return null;
  return catalogue.find((entry) => isSameVersion(modelOf(entry), model)) ?? null;
}

/** Entries of a family from newest to oldest. */
export function modelsOfFamily(catalogue: Catalogue, family: Family): readonly CatalogueModel[] {
  return catalogue
    .filter((entry) => modelOf(entry).family === family)
    .sort((a, b) => compareModels(modelOf(b), modelOf(a)));
}

/** Whether a Claude Code of this version supports the model; null when the catalogue doesn't know since which it does. */
export function runsOn(entry: CatalogueModel, cli: string): boolean | null {
  return entry.minimumCli.value === null ? null : compareVersions(cli, entry.minimumCli.value) >= 0;
}

/** Whether Vertex serves the model there, by the catalogue's word; null when unknown. */
export function isServedIn(entry: CatalogueModel, location: string): boolean | null {
  return entry.locations.value === null ? null : entry.locations.value.includes(location);
}

/**
 * What the model costs there, null when unknown. Regions and multi-regions cost a tenth more than global since Claude 4.5.
 * Source: Anthropic's pricing page, September 2026.
 */
export function priceIn(entry: CatalogueModel, location: string): Price | null {
  const price = entry.price.value;
  const { major, minor } = modelOf(entry);
  const isSurcharged = location !== 'global' && (major > 4 || (major === 4 && minor >= 5));
  if (price === null || !isSurcharged) return price;
  return { input: surcharged(price.input), output: surcharged(price.output) };
}

/** Whether Google has shut the model by this day (YYYY-MM-DD). A floor that has passed is not a shutdown. */
export function isShut(entry: CatalogueModel, day: string): boolean {
  const retirement = entry.retirement.value;
  return retirement?.kind === 'shut' && retirement.date <= day;
}

/** What a pin's variable carries behind the id for a 1M context: `[1m]` or nothing. An unknown CLI counts as current. */
export function suffixFor(rule: Context1mRule | null, cli: string | null): '[1m]' | '' {
  if (rule?.kind !== 'suffix') return '';
  if (rule.before === null) return '[1m]';
  return cli !== null && compareVersions(cli, rule.before) < 0 ? '[1m]' : '';
}

export function modelOf(entry: { readonly id: string }): Model {
  const model = parseModel(entry.id);
  if (model === null) throw new Error(`the catalogue let through an id that no model has: ${entry.id}`);
  return model;
}

function surcharged(dollars: number): number {
  return Math.round(dollars * 1.1 * 10_000) / 10_000;
}

function layOver(entry: CatalogueModel, own: OwnModel): CatalogueModel {
  const stated = Object.entries(own).filter(([key]) => key !== 'id');
  const facts = stated.map(([key, value]) => [key, { value, source: "the organisation's policy", certainty: 'high' }]);
  return { ...entry, ...Object.fromEntries(facts) };
}

function blankEntry(id: string): CatalogueModel {
  const unknown = { value: null, source: "not stated in the organisation's policy", certainty: 'unknown' } as const;
  return {
    id,
    released: unknown,
    minimumCli: unknown,
    regionVariable: unknown,
    context1m: unknown,
    locations: unknown,
    price: unknown,
    retirement: unknown,
    note: null,
  };
}
