// The risk of a difference in the lists of models that Claude Code may call and may not call. A list that stops the model
// of a machine moves the machine to another one, so it lowers risk only where every machine keeps its model.

import { type Catalogue, findModel } from '../models/catalogue.ts';
import { canonicalName, plainName } from '../models/model-name.ts';
import { isAllowedBy, isDeniedBy } from '../serving/allow-list.ts';
import type { Risk } from './consequence.ts';
import type { Served } from './served.ts';

/** The risk for what people may choose. Whether a machine keeps its own models, its outcome says. */
export function allowListRisk(from: Served, to: Served, catalogue: Catalogue): Risk {
  const [before, after] = [from.settings.availableModels, to.settings.availableModels];
  if (after === undefined) return 'raises';
  if (before === undefined) return after.every(isReadable) ? 'lowers' : 'raises';
  const isNarrowerWith = (isBefore: boolean, isAfter: boolean) =>
    isNarrower({ list: before, exact: isBefore }, { list: after, exact: isAfter }, catalogue);
  // Claude Code older than the exact match reads prefixes. A lock lists whole ids.
  const isSo = isNarrowerWith(false, false) && (to.locked || isNarrowerWith(isExact(from), isExact(to)));
  return isSo ? 'lowers' : 'raises';
}

/** The risk of `deniedModels` for machines that call these models. An entry that can't be read may deny any of them. */
export function denyListRisk(from: unknown, to: unknown, called: ReadonlySet<string>): Risk {
  const [before, after] = [from ?? [], to];
  if (!isTexts(before) || !isTexts(after)) return 'raises';
  const [had, has] = [new Set(before.map(nameOf)), new Set(after.map(nameOf))];
  const added = after.filter((entry) => !had.has(nameOf(entry)));
  const isSafe = added.every(isReadable) && ![...called].some((id) => isDeniedBy(added, id));
  return isSafe && [...had].every((name) => has.has(name)) ? 'lowers' : 'raises';
}

/** A list with the way in which Claude Code matches it. */
interface Matched {
  readonly list: readonly string[];
  readonly exact: boolean;
}

/** An entry with a version turns the alias of its family off, so removing one can allow more: each model is tried. */
function isNarrower(from: Matched, to: Matched, catalogue: Catalogue): boolean {
  const had = new Set(from.list.map(plainName));
  const [before, after] = [from, to].map(({ list, exact }) =>
    catalogue.map(({ id }) => id).filter((id) => isAllowedBy(list, id, exact)),
  );
  const wasAllowed = new Set(before);
  const isOld = (entry: string) => had.has(plainName(entry)) || isPartOf(entry, from, to, catalogue);
  return (
    to.list.every(isOld) &&
    after?.every((id) => wasAllowed.has(id)) === true &&
    (to.list.length < from.list.length || after.length < wasAllowed.size)
  );
}

/** Whether an entry that is new names a part of what was allowed. With exact matching it must be the id of a model. */
function isPartOf(entry: string, from: Matched, to: Matched, catalogue: Catalogue): boolean {
  const id = plainName(entry);
  return (
    isReadable(entry) && isAllowedBy(from.list, id, from.exact) && (!to.exact || findModel(catalogue, id) !== null)
  );
}

function isReadable(entry: string): boolean {
  return canonicalName(entry) !== null;
}

/** Equal for spellings of one model. */
function nameOf(entry: string): string {
  return canonicalName(entry) ?? `unread ${entry}`;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** Whether the entries of `availableModels` count as whole ids. */
export function isExact({ settings }: Served): boolean {
  return settings['availableModelsMatch'] === 'exact';
}
