// Model references: the models that a policy's settings name beside the pins, found in one place for lint, the check of
// callable models, the probe and the CLI gate.

import { modelVariables } from '../models/claude-code.ts';
import { type Model, parseModel } from '../models/model.ts';
import { pointer } from './pointer.ts';
import type { Policy, Ring } from './policy.ts';
import type { Settings } from './settings.ts';

/** `called`: Claude Code may send requests to it. `allowed`, `denied`: an entry of such a list, often a prefix. */
export type ModelRole = 'called' | 'allowed' | 'denied';

/** A text that names a model: an id, perhaps with `[1m]`, an alias, or nothing. */
export interface ModelReference {
  readonly role: ModelRole;
  readonly text: string;
  /** The key of the settings, or the name of the variable below `env`. */
  readonly key: string;
  readonly isVariable: boolean;
  /** A JSON pointer (RFC 6901) into the policy. */
  readonly path: string;
}

/** Keys of Claude Code's settings that hold models. The values of `modelOverrides` are called instead of its keys. */
const roles: Readonly<Record<string, ModelRole>> = {
  model: 'called',
  advisorModel: 'called',
  fallbackModel: 'called',
  modelOverrides: 'called',
  teammateDefaultModel: 'called',
  availableModels: 'allowed',
  deniedModels: 'denied',
};
/** The keys of settings whose models Claude Code calls. */
export const calledKeys: readonly string[] = Object.keys(roles).filter((key) => roles[key] === 'called');
const variables = new Set(modelVariables);
const aliases = /^(?:opus|sonnet|haiku|fable|default|best|opusplan|inherit)$/;

/** The called references of one settings object that are looked at. Lint refuses a policy with more. */
export const maxCalled = 100;

/** The references of some settings; `at` prefixes their paths. */
export function modelReferences(settings: Settings, at: string): readonly ModelReference[] {
  const found: ModelReference[] = [];
  replaceModels(settings, (text, role, path) => {
    const [key = '', name = ''] = path.map(String);
    const isVariable = key === 'env';
    found.push({ role, text, key: isVariable ? name : key, isVariable, path: pointer(at, path) });
    return text;
  });
  return found;
}

/** The models that a ring's settings, and those of the policy that the ring doesn't replace, call. */
export function calledReferences(ring: Ring, at: number, shared: readonly ModelReference[]): readonly ModelReference[] {
  const { env = {}, ...own } = ring.settings ?? {};
  const inherited = shared.filter(({ key, isVariable }) => !Object.hasOwn(isVariable ? env : own, key));
  const references = modelReferences(ring.settings ?? {}, pointer('', ['rings', at, 'settings']));
  return [...inherited, ...references.filter(({ role }) => role === 'called').slice(0, maxCalled)];
}

/** The called references of the policy's own settings. */
export function sharedReferences({ settings }: Policy): readonly ModelReference[] {
  return modelReferences(settings, '/settings')
    .filter(({ role }) => role === 'called')
    .slice(0, maxCalled);
}

/** The settings with each text that names a model replaced by what `replace` returns for it. */
export function replaceModels(
  settings: Settings,
  replace: (text: string, role: ModelRole, path: readonly PropertyKey[]) => string,
): Settings {
  // Settings can have ten thousand keys, of which hardly any names a model.
  const replaced: Record<string, unknown> = {};
  for (const key of Object.keys(settings)) {
    const role = Object.hasOwn(roles, key) ? roles[key] : undefined;
    if (key === 'env') replaced[key] = replaceVariables(settings.env ?? {}, replace);
    else if (role !== undefined)
      replaced[key] = replaceTexts(settings[key], [key], (text, path) => replace(text, role, path));
  }
  return { ...settings, ...replaced };
}

/** The model that a text names, without `[1m]`; null for an alias, for nothing, and for what is no id. */
export function modelNamedBy(text: string): Model | null {
  return parseModel(withoutSuffix(text));
}

/** Whether a text names no model of its own: an alias, which a pin decides, or nothing. */
export function isAlias(text: string): boolean {
  return text === '' || aliases.test(withoutSuffix(text));
}

export function withoutSuffix(text: string): string {
  return text.replace(/\[1m\]$/i, '');
}

function replaceVariables(
  env: Readonly<Record<string, string>>,
  replace: (text: string, role: ModelRole, path: readonly PropertyKey[]) => string,
): Record<string, string> {
  const replaced: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    // Windows ignores case in names of variables.
    if (variables.has(name.toUpperCase())) replaced[name] = replace(value, 'called', ['env', name]);
  }
  return { ...env, ...replaced };
}

function replaceTexts(
  value: unknown,
  path: readonly PropertyKey[],
  replace: (text: string, path: readonly PropertyKey[]) => string,
): unknown {
  if (typeof value === 'string') return replace(value, path);
  if (Array.isArray(value)) return value.map((item, at) => replaceTexts(item, [...path, at], replace));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, inner]) => [key, replaceTexts(inner, [...path, key], replace)]);
  return Object.fromEntries(members);
}
