// The message for a change of access: granted and withdrawn roles, issued and revoked fleet tokens.

import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import { credentialOption } from './credential-option.ts';

const maxFields = 10;

export function composeAccessMessage({ by, data }: Extract<Event, { kind: 'AccessChanged' }>, url: string): Message {
  const { number, note, granted, withdrawn, issued, revoked } = data;
  const isOwner = [...granted, ...withdrawn].some((member) => member.startsWith('owner '));
  const fields = [
    ...granted.map((member) => ['Granted', member] as const),
    ...withdrawn.map((member) => ['Withdrawn', member] as const),
  ];
  return {
    urgency: isOwner ? 'urgent' : 'calm',
    title: titleOf(issued, revoked),
    summary: `${by} published revision ${number} of the access.${note === null ? '' : ` Note: ${note}`}`,
    fields:
      fields.length <= maxFields
        ? fields
        : [...fields.slice(0, maxFields), [`and ${fields.length - maxFields} more`, 'The call below shows all roles.']],
    actions: [
      {
        text: 'See all roles and fleet tokens:',
        call: `curl ${url}/v1/access ${credentialOption}`,
      },
    ],
  };
}

function titleOf(issued: string | null, revoked: string | null): string {
  if (issued !== null) return `Fleet token ${issued} was issued`;
  if (revoked !== null) return `Fleet token ${revoked} was revoked`;
  return 'Roles changed';
}
