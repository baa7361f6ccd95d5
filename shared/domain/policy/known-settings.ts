// Known settings: the keys of Claude Code's settings and the form of their values, as data
// (shared/catalogue/settings-keys.json), and the names of its variables. Neither is complete: a newer Claude Code knows more.

import variables from '../../catalogue/client-variables.json' with { type: 'json' };
import data from '../../catalogue/settings-keys.json' with { type: 'json' };
import { meantBy, namesOf } from './spelling.ts';
import { defectsOfValue, type ValueDefect, type ValueForm, type ValueForms } from './value-form.ts';

const forms: ValueForms = data.forms;
const known: ReadonlyMap<string, ValueForm> = new Map(
  Object.values(data.keys).flatMap((keys) => Object.entries<ValueForm>(keys)),
);
const knownVariables = new Set(variables.names);
const names = namesOf([...known.keys()], data.otherWords);
const variableNames = namesOf(variables.names);

/** The newest Claude Code that the data are of. */
export const newestKnown = data.newestClient;

/** What is wrong with a setting, found one by one; paths begin with its key. */
export function* defectsOf(key: string, value: unknown): Generator<ValueDefect> {
  const form = known.get(key);
  if (form === undefined) yield { kind: 'unknown', path: [key], form: {}, text: key, known: [] };
  else yield* defectsOfValue(forms, form, value, [key]);
}

/** The setting that a misspelt key means; null when none is near. */
export function meantSetting(key: string): string | null {
  return meantBy(key, names);
}

/** Whether a name looks like one of Claude Code's variables, and is none. Windows ignores case in such names. */
export function isUnknownVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return /^(?:ANTHROPIC|CLAUDE)/.test(upper) && !knownVariables.has(upper);
}

/** The variable that a misspelt name means; null when none is near. */
export function meantVariable(name: string): string | null {
  return meantBy(name, variableNames);
}
