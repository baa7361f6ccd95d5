// A simulated Model Garden: answers like Vertex AI for any project, so that `npm start` can show a probe without a
// cloud. A model that isn't enabled at first appears in one location, then in two more. All evidence says "simulated".
// When this story began is kept in a file: told again, it would take back models that were enabled.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Observation, Verdict } from '../../shared/domain/availability/observation.ts';
import { type Catalogue, isServedIn, isShut, modelsOfFamily } from '../../shared/domain/models/catalogue.ts';
import { families } from '../../shared/domain/models/model.ts';
import type { ModelEndpoint } from '../../shared/domain/models/model-endpoint.ts';
import type { Clock, Garden } from '../../shared/ports.ts';
import { simulatedMark } from '../probe/simulated-data.ts';

/** When a model appears, after the first request. Before that, two runs have found it missing. */
const schedule = [
  { model: 'claude-fable-5-2', location: 'global', afterMs: 90_000 },
  { model: 'claude-fable-5-2', location: 'us', afterMs: 130_000 },
  { model: 'claude-fable-5-2', location: 'eu', afterMs: 170_000 },
] as const;

/** `startFile`: where the time of the first request is kept. Null: in this process only. */
export function openSimulatedGarden(catalogue: Catalogue, clock: Clock, startFile: string | null): Garden {
  let start: number | null = null;
  const models = families.flatMap((family) => modelsOfFamily(catalogue, family));

  function verdictOf({ location, model }: ModelEndpoint): Verdict {
    const now = clock();
    start ??= startFile === null ? now : keepStart(startFile, now);
    const step = schedule.find((each) => each.model === model && each.location === location);
    if (step !== undefined) return now - start >= step.afterMs ? 'enabled' : 'not_enabled';
    const catalogueModel = models.find(({ id }) => id === model);
    if (catalogueModel === undefined || isShut(catalogueModel, new Date(now).toISOString().slice(0, 10)))
      return 'not_enabled';
    const isServed = isServedIn(catalogueModel, location);
    if (isServed === null) return 'not_enabled';
    return isServed ? 'enabled' : 'not_served';
  }

  const observe =
    (by: Observation['by']) =>
    async (endpoint: ModelEndpoint): Promise<Observation> => {
      const verdict = verdictOf(endpoint);
      const isOpen = by === 'screen' && verdict === 'enabled';
      const evidence = `${simulatedMark}${verdict === 'enabled' ? 'OK' : verdict}`;
      return {
        verdict: isOpen ? 'candidate' : verdict,
        cause: null,
        evidence,
        by,
        at: new Date(clock()).toISOString(),
      };
    };
  return {
    list: async () => ({ models: models.map(({ id }) => id), evidence: 'simulated' }),
    screen: observe('screen'),
    confirm: observe('confirm'),
    close: () => Promise.resolve(),
  };
}

/** The time in the file, in milliseconds since 1970. A missing or damaged file gets `now`. */
function keepStart(file: string, now: number): number {
  const kept = existsSync(file) ? Date.parse(readFileSync(file, 'utf8').trim()) : Number.NaN;
  if (!Number.isNaN(kept)) return kept;
  writeFileSync(file, `${new Date(now).toISOString()}\n`);
  return now;
}
