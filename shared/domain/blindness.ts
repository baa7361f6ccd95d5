// Blindness: a probe that can't see must say so, and must not take what it doesn't see for gone.

import type { Matrix } from './availability.ts';
import type { News } from './event.ts';
import type { BlindCause } from './observation.ts';
import { by, type ProbeInput } from './probe-input.ts';

/** Runs in a row that must see nothing before people are told. */
const blindRuns = 2;

/** A location is blind when no look there said anything but that we are set up wrongly. */
export function foldBlindness({ before, looks, now }: ProbeInput): {
  value: Matrix['blind'];
  blindings: number;
  news: readonly News[];
} {
  const byLocation = Map.groupBy(looks, ({ place }) => place.location);
  const blind = [...byLocation].filter(([, each]) =>
    each.every(({ observation }) => observation.verdict === 'misconfigured'),
  );
  const base = { subject: 'probe', at: now, by };
  if (blind.length === 0) {
    if (looks.length === 0) return { value: before.blind, blindings: before.blindings, news: [] };
    const id = `ProbeRecovered.probe.${before.blindings}`;
    const news: News[] = before.blind?.isTold === true ? [{ ...base, id, kind: 'ProbeRecovered', data: {} }] : [];
    return { value: null, blindings: before.blindings, news };
  }
  const observation = blind[0]?.[1][0]?.observation;
  const cause: BlindCause = observation?.cause ?? 'permission_denied';
  const locations = blind.map(([location]) => location);
  const runs = (before.blind?.runs ?? 0) + 1;
  const isTold = before.blind?.isTold === true || runs >= blindRuns;
  const value = { locations, cause, runs, isTold };
  if (before.blind?.isTold === true || !isTold) return { value, blindings: before.blindings, news: [] };
  const blindings = before.blindings + 1;
  const data = { locations, cause, evidence: observation?.evidence ?? '' };
  return { value, blindings, news: [{ ...base, id: `ProbeBlind.probe.${blindings}`, kind: 'ProbeBlind', data }] };
}
