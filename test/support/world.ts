// The smallest valid world: a policy, a catalogue and the inputs around them, with only what a test says otherwise.

import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import { type Cell, emptyMatrix, type Matrix } from '../../shared/domain/availability/availability.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import { Policy } from '../../shared/domain/policy/policy.ts';
import type { Machine } from '../../shared/domain/serving/machine.ts';
import type { Revision } from '../../shared/domain/serving/revision.ts';

export const catalogue = shippedCatalogue;
/** Noon on the day that the catalogue's facts are of. */
export const now = Date.parse('2026-11-24T12:00:00.000Z');
export const day = '2026-11-24';

export const pins = {
  opus: { model: 'claude-opus-4-8' },
  sonnet: { model: 'claude-sonnet-4-6' },
  haiku: { model: 'claude-haiku-4-5@20251001' },
};

/** A policy as an admin sends it: one ring for everyone. */
export function draft(over: Record<string, unknown> = {}): Record<string, unknown> {
  return { project: 'acme-claude', location: 'global', rings: [ring()], ...over };
}

export function ring(over: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: 'everyone', match: ['*'], pins, ...over };
}

/** The same, read. */
export function policy(over: Record<string, unknown> = {}): Policy {
  return Policy.parse(draft(over));
}

export function revision(over: Partial<Revision> = {}): Revision {
  return {
    number: 1,
    policy: policy(),
    by: 'admin',
    at: '2026-11-24T11:00:00.000Z',
    note: null,
    restores: null,
    forced: null,
    approvedBy: null,
    policySince: over.number ?? 1,
    rollouts: [],
    callableModels: null,
    ...over,
  };
}

export function machine(over: Partial<Machine> = {}): Machine {
  return { name: null, email: null, labels: {}, cli: null, ...over };
}

/** News of a policy change to this revision, without effects. */
export function newEvent(number = 1): NewEvent {
  return {
    id: `PolicyChanged.policy.${number}`,
    kind: 'PolicyChanged',
    subject: 'policy',
    at: '2026-11-24T11:00:00.000Z',
    by: 'admin',
    data: {
      revision: number,
      note: null,
      restores: null,
      forced: null,
      changes: 1,
      pinChanges: [],
      consequences: [],
      moreConsequences: 0,
    },
  };
}

/** What a probe knows of a model: enabled in acme-claude's global location, an hour ago. */
export function cell(model: string, over: Partial<Cell> = {}): Cell {
  const hourAgo = '2026-11-24T11:00:00.000Z';
  return {
    project: 'acme-claude',
    location: 'global',
    model,
    state: 'enabled',
    since: hourAgo,
    firstCallableAt: hourAgo,
    answeredAt: hourAgo,
    confirmedAt: hourAgo,
    suspectedAt: null,
    enabledCount: 1,
    evidence: 'OK',
    unknownAnswer: null,
    ...over,
  };
}

export function matrix(cells: readonly Cell[] = [], over: Partial<Matrix> = {}): Matrix {
  return { ...emptyMatrix, at: '2026-11-24T11:00:00.000Z', cells: [...cells], ...over };
}
