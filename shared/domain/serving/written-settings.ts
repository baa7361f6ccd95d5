// What Pinward writes into a machine's settings beside what the policy passes through. Used by resolve.

import type { Policy, Ring } from '../policy/policy.ts';
import type { Settings } from '../policy/settings.ts';
import type { ResolvedPin } from './resolution.ts';

/** A ring's settings over the policy's: `env` is merged variable by variable, any other key is replaced whole. */
export function passedSettings(policy: Policy, ring: Ring): Settings {
  const env = { ...policy.settings.env, ...ring.settings?.env };
  return { ...policy.settings, ...ring.settings, ...(Object.keys(env).length === 0 ? {} : { env }) };
}

/**
 * The variables that Claude Code reads. The small model's old variable is blanked because it beats the haiku pin, and
 * each pinned model's region is stated, so that neither a dotfile nor a former pin can send it elsewhere.
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

export function lockSettings(
  pins: readonly ResolvedPin[],
): Pick<Settings, 'availableModels' | 'enforceAvailableModels'> {
  return { availableModels: [...new Set(pins.map((pin) => pin.model))], enforceAvailableModels: true };
}
