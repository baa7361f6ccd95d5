// A connection of the load: one request at a time on a kept-open socket, with no more of HTTP than its answers need, so that
// the load costs less than what it asks of.

import { connect, type Socket } from 'node:net';

export interface Connection {
  /** Sends a request and calls back with the status; 0 when the connection broke. One at a time. */
  ask(request: string, answered: (status: number) => void): void;
  close(): void;
}

export function openConnection(port: number): Connection {
  let socket: Socket | null = null;
  let waiting: ((status: number) => void) | null = null;
  let text = '';
  let isClosed = false;

  function settle(status: number): void {
    const answered = waiting;
    waiting = null;
    text = '';
    answered?.(status);
  }

  function open(): Socket {
    const opened = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
    opened.on('data', (chunk: string) => {
      text += chunk;
      const length = lengthOf(text);
      if (length !== null && text.length >= length) settle(Number(text.slice(9, 12)));
    });
    opened.on('error', () => undefined);
    opened.on('close', () => {
      socket = null;
      if (!isClosed) settle(0);
    });
    return opened;
  }

  return {
    ask(request, answered) {
      waiting = answered;
      socket ??= open();
      socket.write(request);
    },
    close() {
      isClosed = true;
      waiting = null;
      socket?.destroy();
    },
  };
}

/** Of the whole answer; null while its head is not there. */
function lengthOf(text: string): number | null {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return null;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2))?.[1];
  return head + 4 + Number(length ?? 0);
}

/** A poll as an agent sends it. */
export function pollOf(machine: string, token: string, etag: string | null): string {
  const held = etag === null ? '' : `If-None-Match: ${etag}\r\n`;
  const target = `/v1/pins.settings.json?machine=${machine}&cli=2.1.331`;
  return `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n${held}\r\n`;
}
