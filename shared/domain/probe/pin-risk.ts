// What threatens the pins: places that are not callable where the fleet calls them, and models that near their end.

import { type Cell, isSurelyNotCallable, type Matrix } from '../availability/availability.ts';
import { dayMs } from '../day.ts';
import type { NewEvent } from '../events/event.ts';
import { findModel } from '../models/catalogue.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import type { PinnedEndpoint } from '../policy/pinned-endpoints.ts';
import { by, type ProbeInput } from './probe-input.ts';

/** Days before Google's floor at which people are told. */
const retiringDays = [7, 30, 90] as const;

/** A pinned place that was looked at and is not callable is at risk, until it is callable again or pinned no longer. */
export function updatePinsAtRisk(
  { before, now }: ProbeInput,
  cells: ReadonlyMap<string, Cell>,
  pinned: readonly PinnedEndpoint[],
): { value: Matrix['atRisk']; newEvents: readonly NewEvent[] } {
  const atRisk = new Map<string, PinnedEndpoint[]>();
  for (const pin of pinned) {
    const name = endpointKey(pin.endpoint);
    const cell = cells.get(name);
    if (cell === undefined || !isSurelyNotCallable(cell)) continue;
    atRisk.set(name, [...(atRisk.get(name) ?? []), pin]);
  }
  const entries = [...new Set([...Object.keys(before.atRisk), ...atRisk.keys()])].map((name) => {
    const was = before.atRisk[name];
    const isNow = atRisk.has(name);
    const count = (was?.count ?? 0) + (isNow && was?.isNow !== true ? 1 : 0);
    return [name, { isNow, count }] as const;
  });
  const newEvents = entries
    .filter(([name, { isNow }]) => isNow && before.atRisk[name]?.isNow !== true)
    .flatMap(([name, { count }]) => riskEvents(atRisk.get(name) ?? [], cells.get(name), count, now));
  return { value: Object.fromEntries(entries), newEvents };
}

function riskEvents(
  pins: readonly PinnedEndpoint[],
  cell: Cell | undefined,
  count: number,
  now: string,
): readonly NewEvent[] {
  if (cell === undefined) return [];
  const { project, location, model, state, evidence } = cell;
  if (state === 'unknown' || state === 'enabled') return [];
  const id = `PinAtRisk.${model}.${location}.${project}.${count}`;
  const data = { project, location, model, state, evidence, pins: pins.map(({ ring, family }) => ({ ring, family })) };
  return [{ id, kind: 'PinAtRisk', subject: model, at: now, by, data }];
}

/** Each step towards Google's floor is told once a model, the nearest one that has been reached. */
export function updateRetirements(
  { before, catalogue, now }: ProbeInput,
  pinned: readonly PinnedEndpoint[],
): { value: Matrix['retiring']; newEvents: readonly NewEvent[] } {
  const models = [...new Set(pinned.map(({ endpoint }) => endpoint.model))];
  const reached = models.flatMap((model) => {
    const retirement = findModel(catalogue, model)?.retirement.value ?? null;
    if (retirement === null) return [];
    const days = Math.ceil((Date.parse(retirement.date) - Date.parse(now.slice(0, 10))) / dayMs);
    const step = retiringDays.find((threshold) => days <= threshold);
    return step === undefined || (before.retiring[model] ?? Number.POSITIVE_INFINITY) <= step
      ? []
      : [{ model, retirement, step }];
  });
  const newEvents = reached.map(({ model, retirement, step }): NewEvent => {
    const pins = pinned
      .filter(({ endpoint }) => endpoint.model === model)
      .map(({ ring, family }) => ({ ring, family }));
    const id = `PinRetiring.${model}.${step}`;
    return { id, kind: 'PinRetiring', subject: model, at: now, by, data: { model, retirement, days: step, pins } };
  });
  return {
    value: { ...before.retiring, ...Object.fromEntries(reached.map(({ model, step }) => [model, step])) },
    newEvents,
  };
}
