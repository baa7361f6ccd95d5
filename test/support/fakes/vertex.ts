// A stand-in for Vertex AI in the HTTP form that Claude Code speaks: notes which model each request asks for, where and for
// which project, and answers a short stream as Claude would.

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface VertexRequest {
  readonly project: string;
  readonly location: string;
  readonly model: string;
}

export interface FakeVertex {
  /** For ANTHROPIC_VERTEX_BASE_URL. */
  readonly url: string;
  /** What was asked since the last call. */
  take(): VertexRequest[];
  /** The body of the last request. */
  lastBody(): string;
  close(): void;
}

const path =
  /^\/v1\/projects\/([^/]+)\/locations\/([^/]+)\/publishers\/anthropic\/models\/([^/]+):(?:streamR|r)awPredict$/;

export async function startFakeVertex(): Promise<FakeVertex> {
  let asked: VertexRequest[] = [];
  let body = '';
  const server = createServer((request, response) => {
    const [, project, location, model] = path.exec(decodeURIComponent(request.url ?? '')) ?? [];
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      body = text;
      if (project === undefined || location === undefined || model === undefined) {
        response.writeHead(404).end();
        return;
      }
      asked.push({ project, location, model });
      answer(response, model);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address has this form
  return {
    url: `http://127.0.0.1:${port}/v1`,
    take() {
      const taken = asked;
      asked = [];
      return taken;
    },
    lastBody: () => body,
    close: () => server.close(),
  };
}

function answer(response: ServerResponse, model: string): void {
  const usage = { input_tokens: 8, output_tokens: 1 };
  const message = {
    id: 'msg_fake',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const events = [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'pong' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}
