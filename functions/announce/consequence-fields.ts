// Message fields for the consequences of a change: the path with those whom it concerns, and the values.

import { type Consequence, valueText } from '../../shared/domain/consequences/consequence.ts';
import { countOf, governs, keepFirst } from '../../shared/domain/consequences/consequence-order.ts';
import type { Message } from '../../shared/domain/events/message.ts';

const maxFields = 12;
const maxValue = 300;

/** Whether people must be told at once: it raises risk, and it runs, routes or governs. Another model alone does not. */
export function isUrgent({ risk, path }: Consequence): boolean {
  return risk === 'raises' && (governs(path) || /^\/settings(?:\/|$)/.test(path));
}

/** Of the consequences that no list has: how many there are, and how many of those raise risk. */
export interface LeftOut {
  readonly all: number;
  readonly raising: number;
}

export function consequenceFields(
  consequences: readonly Consequence[],
  more: LeftOut,
): readonly Message['fields'][number][] {
  const shown = keepFirst(consequences, maxFields);
  const raising = countOf(consequences, 'raises') - countOf(shown, 'raises') + more.raising;
  const others = consequences.length - shown.length + more.all - raising;
  return [...shown.map(fieldOf), ...restOf(raising, ' that raise risk'), ...restOf(others, '')];
}

function restOf(count: number, what: string): readonly Message['fields'][number][] {
  return count === 0 ? [] : [[`and ${count} more${what}`, 'The event shows the first hundred.']];
}

function fieldOf({ concerns, clients, path, from, to }: Consequence): [string, string] {
  const who = clients === null ? concerns : [...concerns, `Claude Code ${clients}`];
  return [`${path} · ${who.join(', ')}`, `${cut(valueText(from))} → ${cut(valueText(to))}`];
}

function cut(text: string): string {
  return text.length > maxValue ? `${text.slice(0, maxValue)}…` : text;
}
