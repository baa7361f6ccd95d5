// Finding callable models: from the matrix to the list that a revision keeps. See `callable-models.ts`.

import { parseModel } from '../models/model.ts';
import { calledEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';
import { isCallable, type Matrix } from './availability.ts';
import { type CallableModels, locationKey } from './callable-models.ts';

/** Callable models of each family that is called, by `project/location`; null before the first run of the probe. */
export function callableModelsFor(policy: Policy, matrix: Matrix | null): Record<string, string[]> | null {
  if (matrix === null) return null;
  const callableModels: Record<string, string[]> = {};
  for (const { family, endpoint } of calledEndpoints(policy)) {
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

/** Models that only the first list has, such as `claude-opus-4-8 in acme/global`; for people. */
export function lostModels(before: CallableModels, after: CallableModels): readonly string[] {
  return Object.entries(before ?? {}).flatMap(([key, models]) =>
    models.filter((model) => after?.[key]?.includes(model) === false).map((model) => `${model} in ${key}`),
  );
}
