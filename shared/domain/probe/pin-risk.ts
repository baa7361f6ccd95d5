// Pin risk: pinned endpoints that are not callable, and pinned models that retire soon.

import { type Cell, isSurelyNotCallable, type Matrix } from '../availability/availability.ts';
import { dayMs } from '../day.ts';
import type { NewEvent } from '../events/event.ts';
import { findModel } from '../models/catalogue.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import type { PinnedEndpoint } from '../policy/pinned-endpoints.ts';
import { type ProbeInput, probeActor } from './probe-input.ts';

/** Steps at which a retirement is announced, in days before the earliest day on which Google may shut the model. */
const retiringDays = [7, 30, 90] as const;

/** A pinned endpoint is at risk while it is surely not callable. The start of a risk is an event. */
export function updatePinsAtRisk(
  { before, now }: ProbeInput,
  cells: ReadonlyMap<string, Cell>,
  pinned: readonly PinnedEndpoint[],
): { value: Matrix['atRisk']; newEvents: readonly NewEvent[] } {
  const atRisk = new Map<string, PinnedEndpoint[]>();
  for (const pin of pinned) {
    const key = endpointKey(pin.endpoint);
    const cell = cells.get(key);
    if (cell === undefined || !isSurelyNotCallable(cell)) continue;
    atRisk.set(key, [...(atRisk.get(key) ?? []), pin]);
  }
  const entries = [...new Set([...Object.keys(before.atRisk), ...atRisk.keys()])].map((key) => {
    const previous = before.atRisk[key];
    const isNow = atRisk.has(key);
    const count = (previous?.count ?? 0) + (isNow && previous?.isNow !== true ? 1 : 0);
    return [key, { isNow, count }] as const;
  });
  const newEvents = entries
    .filter(([key, { isNow }]) => isNow && before.atRisk[key]?.isNow !== true)
    .flatMap(([key, { count }]) => riskEvents(atRisk.get(key) ?? [], cells.get(key), count, now));
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
  return [{ id, kind: 'PinAtRisk', subject: model, at: now, by: probeActor, data }];
}

/** Each step is announced once for each model; when several are reached at once, only the nearest. */
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
    return {
      id,
      kind: 'PinRetiring',
      subject: model,
      at: now,
      by: probeActor,
      data: { model, retirement, days: step, pins },
    };
  });
  return {
    value: { ...before.retiring, ...Object.fromEntries(reached.map(({ model, step }) => [model, step])) },
    newEvents,
  };
}
