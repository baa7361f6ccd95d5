// What is served to the machines of a ring, as far as consequences compare it. Most settings pass from the policy to the
// machine unchanged. They can be large, so they are compared as they stand in the policy, and never copied.

import type { CallableModels } from '../availability/callable-models.ts';
import type { Catalogue } from '../models/catalogue.ts';
import { modelVariables, providerSwitches } from '../models/claude-code.ts';
import { calledKeys } from '../policy/model-references.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import type { Settings } from '../policy/settings.ts';
import type { Resolution } from '../serving/resolution.ts';
import { resolve } from '../serving/resolve.ts';
import type { Rollout } from '../serving/rollout.ts';
import { gatewayVariable } from '../serving/written-settings.ts';

/** Everything that decides what machines are served. */
export interface ServedState {
  readonly policy: Policy;
  /** The active rollouts. */
  readonly rollouts: readonly Rollout[];
  readonly callableModels: CallableModels;
}

/** What machines get, without the reasons. */
export type Served = Pick<Resolution, 'project' | 'location' | 'locked' | 'pins' | 'settings'>;

export type Serve = (ring: Ring, reached: readonly Rollout[], cli: string | null) => Served;

/** Settings that a resolution reads or may write over. All others pass unchanged. */
const resolvedKeys: ReadonlySet<string> = new Set([
  ...calledKeys,
  'availableModels',
  'enforceAvailableModels',
  'availableModelsMatch',
  'allowedProviders',
]);
const resolvedVariables: ReadonlySet<string> = new Set([...modelVariables, ...providerSwitches, gatewayVariable]);

/**
 * A function that resolves a ring for a version of Claude Code, with the pins of the rollouts that have reached the
 * machine. The settings of the result lack those that pass unchanged. Equal results are the same object.
 */
export function serveFrom(
  { policy, callableModels }: ServedState,
  catalogue: Catalogue,
  day: string,
  equal: Map<string, Served>,
): Serve {
  const cache = new Map<string, Served>();
  const contents = new Map<Ring, string>();
  const plainPolicy = { ...policy, settings: resolvedOf(policy.settings) };
  return function serve(ring, reached, cli) {
    const content = contents.get(ring) ?? contentOf(ring);
    contents.set(ring, content);
    const key = [cli, ...reached.map(({ id }) => id), content].join(' ');
    const known = cache.get(key);
    if (known !== undefined) return known;
    const pins = { ...ring.pins, ...Object.fromEntries(reached.map(({ family, to }) => [family, to])) };
    const own = ring.settings === undefined ? {} : { settings: resolvedOf(ring.settings) };
    const machines = { cli, callableModels, day, selector: '*', reached: [] };
    const {
      ring: _,
      reasons: _reasons,
      ...fresh
    } = resolve({
      policy: plainPolicy,
      ring: { ...ring, pins, ...own },
      catalogue,
      ...machines,
    });
    const text = JSON.stringify(fresh);
    const served = equal.get(text) ?? fresh;
    equal.set(text, served);
    cache.set(key, served);
    return served;
  };
}

/** Whether a resolution reads a setting or may write over it. All others pass unchanged. */
export function isResolved(key: string): boolean {
  return resolvedKeys.has(key);
}

/** The same for a variable of `env`. */
export function isResolvedVariable(name: string): boolean {
  return resolvedVariables.has(name.toUpperCase());
}

/** Equal for rings that differ only in who is in them: those are served the same. */
function contentOf(ring: Ring): string {
  return JSON.stringify({ ...ring, name: undefined, match: undefined });
}

function resolvedOf({ env = {}, ...settings }: Settings): Settings {
  const keys = Object.entries(settings).filter(([key]) => isResolved(key));
  const variables = Object.entries(env).filter(([name]) => isResolvedVariable(name));
  return { ...Object.fromEntries(keys), ...(variables.length === 0 ? {} : { env: Object.fromEntries(variables) }) };
}
