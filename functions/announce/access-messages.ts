// Telling who may do what from now on: whoever gets in by a change of access should not do so unseen.

import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';

const mostFacts = 10;

export function tellAccess({ by, data }: Extract<Event, { kind: 'AccessChanged' }>, url: string): Message {
  const { number, note, granted, withdrawn, issued, revoked } = data;
  const isOwner = [...granted, ...withdrawn].some((entry) => entry.startsWith('owner '));
  const facts = [
    ...granted.map((entry) => ['Granted', entry] as const),
    ...withdrawn.map((entry) => ['Withdrawn', entry] as const),
  ];
  return {
    urgency: isOwner ? 'urgent' : 'calm',
    title: titleOf(issued, revoked),
    summary: `${by} made number ${number} of who may do what.${note === null ? '' : ` Note: ${note}`}`,
    facts:
      facts.length <= mostFacts ? facts : [...facts.slice(0, mostFacts), ['And', `${facts.length - mostFacts} more`]],
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
