// The calls of announcements in a local run: they name a header file of this run, so that they run as they are shown.

import type { Message } from '../../shared/domain/events/message.ts';
import type { Channel } from '../../shared/ports.ts';
import { credentialOption } from '../announce/credential-option.ts';
import { headerFile } from './credential-files.ts';
import type { Person } from './people.ts';
import { quoted } from './quoted.ts';

/** Wraps a channel. `folder` has the header files. */
export function withLocalCalls(channel: Channel, folder: string, people: readonly Person[]): Channel {
  return { post: (message) => channel.post(localise(message, folder, people)) };
}

function localise(message: Message, folder: string, people: readonly Person[]): Message {
  // Only a person can be the second one, and not the one who made the change, whom the summary names.
  const other = people.find(({ email }) => !message.summary.includes(email));
  const actions = message.actions.map(({ text, call }) => {
    const caller = call.includes('/approve ') && other !== undefined ? other.name : 'admin';
    return { text, call: call.replace(credentialOption, () => `-H @${quoted(headerFile(folder, caller))}`) };
  });
  return { ...message, actions };
}
