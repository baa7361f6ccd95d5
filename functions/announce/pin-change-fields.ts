// The facts of moves: which pins go from what to what, and what people weigh in it. For a change that was made and for an
// upgrade that could be.

import type { PinChange, PinState } from '../../shared/domain/changes/pin-change.ts';
import type { Message } from '../../shared/domain/events/message.ts';

type MessageField = Message['fields'][number];

/** Effects that are one and the same step, for every one of `families` in every one of `rings`. */
interface Move {
  readonly families: readonly string[];
  readonly rings: readonly string[];
  readonly from: PinState | null;
  readonly to: PinState | null;
}

const maxFields = 20;
const maxRings = 6;

/** Moves first, then price, retirement and minimum CLI of each; `day` is YYYY-MM-DD. */
export function pinChangeFields(pinChanges: readonly PinChange[], day: string): readonly MessageField[] {
  const moves = mergeEffects(pinChanges);
  return bound([
    ...moves.map(moveField),
    ...moves.flatMap(priceFields),
    ...moves.flatMap((move) => retirementFields(move, day)),
    ...moves.flatMap(minimumCliFields),
  ]);
}

/** Merged over rings first, so that a move of several families is one only where it reaches the very same rings. */
function mergeEffects(pinChanges: readonly PinChange[]): readonly Move[] {
  const overRings = groupBy(pinChanges, ({ family, from, to }) => [family, from, to]).map(([first, ...others]) => ({
    families: [first.family],
    rings: [first, ...others].map(({ ring }) => ring),
    from: first.from,
    to: first.to,
  }));
  return groupBy(overRings, ({ rings, from, to }) => [rings, from, to]).map(([first, ...others]) => ({
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

function moveField({ families, rings, from, to }: Move): MessageField {
  const others = rings.length - maxRings;
  const named = others > 0 ? [...rings.slice(0, maxRings), `and ${others} more`] : rings;
  return [`${families.join(', ')} · ring ${named.join(', ')}`, `${describeState(from)} → ${describeState(to)}`];
}

function describeState(pinState: PinState | null): string {
  if (pinState === null) return 'no pin';
  return `${pinState.model}${pinState.context1m ? ' with 1M context' : ''} in ${pinState.location}`;
}

function priceFields({ from, to }: Move): readonly MessageField[] {
  if (to === null) return [];
  return [['Price per million tokens', `${describeState(to)}: ${priceStep(from, to)}`]];
}

function priceStep(from: PinState | null, to: PinState): string {
  if (to.price === null) return 'price unknown';
  const { input, output } = to.price;
  const now = `input ${dollars(input)}, output ${dollars(output)}`;
  if (from === null) return now;
  if (from.price === null) return `${now}; before that price unknown`;
  if (from.price.input === input && from.price.output === output) return `${now}, unchanged`;
  return `input ${difference(from.price.input, input)}, output ${difference(from.price.output, output)}`;
}

function difference(from: number, to: number): string {
  const percent = Math.round((to / from - 1) * 100);
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '±';
  return `${dollars(from)} → ${dollars(to)} (${sign}${Math.abs(percent)}%)`;
}

function dollars(amount: number): string {
  const [whole = '', cents] = String(Number(amount.toFixed(4))).split('.');
  return cents === undefined ? `$${whole}` : `$${whole}.${cents.padEnd(2, '0')}`;
}

/** Of the model that machines had, be it left or kept: how long they could have stayed, or still can. */
function retirementFields({ from }: Move, day: string): readonly MessageField[] {
  return from === null ? [] : [['Retirement', retirementOf(from, day)]];
}

function retirementOf({ model, retirement }: PinState, day: string): string {
  if (retirement === null) return `${model}: date unknown`;
  const { kind, date } = retirement;
  if (kind === 'shut') return date <= day ? `Google shut ${model} on ${date}` : `Google shuts ${model} on ${date}`;
  return date < day ? `Google promised ${model} until ${date}, no longer` : `Google promises ${model} until ${date}`;
}

function minimumCliFields({ from, to }: Move): readonly MessageField[] {
  if (to === null || from?.model === to.model) return [];
  return [['Minimum Claude Code', `${to.minimumCli ?? 'unknown'} for ${to.model}`]];
}

/** Each fact once, since moves share models; the first ones, since moves come first. */
function bound(fields: readonly MessageField[]): readonly MessageField[] {
  const distinct = groupBy(fields, (field) => field).map(([first]) => first);
  const others = distinct.length - maxFields;
  if (others <= 0) return distinct;
  return [...distinct.slice(0, maxFields), [`and ${others} more`, 'The revision shows all of them.']];
}
