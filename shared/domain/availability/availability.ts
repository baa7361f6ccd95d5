// Availability: what recent observations of a place add up to. Only an answer about the model changes it; losing it takes
// two agreeing runs, and so does being sure that it never was callable; a first look is no news. Kept for all places in one
// document, the matrix, which one read brings.

import { z } from 'zod';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import { BlindCause, type Observation, type Verdict } from './observation.ts';

export const Availability = z.enum([
  'enabled',
  'no_quota',
  'blocked_by_policy',
  'needs_data_sharing',
  'not_enabled',
  'not_served',
  'unknown',
]);
export type Availability = z.infer<typeof Availability>;

export const Cell = z.strictObject({
  project: z.string(),
  location: z.string(),
  model: z.string(),
  state: Availability,
  /** When this state was first seen. */
  since: z.iso.datetime(),
  /** Our own first callable observation, from which a model's age counts; null while there was none. */
  firstCallableAt: z.iso.datetime().nullable(),
  /** When the model last said anything about itself. */
  answeredAt: z.iso.datetime().nullable(),
  /** When a confirmation last answered. */
  confirmedAt: z.iso.datetime().nullable(),
  /** When a first run said that the model is not callable; until a second one agrees, it is not lost and nobody is told. */
  suspectedAt: z.iso.datetime().nullable(),
  /** How often it became callable; tells one enabling from the next. */
  enabledCount: z.int().nonnegative(),
  evidence: z.string().max(500),
});
export type Cell = z.infer<typeof Cell>;

export const Matrix = z.strictObject({
  at: z.iso.datetime(),
  cells: z.array(Cell),
  /** Models that the publisher listed, and when we first saw each; null for those of the first look. */
  listed: z.record(z.string(), z.iso.datetime().nullable()),
  /** By project and model: how many enablings there were, and when people were last told of one. */
  enabled: z.record(z.string(), z.strictObject({ count: z.int().positive(), notifiedAt: z.iso.datetime().nullable() })),
  /** Locations that the probe can't see, for how many runs in a row, and whether people were told. */
  blind: z
    .strictObject({
      locations: z.array(z.string()),
      cause: BlindCause,
      runs: z.int().positive(),
      isNotified: z.boolean(),
    })
    .nullable(),
  blindCount: z.int().nonnegative(),
  /** Pinned places that are not callable, by name; how often each came to be. */
  atRisk: z.record(z.string(), z.strictObject({ isNow: z.boolean(), count: z.int().positive() })),
  /** Days before Google's floor of which people were told last, by pinned model. */
  retiring: z.record(z.string(), z.int().nonnegative()),
});
export type Matrix = z.infer<typeof Matrix>;

export const emptyMatrix: Omit<Matrix, 'at'> = {
  cells: [],
  listed: {},
  enabled: {},
  blind: null,
  blindCount: 0,
  atRisk: {},
  retiring: {},
};

export type AvailabilityChange = 'gained' | 'lost';

/** Two runs agree only if they are so far apart (milliseconds): a schedule that fires twice is one look. */
export const agreeAfterMs = 60_000;

/** A pin may be served from there: it answered when it was last asked. */
export function isCallable(state: Availability): boolean {
  return state === 'enabled';
}

/** Adds one observation to what is known of a place, and says whether the model was gained or lost by it. */
export function applyObservation(
  before: Cell | null,
  endpoint: ModelEndpoint,
  observation: Observation,
): { cell: Cell; change: AvailabilityChange | null } {
  const cell = before ?? unseenCell(endpoint, observation.at);
  const state = toState(observation.verdict);
  if (state === null) return { cell, change: null };
  const { at, evidence, by } = observation;
  const seen = { ...cell, answeredAt: at, evidence, ...(by === 'confirm' ? { confirmedAt: at } : {}) };
  if (state === 'enabled') return gain(seen, at);
  // Quota that ran out is no sign that a model which answered before is gone.
  if (state === 'no_quota' && cell.state === 'enabled') return { cell: { ...seen, suspectedAt: null }, change: null };
  if (cell.state === 'enabled') return suspect(seen, state, at);
  const suspectedAt = cell.state === 'unknown' ? at : isAgreed(cell.suspectedAt, at) ? null : cell.suspectedAt;
  return { cell: { ...seen, suspectedAt, state, since: cell.state === state ? cell.since : at }, change: null };
}

/** Not callable by more than one run's word, which may be a wrong one. */
export function isSurelyNotCallable({ state, suspectedAt }: Cell): boolean {
  return state !== 'unknown' && !isCallable(state) && suspectedAt === null;
}

/** What an answer says about the model; null when it says nothing about it. */
function toState(verdict: Verdict): Availability | null {
  switch (verdict) {
    case 'enabled':
    case 'no_quota':
    case 'blocked_by_policy':
    case 'needs_data_sharing':
    case 'not_enabled':
    case 'not_served':
      return verdict;
    case 'candidate':
    case 'misconfigured':
    case 'transient':
    case 'unknown':
      return null;
  }
}

function gain(cell: Cell, at: string): { cell: Cell; change: AvailabilityChange | null } {
  if (cell.state === 'enabled') return { cell: { ...cell, suspectedAt: null }, change: null };
  const enabledCount = cell.enabledCount + 1;
  const firstCallableAt = cell.firstCallableAt ?? at;
  return {
    cell: { ...cell, state: 'enabled', since: at, suspectedAt: null, enabledCount, firstCallableAt },
    change: 'gained',
  };
}

function suspect(cell: Cell, state: Availability, at: string): { cell: Cell; change: AvailabilityChange | null } {
  const suspectedAt = cell.suspectedAt ?? at;
  if (!isAgreed(suspectedAt, at)) return { cell: { ...cell, suspectedAt }, change: null };
  return { cell: { ...cell, state, since: at, suspectedAt: null }, change: 'lost' };
}

function isAgreed(suspectedAt: string | null, at: string): boolean {
  return suspectedAt === null || Date.parse(at) - Date.parse(suspectedAt) >= agreeAfterMs;
}

function unseenCell({ project, location, model }: ModelEndpoint, at: string): Cell {
  return {
    project,
    location,
    model,
    state: 'unknown',
    since: at,
    firstCallableAt: null,
    answeredAt: null,
    confirmedAt: null,
    suspectedAt: null,
    enabledCount: 0,
    evidence: '',
  };
}
