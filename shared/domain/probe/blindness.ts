// Blindness: a probe that can't see must say so, and must not take what it doesn't see for gone.

import type { Matrix } from '../availability/availability.ts';
import type { Verdict } from '../availability/observation.ts';
import type { NewEvent } from '../events/event.ts';
import { by, type ProbeInput, type ProbeResult } from './probe-input.ts';

/** Runs in a row that must see nothing before people are told. */
const blindRuns = 2;

interface BlindnessUpdate {
  readonly value: Matrix['blind'];
  readonly blindCount: number;
  readonly newEvents: readonly NewEvent[];
}

/**
 * A location is dark in a run when every look there said that we are set up wrongly, and sees again when one said something
 * of a model; time-outs and the like are neither. People are told once a location was dark twice, until all see again.
 */
export function updateBlindness({ before, results, now }: ProbeInput): BlindnessUpdate {
  const { blind: was, blindCount } = before;
  const byLocation = [...Map.groupBy(results, ({ endpoint }) => endpoint.location)];
  const dark = byLocation.filter(([, each]) =>
    each.every(({ observation }) => observation.verdict === 'misconfigured'),
  );
  const darkNames = dark.map(([location]) => location);
  const still = stillUnseen(was?.locations ?? [], byLocation);
  const locations = [...new Set([...darkNames, ...still])];
  const base = { subject: 'probe', at: now, by };
  if (was !== null && locations.length === 0) {
    const newEvents: NewEvent[] = was.isNotified
      ? [{ ...base, id: `ProbeRecovered.probe.${blindCount}`, kind: 'ProbeRecovered', data: {} }]
      : [];
    return { value: null, blindCount, newEvents };
  }
  const observation = dark[0]?.[1][0]?.observation;
  if (observation === undefined)
    return { value: was === null ? null : { ...was, locations }, blindCount, newEvents: [] };
  const again = darkNames.filter((location) => was?.locations.includes(location));
  const runs = again.length === 0 ? 1 : (was?.runs ?? 0) + 1;
  const isNewlyEnabled = was?.isNotified !== true && runs >= blindRuns;
  const cause = observation.cause ?? 'permission_denied';
  const value = { locations, cause, runs, isNotified: was?.isNotified === true || isNewlyEnabled };
  if (!isNewlyEnabled) return { value, blindCount, newEvents: [] };
  const id = `ProbeBlind.probe.${blindCount + 1}`;
  const data = { locations: again, cause, evidence: observation.evidence };
  return { value, blindCount: blindCount + 1, newEvents: [{ ...base, id, kind: 'ProbeBlind', data }] };
}

/** Of locations that were dark, those that still say nothing; one that is looked at no longer counts only if none was seen. */
function stillUnseen(
  was: readonly string[],
  byLocation: readonly [string, readonly ProbeResult[]][],
): readonly string[] {
  const lit = byLocation.filter(([, each]) => each.some(({ observation }) => isAboutModel(observation.verdict)));
  const isIn = (groups: typeof byLocation, location: string) => groups.some(([name]) => name === location);
  return was.filter((location) => !isIn(lit, location) && (lit.length === 0 || isIn(byLocation, location)));
}

function isAboutModel(verdict: Verdict): boolean {
  return verdict !== 'misconfigured' && verdict !== 'transient' && verdict !== 'unknown';
}
