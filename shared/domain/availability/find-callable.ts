// Proving: from what the probe knows to the models that a revision keeps as proven. See proven.ts.

import { parseModel } from '../models/model.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { isCallable, type Matrix } from './availability.ts';
import { type CallableModels, locationKey } from './callable-models.ts';

export function callableModelsFor(policy: Policy, matrix: Matrix | null): Record<string, string[]> | null {
  if (matrix === null) return null;
  const callableModels: Record<string, string[]> = {};
  for (const { family, endpoint } of pinnedEndpoints(policy)) {
    const key = locationKey(endpoint);
    const models = matrix.cells
      .filter(
        (cell) => locationKey(cell) === key && isCallable(cell.state) && parseModel(cell.model)?.family === family,
      )
      .map(({ model }) => model);
    callableModels[key] = [...new Set([...(callableModels[key] ?? []), ...models])].sort();
  }
  return callableModels;
}

/** Models that the first list has and the second lacks, each with its place. */
export function lostModels(before: CallableModels, after: CallableModels): readonly string[] {
  return Object.entries(before ?? {}).flatMap(([key, models]) =>
    models.filter((model) => after?.[key]?.includes(model) === false).map((model) => `${model} in ${key}`),
  );
}
