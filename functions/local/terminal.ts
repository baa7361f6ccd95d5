// The terminal output of a local run: a line for each log message, and announcements if no Slack webhook is set.

import { appendFileSync } from 'node:fs';
import type { Message } from '../../shared/domain/events/message.ts';
import type { Channel } from '../../shared/ports.ts';
import type { Fields, Log } from '../log.ts';
import { printable } from '../printable.ts';

type Write = (text: string) => void;

export function createTerminalLog(write: Write): Log {
  const line =
    (prefix: string) =>
    (message: string, fields: Fields = {}) => {
      const time = new Date().toTimeString().slice(0, 8);
      const texts = Object.entries(fields)
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => `  ${name}=${printable(typeof value === 'string' ? value : JSON.stringify(value))}`);
      write(`${time} ${prefix}${message}${texts.join('')}\n`);
    };
  return { info: line(''), warn: line('! '), error: line('!! ') };
}

/** Keeps the heads of the history in a file, where `npm run verify-history -- --heads` reads them. */
export function keepHeads(log: Log, file: string): Log {
  return {
    ...log,
    info(message, fields) {
      if (message !== 'history head') log.info(message, fields);
      else appendFileSync(file, `${JSON.stringify({ message, ...fields })}\n`, { mode: 0o600 });
    },
  };
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
