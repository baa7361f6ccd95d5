// A Model Garden that is not there: answers like Vertex for any project, so that `npm start` shows without a cloud what a
// probe finds. Its story: a model that nobody could call appears in one location, then in others. Plainly labelled.

import type { Observation, Verdict } from '../../shared/domain/availability/observation.ts';
import { type Catalogue, isServedIn, isShut, modelsOfFamily } from '../../shared/domain/models/catalogue.ts';
import { families } from '../../shared/domain/models/model.ts';
import type { ModelEndpoint } from '../../shared/domain/models/model-endpoint.ts';
import type { Clock, Garden } from '../../shared/ports.ts';

/** What appears, where, and how long after the first question (milliseconds): by then two runs have seen it missing. */
const story = [
  { model: 'claude-fable-5-2', location: 'global', afterMs: 90_000 },
  { model: 'claude-fable-5-2', location: 'us', afterMs: 130_000 },
  { model: 'claude-fable-5-2', location: 'eu', afterMs: 170_000 },
] as const;

export function openSimulatedGarden(catalogue: Catalogue, clock: Clock): Garden {
  let start: number | null = null;
  const entries = families.flatMap((family) => modelsOfFamily(catalogue, family));

  function verdictOf({ location, model }: ModelEndpoint): Verdict {
    const now = clock();
    start ??= now;
    const step = story.find((each) => each.model === model && each.location === location);
    if (step !== undefined) return now - start >= step.afterMs ? 'enabled' : 'not_enabled';
    const entry = entries.find(({ id }) => id === model);
    if (entry === undefined || isShut(entry, new Date(now).toISOString().slice(0, 10))) return 'not_enabled';
    const isServed = isServedIn(entry, location);
    if (isServed === null) return 'not_enabled';
    return isServed ? 'enabled' : 'not_served';
  }

  const observe =
    (by: Observation['by']) =>
    async (endpoint: ModelEndpoint): Promise<Observation> => {
      const verdict = verdictOf(endpoint);
      const isOpen = by === 'screen' && verdict === 'enabled';
      const evidence = `simulated: ${verdict === 'enabled' ? 'OK' : verdict}`;
      return {
        verdict: isOpen ? 'candidate' : verdict,
        cause: null,
        evidence,
        by,
        at: new Date(clock()).toISOString(),
      };
    };
  return {
    list: async () => ({ models: entries.map(({ id }) => id), evidence: 'simulated' }),
    screen: observe('screen'),
    confirm: observe('confirm'),
    close: () => Promise.resolve(),
  };
}
