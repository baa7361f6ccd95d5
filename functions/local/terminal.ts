// What a person at a terminal sees of a local run: a line a poll, change and run, and announcements where no Slack is.

import type { Message } from '../../shared/domain/events/message.ts';
import type { Channel } from '../../shared/ports.ts';
import type { Fields, Log } from '../log.ts';
import { printable } from '../printable.ts';

type Write = (text: string) => void;

export function createTerminalLog(write: Write): Log {
  const line =
    (mark: string) =>
    (message: string, fields: Fields = {}) => {
      const time = new Date().toTimeString().slice(0, 8);
      const stated = Object.entries(fields).filter(
        ([, value]) => value !== null && value !== undefined && value !== '',
      );
      write(
        `${time} ${mark}${message}${stated.map(([name, value]) => `  ${name}=${printable(typeof value === 'string' ? value : JSON.stringify(value))}`).join('')}\n`,
      );
    };
  return { info: line(''), warn: line('! '), error: line('!! ') };
}

export function openTerminalChannel(write: Write): Channel {
  return {
    async post(message) {
      write(messageText(message));
      return { kind: 'accepted' };
    },
  };
}

function messageText({ urgency, title, summary, fields, actions }: Message): string {
  const lines = [
    urgency === 'urgent' ? `URGENT: ${title}` : title,
    summary,
    ...fields.map(([label, value]) => `  ${label}: ${value}`),
    ...actions.map(({ text, call }) => `  ${text} ${call}`),
  ];
  return `\n${lines.map((text) => `  | ${printable(text)}`).join('\n')}\n\n`;
}
