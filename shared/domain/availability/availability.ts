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
  firstCallable: z.iso.datetime().nullable(),
  /** When the model last said anything about itself. */
  seen: z.iso.datetime().nullable(),
  /** When a confirmation last answered. */
  confirmed: z.iso.datetime().nullable(),
  /** When a first run said that the model is not callable; until a second one agrees, it is not lost and nobody is told. */
  doubted: z.iso.datetime().nullable(),
  /** How often it became callable; tells one enabling from the next. */
  enablings: z.int().nonnegative(),
  evidence: z.string().max(500),
});
export type Cell = z.infer<typeof Cell>;

export const Matrix = z.strictObject({
  at: z.iso.datetime(),
  cells: z.array(Cell),
  /** Models that the publisher listed, and when we first saw each; null for those of the first look. */
  listed: z.record(z.string(), z.iso.datetime().nullable()),
  /** By project and model: how many enablings there were, and when people were last told of one. */
  enabled: z.record(z.string(), z.strictObject({ times: z.int().positive(), told: z.iso.datetime().nullable() })),
  /** Locations that the probe can't see, for how many runs in a row, and whether people were told. */
  blind: z
    .strictObject({ locations: z.array(z.string()), cause: BlindCause, runs: z.int().positive(), isTold: z.boolean() })
    .nullable(),
  blindings: z.int().nonnegative(),
  /** Pinned places that are not callable, by name; how often each came to be. */
  atRisk: z.record(z.string(), z.strictObject({ isNow: z.boolean(), times: z.int().positive() })),
  /** Days before Google's floor of which people were told last, by pinned model. */
  retiring: z.record(z.string(), z.int().nonnegative()),
});
export type Matrix = z.infer<typeof Matrix>;

export const emptyMatrix: Omit<Matrix, 'at'> = {
  cells: [],
  listed: {},
  enabled: {},
  blind: null,
  blindings: 0,
  atRisk: {},
  retiring: {},
};

export type Turn = 'gained' | 'lost';

/** Two runs agree only if they are so far apart (milliseconds): a schedule that fires twice is one look. */
export const agreeAfterMs = 60_000;

/** A pin may be served from there: it answered when it was last asked. */
export function isCallable(state: Availability): boolean {
  return state === 'enabled';
}

/** Adds one observation to what is known of a place, and says whether the model was gained or lost by it. */
export function fold(
  before: Cell | null,
  endpoint: ModelEndpoint,
  observation: Observation,
): { cell: Cell; turn: Turn | null } {
  const cell = before ?? unseenCell(endpoint, observation.at);
  const state = toState(observation.verdict);
  if (state === null) return { cell, turn: null };
  const { at, evidence, by } = observation;
  const seen = { ...cell, seen: at, evidence, ...(by === 'confirm' ? { confirmed: at } : {}) };
  if (state === 'enabled') return gain(seen, at);
  // Quota that ran out is no sign that a model which answered before is gone.
  if (state === 'no_quota' && cell.state === 'enabled') return { cell: { ...seen, doubted: null }, turn: null };
  if (cell.state === 'enabled') return doubt(seen, state, at);
  const doubted = cell.state === 'unknown' ? at : isAgreed(cell.doubted, at) ? null : cell.doubted;
  return { cell: { ...seen, doubted, state, since: cell.state === state ? cell.since : at }, turn: null };
}

/** Not callable by more than one run's word, which may be a wrong one. */
export function isSurelyNotCallable({ state, doubted }: Cell): boolean {
  return state !== 'unknown' && !isCallable(state) && doubted === null;
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

function gain(cell: Cell, at: string): { cell: Cell; turn: Turn | null } {
  if (cell.state === 'enabled') return { cell: { ...cell, doubted: null }, turn: null };
  const enablings = cell.enablings + 1;
  const firstCallable = cell.firstCallable ?? at;
  return { cell: { ...cell, state: 'enabled', since: at, doubted: null, enablings, firstCallable }, turn: 'gained' };
}

function doubt(cell: Cell, state: Availability, at: string): { cell: Cell; turn: Turn | null } {
  const doubted = cell.doubted ?? at;
  if (!isAgreed(doubted, at)) return { cell: { ...cell, doubted }, turn: null };
  return { cell: { ...cell, state, since: at, doubted: null }, turn: 'lost' };
}

function isAgreed(doubted: string | null, at: string): boolean {
  return doubted === null || Date.parse(at) - Date.parse(doubted) >= agreeAfterMs;
}

function unseenCell({ project, location, model }: ModelEndpoint, at: string): Cell {
  return {
    project,
    location,
    model,
    state: 'unknown',
    since: at,
    firstCallable: null,
    seen: null,
    confirmed: null,
    doubted: null,
    enablings: 0,
    evidence: '',
  };
}
