// A client that sends whatever it is given, byte for byte, and reads one answer: others refuse to send what attackers do.

import { connect, type Socket } from 'node:net';
import type { Asked } from './requests.ts';

export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** The processor time that this process, which the service runs in, took until the answer was here; in milliseconds. */
  readonly cost: number;
}

export interface Client {
  /** Null when the connection was closed without an answer. */
  ask(asked: Asked): Promise<Answer | null>;
  /** How many connections it made. */
  readonly connections: number;
  close(): void;
}

/** Only against hanging. */
const answerWithinMs = 60_000;

export function openClient(port: number): Client {
  let socket: Socket | null = null;
  let connections = 0;
  let received: Buffer[] = [];
  let size = 0;
  /** As many bytes there must be before reading again is worth it: to copy megabytes for each packet takes quadratic time. */
  let needed = 0;
  let notify: (isClosed: boolean) => void = () => undefined;

  function forget(): void {
    received = [];
    [size, needed] = [0, 0];
  }

  function open(): Socket {
    connections += 1;
    const opened = connect(port, '127.0.0.1').setNoDelay(true);
    forget();
    opened.on('data', (chunk: Buffer) => {
      if (opened !== socket) return;
      received.push(chunk);
      size += chunk.length;
      if (size >= needed) notify(false);
    });
    opened.on('error', () => undefined);
    opened.on('close', () => {
      if (opened !== socket) return;
      socket = null;
      notify(true);
    });
    return opened;
  }

  return {
    get connections() {
      return connections;
    },
    async ask(asked) {
      const bytes = bytesOf(asked);
      socket ??= open();
      const before = process.cpuUsage();
      const { promise, resolve } = Promise.withResolvers<{ head: string; body: string } | null>();
      const limit = setTimeout(() => resolve(null), answerWithinMs);
      notify = (isClosed) => {
        const bytes = Buffer.concat(received);
        const read = readAnswer(bytes, isClosed);
        needed = sizeOf(bytes);
        if (read !== null || isClosed) resolve(read);
      };
      socket.write(bytes);
      const read = await promise;
      clearTimeout(limit);
      forget();
      // After what may be more than one request, or an answer that says so, nothing on the connection is sure.
      if (read === null || /\r\nconnection: close/i.test(read.head) || isTorn(asked)) {
        socket?.destroy();
        socket = null;
      }
      return read && { ...read, status: Number(read.head.slice(9, 12)), cost: costSince(before) };
    },
    close: () => socket?.destroy(),
  };
}

/** Milliseconds of the processor since `before`. */
export function costSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function bytesOf({ method, target, headers, body }: Asked): Buffer {
  const content = body === null ? null : Buffer.from(body);
  const length = content === null ? '' : `Content-Length: ${content.length}\r\n`;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}${length}\r\n`);
  return content === null ? head : Buffer.concat([head, content]);
}

/** Whether the request's head is not what it was meant to be. */
function isTorn({ target, headers }: Asked): boolean {
  return /[^!-~]/.test(target) || headers.some(([, value]) => /[^ -~]/.test(value));
}

/** The bytes of an answer whose head says its length; else 0. */
function sizeOf(received: Buffer): number {
  const end = received.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(received.toString('latin1', 0, Math.max(end, 0)))?.[1];
  return length === undefined ? 0 : end + 4 + Number(length);
}

function readAnswer(received: Buffer, isClosed: boolean): { head: string; body: string } | null {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const head = received.toString('latin1', 0, end);
  const rest = received.subarray(end + 4);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined)
    return rest.length < Number(length) ? null : { head, body: rest.toString('utf8', 0, Number(length)) };
  if (/\r\ntransfer-encoding: chunked/i.test(head))
    return rest.includes('0\r\n\r\n') ? { head, body: unchunk(rest) } : null;
  return isClosed || /^HTTP\/1.1 (?:304|100)/.test(head) || /\r\nconnection: close/i.test(head)
    ? { head, body: rest.toString() }
    : null;
}

function unchunk(bytes: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (!(size > 0)) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
