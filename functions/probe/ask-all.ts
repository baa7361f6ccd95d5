// Looking around: every place is screened for free, and confirmed with a call of one token only where that may tell
// something new. Bounded in how much is asked at once, in calls that cost, and in time.

import { type Cell, type Matrix, placeName } from '../../shared/domain/availability/availability.ts';
import type { Observation, Place } from '../../shared/domain/availability/observation.ts';
import { parseModel } from '../../shared/domain/models/model.ts';
import type { Look } from '../../shared/domain/probe/probe-input.ts';
import type { Clock, Garden } from '../../shared/ports.ts';

export interface LookInput {
  readonly garden: Garden;
  readonly clock: Clock;
  readonly before: Matrix;
  readonly places: readonly Place[];
  readonly onLook?: (look: Look, done: number, all: number) => void;
}

const atOnce = 32;
/** Confirmations a run: at one token each, at most cents a day. */
const mostConfirmations = 200;
/** What isn't looked at by then waits for the next run. */
const lookForMs = 4 * 60_000;
/** An enabled model is confirmed again so often. */
const confirmEveryMs = 24 * 60 * 60_000;

/** What was seen, in the order of the places; places that there was no time for are left out. */
export async function lookAround(input: LookInput): Promise<{ looks: readonly Look[]; confirmed: number }> {
  const { garden, clock, before, places } = input;
  const cells = new Map(before.cells.map((cell) => [placeName(cell), cell]));
  const end = clock() + lookForMs;
  const exhausted = new Set<string>();
  const looks: (Look | null)[] = places.map(() => null);
  let confirmed = 0;
  let next = 0;
  let done = 0;

  async function look(place: Place): Promise<Observation> {
    const screened = await garden.screen(place);
    const cell = cells.get(placeName(place)) ?? null;
    const mayConfirm = confirmed < mostConfirmations && !exhausted.has(bucketOf(place));
    if (screened.verdict !== 'candidate' || !mayConfirm || !isDue(cell, clock())) return screened;
    confirmed++;
    const observation = await garden.confirm(place);
    // The fleet draws on the same quota: where there is none left, no more of it is asked for in this run.
    if (observation.verdict === 'no_quota') exhausted.add(bucketOf(place));
    return observation;
  }

  async function work(): Promise<void> {
    while (next < places.length && clock() < end) {
      const at = next++;
      const place = places[at];
      if (place === undefined) return;
      const made = { place, observation: await look(place) };
      looks[at] = made;
      input.onLook?.(made, ++done, places.length);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return { looks: looks.filter((made) => made !== null), confirmed };
}

/** Whether a confirmation may change something: not enabled yet, in doubt, or long ago. */
function isDue(cell: Cell | null, now: number): boolean {
  if (cell === null || cell.state !== 'enabled' || cell.doubted !== null || cell.confirmed === null) return true;
  return now - Date.parse(cell.confirmed) >= confirmEveryMs;
}

/** Models of one line share a quota in a location (Google's quotas page; vertex-probing facts, A5). */
function bucketOf({ project, location, model }: Place): string {
  return `${project}/${location}/${parseModel(model)?.family}`;
}
