// The terminal output of a local run: a line for each log message that tells something, and announcements if no Slack
// webhook is set. Only a terminal gets colours.

import { appendFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { Message } from '../../shared/domain/events/message.ts';
import type { Channel } from '../../shared/ports.ts';
import type { Fields, Log } from '../log.ts';
import { printable } from '../printable.ts';

type Write = (text: string) => void;
/** Gives text a colour or a weight, where the output shows it. */
type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

/** Styles for standard output: none when it is no terminal, or NO_COLOR is set. */
export const terminalStyle: Style = (format, text) => styleText(format, text, { stream: process.stdout });
export const plainStyle: Style = (_, text) => text;

export function createTerminalLog(write: Write, style: Style = plainStyle): Log {
  const line =
    (prefix: string, format: Parameters<Style>[0]) =>
    (message: string, fields: Fields = {}) => {
      if (prefix === '' && isRoutine(message, fields)) return;
      const time = new Date().toTimeString().slice(0, 8);
      const texts = Object.entries(fields)
        .filter(([, value]) => !isEmpty(value))
        .map(([name, value]) => `  ${name}=${printable(typeof value === 'string' ? value : JSON.stringify(value))}`);
      write(`${style('dim', time)} ${style(format, `${prefix}${message}`)}${texts.join('')}\n`);
    };
  return { info: line('', 'reset'), warn: line('! ', 'yellow'), error: line('!! ', 'red') };
}

/** A run of the probe that changed nothing, and a poll by a machine that has its pins: both come all the time. */
function isRoutine(message: string, fields: Fields): boolean {
  if (message === 'run') return isEmpty(fields['events']) && fields['published'] === 0;
  return message === 'poll' && fields['status'] === 304;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
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

export function openTerminalChannel(write: Write, style: Style = plainStyle): Channel {
  return {
    async post(message) {
      write(messageText(message, style));
      return { kind: 'accepted' };
    },
  };
}

function messageText({ urgency, title, summary, fields, actions }: Message, style: Style): string {
  const heading = urgency === 'urgent' ? `URGENT: ${title}` : title;
  const format: Parameters<Style>[0] = urgency === 'urgent' ? ['bold', 'red'] : 'bold';
  const lines = [
    summary,
    ...fields.map(([label, value]) => `  ${label}: ${value}`),
    ...actions.map(({ text, call }) => `  ${text} ${call}`),
  ].map(printable);
  return `\n${[style(format, printable(heading)), ...lines].map((text) => `  | ${text}`).join('\n')}\n\n`;
}
