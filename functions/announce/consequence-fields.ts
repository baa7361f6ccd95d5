// Message fields for the consequences of a change: the path with those whom it concerns, and the values.

import { type Consequence, valueText } from '../../shared/domain/consequences/consequence.ts';
import type { Message } from '../../shared/domain/events/message.ts';

const maxFields = 12;
const maxValue = 300;

/** What runs or routes, and what governs changes: people must see it at once. */
const urgentPaths = /^\/(?:settings|project|location|ring|locked|secondPerson)(?:\/|$)/;

/** Whether people must be told urgently: it raises risk, and it is more than another model. */
export function isUrgent({ risk, path }: Consequence): boolean {
  return risk === 'raises' && urgentPaths.test(path);
}

/** `more` is the number of consequences that are not in the list. */
export function consequenceFields(
  consequences: readonly Consequence[],
  more: number,
): readonly Message['fields'][number][] {
  const others = Math.max(0, consequences.length - maxFields) + more;
  const fields = consequences.slice(0, maxFields).map(fieldOf);
  return others === 0 ? fields : [...fields, [`and ${others} more`, 'The event shows the first hundred.']];
}

function fieldOf({ concerns, clients, path, from, to }: Consequence): [string, string] {
  const who = clients === null ? concerns : [...concerns, `Claude Code ${clients}`];
  return [`${path} · ${who.join(', ')}`, `${cut(valueText(from))} → ${cut(valueText(to))}`];
}

function cut(text: string): string {
  return text.length > maxValue ? `${text.slice(0, maxValue)}…` : text;
}
