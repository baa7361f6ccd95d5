// Availability: the state of a model endpoint, from all observations of it so far. Only an answer about the model
// changes the state. Two runs must agree before a model is lost, or is surely not callable. The matrix holds all
// endpoints in one document.

import { z } from 'zod';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import { BlindCause, type Observation, Verdict } from './observation.ts';

/** The last answer about the model; `unknown` before the first. Words as in `Verdict`. */
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

/** The availability of one model endpoint. */
export const Cell = z.strictObject({
  project: z.string(),
  location: z.string(),
  model: z.string(),
  state: Availability,
  /** When the endpoint came into this state. */
  since: z.iso.datetime(),
  /** Our own first callable observation; null while there was none. */
  firstCallableAt: z.iso.datetime().nullable(),
  /** The last answer about the model. */
  answeredAt: z.iso.datetime().nullable(),
  /** The last answer about the model to a confirmation. */
  confirmedAt: z.iso.datetime().nullable(),
  /** When a first run found the model not callable; null once a second run agrees. Only then is it announced. */
  suspectedAt: z.iso.datetime().nullable(),
  /** How often the model became callable; part of the ids of events. */
  enabledCount: z.int().nonnegative(),
  /** The last answer about the model; before the first one, whatever came back. */
  evidence: z.string().max(500),
  /**
   * A newer answer that is no verdict on the model and doesn't pass by itself: in words that fit no known answer, or about
   * our configuration. Null once there is a verdict.
   */
  unknownAnswer: z.strictObject({ at: z.iso.datetime(), evidence: z.string().max(500) }).nullable(),
});
export type Cell = z.infer<typeof Cell>;

/** A location of a project in which no answer of the last runs was about a model. */
export const BlindArea = z.strictObject({
  project: z.string(),
  location: z.string(),
  /** Runs in a row that got no answer about a model. */
  runs: z.int().positive(),
  /** Those of them in which every answer was about our own misconfiguration. */
  misconfiguredRuns: z.int().nonnegative(),
  /** The answer of the last run of which most can be learnt. */
  verdict: Verdict,
  cause: BlindCause.nullable(),
  evidence: z.string().max(500),
  isNotified: z.boolean(),
  /** The causes of which people were told. Absent: only of `cause`, if they were told at all. */
  toldCauses: z.array(BlindCause).optional(),
});
export type BlindArea = z.infer<typeof BlindArea>;

/** All cells, and what the probe must remember so that it announces each fact once. */
export const Matrix = z.strictObject({
  at: z.iso.datetime(),
  cells: z.array(Cell),
  /** By model that Anthropic lists: when we first saw it there; null for those of the first list. */
  listed: z.record(z.string(), z.iso.datetime().nullable()),
  /** By `project/model`: how often the model was enabled, and when that was last announced. */
  enabled: z.record(z.string(), z.strictObject({ count: z.int().positive(), notifiedAt: z.iso.datetime().nullable() })),
  blind: z.array(BlindArea),
  /** How often blindness was announced, and its end. */
  blindCount: z.int().nonnegative(),
  recoveredCount: z.int().nonnegative(),
  /** By endpoint key: whether the endpoint is pinned and not callable now, and how often that began. */
  atRisk: z.record(z.string(), z.strictObject({ isNow: z.boolean(), count: z.int().positive() })),
  /** By pinned model: the last announced step, in days before the model may retire. */
  retiring: z.record(z.string(), z.int().nonnegative()),
});
export type Matrix = z.infer<typeof Matrix>;

export const emptyMatrix: Omit<Matrix, 'at'> = {
  cells: [],
  listed: {},
  enabled: {},
  blind: [],
  blindCount: 0,
  recoveredCount: 0,
  atRisk: {},
  retiring: {},
};

/** The change that one observation made; only these are announced. */
export type AvailabilityChange = 'gained' | 'lost';

/** Two runs agree only if they are at least this far apart (milliseconds): a schedule may fire twice. */
export const agreeAfterMs = 60_000;

/** Whether a pin may lead there: the model's last answer was a success. */
export function isCallable(state: Availability): boolean {
  return state === 'enabled';
}

/** The next cell of an endpoint after one observation, and the change. `before` is null for a new endpoint. */
export function applyObservation(
  before: Cell | null,
  endpoint: ModelEndpoint,
  observation: Observation,
): { cell: Cell; change: AvailabilityChange | null } {
  const cell = before ?? newCell(endpoint, observation.at);
  const state = toState(observation.verdict);
  if (state === null) return { cell: noteSilence(cell, observation), change: null };
  const { at, evidence, by } = observation;
  const answered = {
    ...cell,
    answeredAt: at,
    evidence,
    unknownAnswer: null,
    ...(by === 'confirm' ? { confirmedAt: at } : {}),
  };
  if (state === 'enabled') return markCallable(answered, at);
  // A model that answered before isn't lost because its quota ran out.
  if (state === 'no_quota' && cell.state === 'enabled')
    return { cell: { ...answered, suspectedAt: null }, change: null };
  if (cell.state === 'enabled') return suspectLoss(answered, state, at);
  const suspectedAt = cell.state === 'unknown' ? at : isAgreed(cell.suspectedAt, at) ? null : cell.suspectedAt;
  return { cell: { ...answered, suspectedAt, state, since: cell.state === state ? cell.since : at }, change: null };
}

/** Whether at least two runs found the model not callable; a single answer may be wrong. */
export function isSurelyNotCallable({ state, suspectedAt }: Cell): boolean {
  return state !== 'unknown' && !isCallable(state) && suspectedAt === null;
}

/** The state that a verdict means; null when the verdict isn't about the model. */
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

/** Keeps the texts for people. They change nothing of what is known of the model. */
function noteSilence(cell: Cell, { verdict, evidence, at }: Observation): Cell {
  const seen = cell.state === 'unknown' ? { ...cell, evidence } : cell;
  if (verdict === 'unknown' || verdict === 'misconfigured') return { ...seen, unknownAnswer: { at, evidence } };
  return verdict === 'candidate' ? { ...seen, unknownAnswer: null } : seen;
}

function markCallable(cell: Cell, at: string): { cell: Cell; change: AvailabilityChange | null } {
  if (cell.state === 'enabled') return { cell: { ...cell, suspectedAt: null }, change: null };
  const enabledCount = cell.enabledCount + 1;
  const firstCallableAt = cell.firstCallableAt ?? at;
  return {
    cell: { ...cell, state: 'enabled', since: at, suspectedAt: null, enabledCount, firstCallableAt },
    change: 'gained',
  };
}

function suspectLoss(cell: Cell, state: Availability, at: string): { cell: Cell; change: AvailabilityChange | null } {
  const suspectedAt = cell.suspectedAt ?? at;
  if (!isAgreed(suspectedAt, at)) return { cell: { ...cell, suspectedAt }, change: null };
  return { cell: { ...cell, state, since: at, suspectedAt: null }, change: 'lost' };
}

/** Whether an answer comes late enough to confirm a suspicion. */
function isAgreed(suspectedAt: string | null, at: string): boolean {
  return suspectedAt === null || Date.parse(at) - Date.parse(suspectedAt) >= agreeAfterMs;
}

function newCell({ project, location, model }: ModelEndpoint, at: string): Cell {
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
    unknownAnswer: null,
  };
}
