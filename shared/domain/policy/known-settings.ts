// Known settings: the keys of Claude Code's settings and the form of their values, as data
// (shared/catalogue/settings-keys.json). The list is not complete: a newer Claude Code knows more.

import { closest, distance } from 'fastest-levenshtein';
import data from '../../catalogue/settings-keys.json' with { type: 'json' };

type Form = 'string' | 'boolean' | 'number' | 'strings' | 'list' | 'object' | 'null';

interface KnownSetting {
  readonly forms: readonly Form[];
  /** The values that a text may have; null for any. */
  readonly values: readonly string[] | null;
}

/** What is wrong with a setting; `expected` is for people. */
export type SettingDefect =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'form'; readonly expected: string }
  | { readonly kind: 'value'; readonly expected: string };

/** Longer texts are no name that somebody misspelt. */
const maxLength = 64;

const known: ReadonlyMap<string, KnownSetting> = new Map(
  Object.values(data.keys).flatMap((keys) => Object.entries(keys).map(([key, form]) => [key, readForm(form)])),
);

/** Providers that `allowedProviders` may name. */
export const knownProviders: readonly string[] = data.providers;

/** Null when the key is known and its value has the right form. */
export function defectOf(key: string, value: unknown): SettingDefect | null {
  const setting = known.get(key);
  if (setting === undefined) return { kind: 'unknown' };
  const { forms, values } = setting;
  if (!forms.some((form) => hasForm(form, value))) return { kind: 'form', expected: forms.join(' or ') };
  if (values === null || typeof value !== 'string' || values.includes(value)) return null;
  return { kind: 'value', expected: values.join(', ') };
}

/** The setting that a misspelt key means; null when none is near. */
export function meantSetting(key: string): string | null {
  return meantBy(key, [...known.keys()]);
}

/** The name that a misspelt one means; null when none is near. */
export function meantBy(text: string, names: readonly string[]): string | null {
  if (text.length > maxLength) return null;
  const byFolded = new Map(names.map((name) => [name.toLowerCase(), name]));
  const nearest = closest(text.toLowerCase(), [...byFolded.keys()]);
  const isNear = distance(text.toLowerCase(), nearest) <= Math.max(1, Math.floor(text.length / 5));
  return isNear ? (byFolded.get(nearest) ?? null) : null;
}

function readForm(form: string | readonly string[]): KnownSetting {
  if (typeof form !== 'string') return { forms: ['string'], values: form };
  return { forms: form.split(' or ').filter(isForm), values: null };
}

function isForm(text: string): text is Form {
  return ['string', 'boolean', 'number', 'strings', 'list', 'object', 'null'].includes(text);
}

function hasForm(form: Form, value: unknown): boolean {
  switch (form) {
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === form;
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'list':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'null':
      return value === null;
  }
}
