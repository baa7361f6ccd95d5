// Written settings: the settings that Pinward itself writes for a machine, beside those that the policy gives.

import type { Policy, Ring } from '../policy/policy.ts';
import type { Settings } from '../policy/settings.ts';
import type { ResolvedPin } from './resolution.ts';

/** The settings of the policy, overridden by those of the ring: `env` by variable, any other key as a whole. */
export function passedSettings(policy: Policy, ring: Ring): Settings {
  const env = { ...policy.settings.env, ...ring.settings?.env };
  return { ...policy.settings, ...ring.settings, ...(Object.keys(env).length === 0 ? {} : { env }) };
}

/** The allow list of `passedSettings`, at less cost: nothing is copied. */
export function availableModelsOf(policy: Policy, ring: Ring): readonly string[] | null {
  return ring.settings?.availableModels ?? policy.settings.availableModels ?? null;
}

/**
 * The variables that Claude Code reads. The old variable of the small model would override the haiku pin, so it is
 * empty. The region of each pinned model is set: a dotfile or a former pin could have set another one.
 */
export function pinVariables(project: string, location: string, pins: readonly ResolvedPin[]): Record<string, string> {
  const env: Record<string, string> = {
    CLAUDE_CODE_USE_VERTEX: '1',
    CLOUD_ML_REGION: location,
    ANTHROPIC_VERTEX_PROJECT_ID: project,
    ANTHROPIC_SMALL_FAST_MODEL: '',
  };
  for (const pin of pins) env[`ANTHROPIC_DEFAULT_${pin.family.toUpperCase()}_MODEL`] = pin.variableValue;
  for (const pin of pins) if (pin.regionVariable !== null) env[pin.regionVariable] = pin.location;
  return env;
}

/** The settings that let developers choose only the pinned models. */
export function lockSettings(
  pins: readonly ResolvedPin[],
): Pick<Settings, 'availableModels' | 'enforceAvailableModels'> {
  return { availableModels: [...new Set(pins.map((pin) => pin.model))], enforceAvailableModels: true };
}
