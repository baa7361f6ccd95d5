// Blindness: the state of a probe whose requests fail through our own misconfiguration. It is announced as such. A
// model that a blind probe can't reach doesn't count as lost.

import type { Matrix } from '../availability/availability.ts';
import type { Verdict } from '../availability/observation.ts';
import type { NewEvent } from '../events/event.ts';
import { type ProbeInput, type ProbeResult, probeActor } from './probe-input.ts';

/** Blindness is announced after this many blind runs in a row. */
const blindRuns = 2;

interface BlindnessUpdate {
  readonly value: Matrix['blind'];
  readonly blindCount: number;
  readonly newEvents: readonly NewEvent[];
}

/**
 * Dark: every probe in the location failed through our misconfiguration. Recovered: one said anything about a model.
 * Time-outs count as neither. Blindness is announced when a location is dark in two runs, and ends when all have
 * recovered.
 */
export function updateBlindness({ before, results, now }: ProbeInput): BlindnessUpdate {
  const { blind: previous, blindCount } = before;
  const byLocation = [...Map.groupBy(results, ({ endpoint }) => endpoint.location)];
  const dark = byLocation.filter(([, each]) =>
    each.every(({ observation }) => observation.verdict === 'misconfigured'),
  );
  const darkNames = dark.map(([location]) => location);
  const stillDark = notRecovered(previous?.locations ?? [], byLocation);
  const locations = [...new Set([...darkNames, ...stillDark])];
  const base = { subject: 'probe', at: now, by: probeActor };
  if (previous !== null && locations.length === 0) {
    const newEvents: NewEvent[] = previous.isNotified
      ? [{ ...base, id: `ProbeRecovered.probe.${blindCount}`, kind: 'ProbeRecovered', data: {} }]
      : [];
    return { value: null, blindCount, newEvents };
  }
  const observation = dark[0]?.[1][0]?.observation;
  if (observation === undefined)
    return { value: previous === null ? null : { ...previous, locations }, blindCount, newEvents: [] };
  const darkAgain = darkNames.filter((location) => previous?.locations.includes(location));
  const runs = darkAgain.length === 0 ? 1 : (previous?.runs ?? 0) + 1;
  const isNewlyBlind = previous?.isNotified !== true && runs >= blindRuns;
  const cause = observation.cause ?? 'permission_denied';
  const value = { locations, cause, runs, isNotified: previous?.isNotified === true || isNewlyBlind };
  if (!isNewlyBlind) return { value, blindCount, newEvents: [] };
  const id = `ProbeBlind.probe.${blindCount + 1}`;
  const data = { locations: darkAgain, cause, evidence: observation.evidence };
  return { value, blindCount: blindCount + 1, newEvents: [{ ...base, id, kind: 'ProbeBlind', data }] };
}

/** Dark locations that haven't recovered. One that isn't probed any more counts until another location recovers. */
function notRecovered(
  dark: readonly string[],
  byLocation: readonly [string, readonly ProbeResult[]][],
): readonly string[] {
  const recovered = byLocation.filter(([, each]) => each.some(({ observation }) => isAboutModel(observation.verdict)));
  const isIn = (groups: typeof byLocation, location: string) => groups.some(([name]) => name === location);
  return dark.filter(
    (location) => !isIn(recovered, location) && (recovered.length === 0 || isIn(byLocation, location)),
  );
}

function isAboutModel(verdict: Verdict): boolean {
  return verdict !== 'misconfigured' && verdict !== 'transient' && verdict !== 'unknown';
}
