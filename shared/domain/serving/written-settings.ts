// Written settings: the settings that Pinward itself writes for a machine, beside those that the policy gives.

import type { Catalogue } from '../models/catalogue.ts';
import { modelVariables, providerSwitches } from '../models/claude-code.ts';
import type { Family } from '../models/model.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import type { Settings } from '../policy/settings.ts';
import type { ResolvedPin } from './resolution.ts';

/** A gateway that stands between Claude Code and Vertex. */
export const gatewayVariable = 'ANTHROPIC_VERTEX_BASE_URL';

/** The settings of the policy, overridden by those of the ring: `env` by variable, any other key as a whole. */
export function passedSettings(policy: Policy, ring: Ring): Settings {
  const env = { ...policy.settings.env, ...ring.settings?.env };
  return { ...policy.settings, ...ring.settings, ...(Object.keys(env).length === 0 ? {} : { env }) };
}

/** The allow list of `passedSettings`, at less cost: nothing is copied. */
export function availableModelsOf(policy: Policy, ring: Ring): readonly string[] | null {
  return ring.settings?.availableModels ?? policy.settings.availableModels ?? null;
}

/** Whether the entries of `availableModelsOf` count as whole ids. */
export function isExactMatch(policy: Policy, ring: Ring): boolean {
  return (ring.settings?.['availableModelsMatch'] ?? policy.settings['availableModelsMatch']) === 'exact';
}

/** The variable that says what the alias of a family means. */
export function pinVariable(family: Family): string {
  return `ANTHROPIC_DEFAULT_${family.toUpperCase()}_MODEL`;
}

/**
 * The variables that Claude Code reads. The switches of other providers are empty, and so is the old variable of the
 * small model, which would override the haiku pin. The region of each pinned model is set: a dotfile or a former pin
 * could have set another one.
 */
export function pinVariables(project: string, location: string, pins: readonly ResolvedPin[]): Record<string, string> {
  const env: Record<string, string> = {
    CLAUDE_CODE_USE_VERTEX: '1',
    CLOUD_ML_REGION: location,
    ANTHROPIC_VERTEX_PROJECT_ID: project,
    ...emptied(providerSwitches),
    ANTHROPIC_SMALL_FAST_MODEL: '',
  };
  for (const pin of pins) env[pinVariable(pin.family)] = pin.variableValue;
  for (const pin of pins) if (pin.regionVariable !== null) env[pin.regionVariable] = pin.location;
  return env;
}

/** The region of every known model, so that no dotfile leads a call out of the location. */
export function regionVariables(catalogue: Catalogue, location: string): Record<string, string> {
  const names = catalogue.flatMap(({ regionVariable }) => regionVariable.value ?? []);
  return Object.fromEntries(names.map((name) => [name, location]));
}

/** Variables of shells that lead around a lock or out of a location. They are empty unless the policy sets them. */
export function emptiedVariables(locked: boolean, resident: boolean): Record<string, string> {
  return { ...emptied(locked ? modelVariables : []), ...emptied(locked || resident ? [gatewayVariable] : []) };
}

/**
 * The settings that let developers choose only the pinned models, on Vertex. A gateway that the policy names counts as
 * an endpoint of its own: without `customEndpoint` Claude Code would not start.
 */
export function lockSettings(pins: readonly ResolvedPin[], env: Readonly<Record<string, string>>): Settings {
  return {
    availableModels: [...new Set(pins.map((pin) => pin.model))],
    availableModelsMatch: 'exact',
    enforceAvailableModels: true,
    allowedProviders: (env[gatewayVariable] ?? '') === '' ? ['vertex'] : ['vertex', 'customEndpoint'],
  };
}

/** A map of each pinned id to itself: otherwise the `modelOverrides` of a user or a repository would replace it. */
export function identityMap(pins: readonly ResolvedPin[], settings: Settings): Settings {
  const identity = Object.fromEntries(pins.map(({ model }) => [model, model]));
  const others = settings['modelOverrides'];
  const isMap = typeof others === 'object' && others !== null && !Array.isArray(others);
  return pins.length === 0 ? {} : { modelOverrides: { ...(isMap ? others : {}), ...identity } };
}

function emptied(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '']));
}
