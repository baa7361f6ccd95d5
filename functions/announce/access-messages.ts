// Telling who may do what from now on: whoever gets in by a change of access should not do so unseen.

import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';

const maxFields = 10;

export function composeAccessMessage({ by, data }: Extract<Event, { kind: 'AccessChanged' }>, url: string): Message {
  const { number, note, granted, withdrawn, issued, revoked } = data;
  const isOwner = [...granted, ...withdrawn].some((entry) => entry.startsWith('owner '));
  const fields = [
    ...granted.map((entry) => ['Granted', entry] as const),
    ...withdrawn.map((entry) => ['Withdrawn', entry] as const),
  ];
  return {
    urgency: isOwner ? 'urgent' : 'calm',
    title: titleOf(issued, revoked),
    summary: `${by} made number ${number} of who may do what.${note === null ? '' : ` Note: ${note}`}`,
    fields:
      fields.length <= maxFields
        ? fields
        : [...fields.slice(0, maxFields), ['And', `${fields.length - maxFields} more`]],
    actions: [
      { text: 'See who may do what:', call: `curl ${url}/v1/access -H "Authorization: Bearer $PINWARD_TOKEN"` },
    ],
  };
}

function titleOf(issued: string | null, revoked: string | null): string {
  if (issued !== null) return `Fleet token ${issued} was issued`;
  if (revoked !== null) return `Fleet token ${revoked} was revoked`;
  return 'Roles changed';
}
