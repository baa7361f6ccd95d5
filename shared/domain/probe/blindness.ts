// Blindness: the state of a location of a project from which nothing about a model comes back. People are told of each
// such area once, once of each cause that is found later, and once when it is over. A model that a blind probe can't
// reach doesn't count as lost.

import type { BlindArea, Matrix } from '../availability/availability.ts';
import { locationKey } from '../availability/callable-models.ts';
import type { BlindCause, Observation, Verdict } from '../availability/observation.ts';
import type { NewEvent } from '../events/event.ts';
import { type ProbeInput, type ProbeResult, probeActor } from './probe-input.ts';

/** Runs until people are told. Of the first kind are fewer, because a misconfiguration doesn't pass by itself. */
const misconfiguredRunsUntilTold = 2;
const runsUntilTold = 4;

type BlindnessUpdate = Pick<Matrix, 'blind' | 'blindCount' | 'recoveredCount'> & {
  readonly newEvents: readonly NewEvent[];
};

/**
 * A run finds an area dark if it asked there, and no answer was about a model. One that is ends the blindness. An area
 * that the run didn't ask stays as it was, unless the probe sees elsewhere and has nothing to ask there any more.
 */
export function updateBlindness({ before, endpoints, results, now }: ProbeInput): BlindnessUpdate {
  const byArea = Map.groupBy(results, ({ endpoint }) => locationKey(endpoint));
  const lit = new Set([...byArea].filter(([, each]) => each.some(isAboutModel)).map(([key]) => key));
  const probed = new Set(endpoints.map(locationKey));
  const isOver = (area: BlindArea) => {
    const key = locationKey(area);
    return lit.has(key) || (lit.size > 0 && !probed.has(key));
  };
  const known = new Map(before.blind.filter((area) => !isOver(area)).map((area) => [locationKey(area), area]));
  const agreed = new Set<string>(); // areas of which two runs found the same cause
  for (const [key, each] of byArea) {
    if (lit.has(key)) continue;
    const area = known.get(key) ?? null;
    const darker = darken(area, each);
    known.set(key, darker);
    if (area?.cause === darker.cause) agreed.add(key);
  }
  const blind = [...known.values()];
  const told = blind.filter((area) =>
    area.isNotified ? agreed.has(locationKey(area)) && isOfNewCause(area) : isToTell(area),
  );
  const over = before.blind.filter((area) => area.isNotified && isOver(area));
  const blindCount = before.blindCount + Math.min(1, told.length);
  const recoveredCount = before.recoveredCount + Math.min(1, over.length);
  const recovered = over.map(({ project, location }) => ({
    project,
    location,
    isProbed: probed.has(locationKey({ project, location })),
  }));
  return {
    blind: blind.map((area) => (told.includes(area) ? markTold(area) : area)),
    blindCount,
    recoveredCount,
    newEvents: [
      ...(told.length > 0 ? [blindEvent(told, blindCount, now)] : []),
      ...(over.length > 0 ? [recoveredEvent(recovered, recoveredCount, now)] : []),
    ],
  };
}

/** The area after one more dark run. */
function darken(before: BlindArea | null, [first, ...others]: readonly ProbeResult[]): BlindArea {
  if (first === undefined) throw new Error('an area without results is neither dark nor lit');
  const all = [first, ...others];
  const isMisconfigured = all.every(({ observation }) => observation.verdict === 'misconfigured');
  const { verdict, cause, evidence } = mostTelling(all.map(({ observation }) => observation)) ?? first.observation;
  return {
    project: first.endpoint.project,
    location: first.endpoint.location,
    runs: (before?.runs ?? 0) + 1,
    misconfiguredRuns: (before?.misconfiguredRuns ?? 0) + (isMisconfigured ? 1 : 0),
    verdict,
    cause,
    evidence,
    isNotified: before?.isNotified ?? false,
    toldCauses: before === null ? [] : toldCausesOf(before),
  };
}

function toldCausesOf({ toldCauses, isNotified, cause }: BlindArea): BlindCause[] {
  return toldCauses ?? (isNotified && cause !== null ? [cause] : []);
}

function isOfNewCause(area: BlindArea): boolean {
  return area.cause !== null && !toldCausesOf(area).includes(area.cause);
}

function markTold(area: BlindArea): BlindArea {
  const { cause } = area;
  return { ...area, isNotified: true, toldCauses: [...toldCausesOf(area), ...(cause === null ? [] : [cause])] };
}

/** What people can mend comes first, and what passes by itself comes last. */
function mostTelling(observations: readonly Observation[]): Observation | undefined {
  const find = (wanted: Verdict) => observations.find(({ verdict }) => verdict === wanted);
  return find('misconfigured') ?? find('unknown');
}

function isToTell({ runs, misconfiguredRuns }: BlindArea): boolean {
  return misconfiguredRuns >= misconfiguredRunsUntilTold || runs >= runsUntilTold;
}

function isAboutModel({ observation: { verdict } }: ProbeResult): boolean {
  return verdict !== 'misconfigured' && verdict !== 'transient' && verdict !== 'unknown';
}

function blindEvent(told: readonly BlindArea[], count: number, now: string): NewEvent {
  const areas = told.map(({ project, location, verdict, cause, evidence }) => ({
    project,
    location,
    verdict,
    cause,
    evidence,
  }));
  const id = `ProbeBlind.probe.${count}`;
  return { id, kind: 'ProbeBlind', subject: 'probe', at: now, by: probeActor, data: { areas } };
}

type Recovered = Extract<NewEvent, { kind: 'ProbeRecovered' }>['data']['areas'];

function recoveredEvent(areas: Recovered, count: number, now: string): NewEvent {
  const id = `ProbeRecovered.probe.${count}`;
  return { id, kind: 'ProbeRecovered', subject: 'probe', at: now, by: probeActor, data: { areas } };
}
