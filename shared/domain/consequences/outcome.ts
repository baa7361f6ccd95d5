// The outcome of a change for one kind of machine: the models that it calls, and whether its lists of models let it. A
// model that a list stops is replaced by another one, which may be newer and which nobody chose.

import { defaultModelsOf } from '../models/claude-code.ts';
import { families } from '../models/model.ts';
import { modelNamedBy, modelReferences } from '../policy/model-references.ts';
import type { Policy, Ring } from '../policy/policy.ts';
import { isAllowedBy, isDeniedBy } from '../serving/allow-list.ts';
import type { Difference } from './found-differences.ts';
import { isExact } from './model-list-risk.ts';
import type { ServedPin } from './pin-differences.ts';
import type { Served } from './served.ts';

export interface Outcome {
  /** Those of pins and settings, and the built-in ones of aliases without a pin. */
  readonly called: ReadonlySet<string>;
  /** Those of pins and settings that a list stops. */
  readonly stopped: ReadonlySet<string>;
  /** Those that `availableModels` stops. */
  readonly refused: ReadonlySet<string>;
}

/** `served` is what machines of the kind get, with any version of Claude Code. */
export function outcomeOf(served: readonly Served[], deniedModels: readonly unknown[]): Outcome {
  const different = [...new Set(served)];
  const named = new Set(different.flatMap(namedModels));
  const refused = new Set(different.flatMap(refusedModels));
  const denied = [...named].filter((id) => isDeniedBy(deniedModels, id));
  return {
    called: new Set([...named, ...different.flatMap(builtInModels)]),
    stopped: new Set([...refused, ...denied]),
    refused,
  };
}

/** A value of another form denies nothing. */
export function deniedModelsOf(policy: Policy, ring: Ring): readonly unknown[] {
  const list: unknown = ring.settings?.['deniedModels'] ?? policy.settings['deniedModels'];
  return Array.isArray(list) ? list : [];
}

/** An older pin, or a narrower list, lowers no risk where the list then stops the model. */
export function withOutcome(difference: Difference, { stopped, refused }: Outcome): Difference {
  const { keys, to, risk } = difference;
  const isStopped = keys[0] === 'pins' && isPin(to) && stopped.has(to.model);
  const isMoved = isStopped || (keys[1] === 'availableModels' && refused.size > 0);
  return isMoved && risk === 'lowers' ? { ...difference, risk: 'raises' } : difference;
}

function isPin(value: unknown): value is ServedPin {
  return typeof value === 'object' && value !== null && 'model' in value;
}

function namedModels({ pins, settings }: Served): readonly string[] {
  const named = modelReferences(settings, '')
    .filter(({ role }) => role === 'called')
    .flatMap(({ text }) => modelNamedBy(text)?.id ?? []);
  return [...pins.map(({ model }) => model), ...named];
}

/** A lock lists the pins themselves. */
function refusedModels(served: Served): readonly string[] {
  const { availableModels } = served.settings;
  if (served.locked || availableModels === undefined) return [];
  return namedModels(served).filter((id) => !isAllowedBy(availableModels, id, isExact(served)));
}

/** Those of all versions of Claude Code. A lock stops each model that isn't pinned. */
function builtInModels(served: Served): readonly string[] {
  const {
    pins,
    locked,
    settings: { availableModels },
  } = served;
  if (locked) return [];
  const unpinned = families.filter((family) => !pins.some((pin) => pin.family === family));
  const models = unpinned.flatMap((family) => defaultModelsOf(family, null));
  return availableModels === undefined
    ? models
    : models.filter((id) => isAllowedBy(availableModels, id, isExact(served)));
}
