// Message fields for pin changes: the step of each pin, then price, retirement and minimum Claude Code version. Used
// for published changes and for possible upgrades.

import type { PinChange, PinState } from '../../shared/domain/changes/pin-change.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import { dollars } from '../../shared/domain/models/price.ts';

type MessageField = Message['fields'][number];

/** The same step for every family of `families` in every ring of `rings`. */
interface Step {
  readonly families: readonly string[];
  readonly rings: readonly string[];
  readonly from: PinState | null;
  readonly to: PinState | null;
}

const maxFields = 20;
const maxRings = 6;

/** `day` is YYYY-MM-DD, UTC. At most 21 fields. */
export function pinChangeFields(pinChanges: readonly PinChange[], day: string): readonly MessageField[] {
  const steps = mergeSteps(pinChanges);
  return limit([
    ...steps.map(stepField),
    ...steps.flatMap(priceFields),
    ...steps.flatMap((step) => retirementFields(step, day)),
    ...steps.flatMap(minimumCliFields),
  ]);
}

/** Merged by ring first, so that families share a step only if they have the same rings. */
function mergeSteps(pinChanges: readonly PinChange[]): readonly Step[] {
  const byFamily = groupBy(pinChanges, ({ family, from, to }) => [family, from, to]).map(([first, ...others]) => ({
    families: [first.family],
    rings: [first, ...others].map(({ ring }) => ring),
    from: first.from,
    to: first.to,
  }));
  return groupBy(byFamily, ({ rings, from, to }) => [rings, from, to]).map(([first, ...others]) => ({
    ...first,
    families: [first, ...others].flatMap(({ families }) => families),
  }));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => unknown): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function stepField({ families, rings, from, to }: Step): MessageField {
  const others = rings.length - maxRings;
  const named = others > 0 ? [...rings.slice(0, maxRings), `and ${others} more`] : rings;
  return [`${families.join(', ')} · ring ${named.join(', ')}`, `${describeState(from)} → ${describeState(to)}`];
}

function describeState(pinState: PinState | null): string {
  if (pinState === null) return 'no pin';
  return `${pinState.model}${pinState.context1m ? ' with 1M context' : ''} in ${pinState.location}`;
}

function priceFields({ from, to }: Step): readonly MessageField[] {
  if (to === null) return [];
  return [['Price per million tokens', `${describeState(to)}: ${describePrice(from, to)}`]];
}

function describePrice(from: PinState | null, to: PinState): string {
  if (to.price === null) return 'price unknown';
  const { input, output } = to.price;
  const now = `input ${dollars(input)}, output ${dollars(output)}`;
  if (from === null) return now;
  if (from.price === null) return `${now}; the earlier price is unknown`;
  if (from.price.input === input && from.price.output === output) return `${now}, unchanged`;
  return `input ${difference(from.price.input, input)}, output ${difference(from.price.output, output)}`;
}

function difference(from: number, to: number): string {
  const percent = Math.round((to / from - 1) * 100);
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '±';
  return `${dollars(from)} → ${dollars(to)} (${sign}${Math.abs(percent)}%)`;
}

/** Of the earlier model: how long machines can keep it. */
function retirementFields({ from }: Step, day: string): readonly MessageField[] {
  return from === null ? [] : [['Retirement', describeRetirement(from, day)]];
}

function describeRetirement({ model, retirement }: PinState, day: string): string {
  if (retirement === null) return `${model}: date unknown`;
  const { kind, date } = retirement;
  if (kind === 'shut')
    return date <= day ? `Google shut down ${model} on ${date}` : `Google shuts down ${model} on ${date}`;
  return date < day ? `Google promised ${model} only until ${date}` : `Google promises ${model} until ${date}`;
}

function minimumCliFields({ from, to }: Step): readonly MessageField[] {
  if (to === null || from?.model === to.model) return [];
  return [['Minimum Claude Code', `${to.minimumCli ?? 'unknown'} for ${to.model}`]];
}

/** Removes duplicates, because steps share models. Keeps the first fields, because the steps come first. */
function limit(fields: readonly MessageField[]): readonly MessageField[] {
  const distinct = groupBy(fields, (field) => field).map(([first]) => first);
  const others = distinct.length - maxFields;
  if (others <= 0) return distinct;
  return [...distinct.slice(0, maxFields), [`and ${others} more`, 'The revision shows all of them.']];
}
