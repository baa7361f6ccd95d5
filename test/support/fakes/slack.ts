// A stand-in for Slack's incoming webhooks: checks each payload as Slack does, keeps what people would see, and fails as it
// is told. As a process of its own it prints its URL, then each message as a line of JSON, and takes its script at /script.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import { SlackPayload } from './block-kit.ts';

/**
 * How one request is met. `hang` and `reset after reading` take the message and never say so; `cut answer` says so and
 * breaks off behind the head of the answer; `reset before reading` takes nothing.
 */
export const Meeting = z.union([
  z.enum(['ok', 'hang', 'cut answer', 'reset before reading', 'reset after reading']),
  z.strictObject({
    status: z.int().min(200).max(599),
    body: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
]);
export type Meeting = z.infer<typeof Meeting>;

export interface Seen {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly payload: SlackPayload;
}

export interface FakeSlack {
  /** The webhook; its path is the secret. */
  readonly url: string;
  /** What people see in the channel, in order: taken messages, whether the poster was told or not. */
  readonly messages: readonly Seen[];
  /** What was wrong with each payload that was turned away. */
  readonly complaints: readonly string[];
  /** The connections used so far. */
  readonly connections: () => number;
  /** How the next requests are met; behind them all is well again. */
  script(...meetings: readonly Meeting[]): void;
  close(): Promise<void>;
}

export const secret = 'T00000000/B00000000/XXXXsecretXXXXsecretXXXX';
const path = `/services/${secret}`;

export async function startFakeSlack(onMessage: (seen: Seen) => void = () => {}): Promise<FakeSlack> {
  const messages: Seen[] = [];
  const complaints: string[] = [];
  const script: Meeting[] = [];
  let connections = 0;

  async function meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/script') {
      script.push(...z.array(Meeting).parse(JSON.parse(await readText(request))));
      return answer(response, 200, 'ok');
    }
    if (request.url !== path || request.method !== 'POST') return answer(response, 404, 'no_service');
    const meeting = script.shift() ?? 'ok';
    if (meeting === 'reset before reading') return reset(request);
    const body = await readText(request);
    if (typeof meeting === 'object') return answer(response, meeting.status, meeting.body ?? '', meeting.headers);
    const read = readPayload(request, body);
    if (typeof read === 'string') {
      complaints.push(read);
      return answer(response, 400, read.split(':')[0] ?? '');
    }
    const seen = { at: Date.now(), payload: read };
    messages.push(seen);
    onMessage(seen);
    if (meeting === 'ok') answer(response, 200, 'ok');
    if (meeting === 'reset after reading') reset(request);
    if (meeting === 'cut answer') response.writeHead(200, { 'Content-Length': '2' }).write('o', () => reset(request));
  }

  const server = createServer((request, response) => {
    // A request that its poster breaks off is no error of the fake.
    meet(request, response).catch(() => response.destroy());
  });
  server.on('connection', () => connections++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address has this form
  return {
    url: `http://127.0.0.1:${port}${path}`,
    messages,
    complaints,
    connections: () => connections,
    script: (...meetings) => void script.push(...meetings),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The payload, or Slack's word for what is wrong with it and where. */
function readPayload(request: IncomingMessage, body: string): SlackPayload | string {
  if (request.headers['content-type']?.startsWith('application/json') !== true) return 'invalid_payload: content type';
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return 'invalid_payload: no JSON';
  }
  const read = SlackPayload.safeParse(json);
  return read.success ? read.data : `invalid_blocks: ${z.prettifyError(read.error)}`;
}

function answer(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/html', ...headers }).end(body);
}

function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

async function main(): Promise<void> {
  const slack = await startFakeSlack((seen) => process.stdout.write(`${JSON.stringify(seen)}\n`));
  process.stdout.write(`${slack.url}\n`);
}

if (import.meta.main) await main();
