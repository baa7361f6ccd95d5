// A stand-in for Vertex AI's Model Garden that speaks gRPC: lists models, counts tokens and predicts as it is told for each
// (project, location, model). One port serves all hosts.

import { once } from 'node:events';
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type RowName, rows } from './garden-rows.ts';
import { createGardenScript, type GardenScript, type Kind, type Listed } from './garden-script.ts';
import { loadWire, readRequest, sendAnswer, type Wire } from './garden-wire.ts';

export { type Listed, type RowName, rows };

export interface FakeGarden extends GardenScript {
  /** For `openVertex`: address and port. */
  readonly endpoint: string;
  /** How long every answer takes from now on (milliseconds). */
  delay(ms: number): void;
  /** Connections so far, and those open now. */
  connections(): { readonly ever: number; readonly open: number };
  /** Resolves when `count` calls have come in since the start, whether they were answered or not. */
  reached(count: number): Promise<void>;
  /** Cuts all connections and refuses new ones until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

export interface FakeGardenOptions {
  readonly latencyMs?: number;
  /** The most entries a page of the listing has, whatever is asked for. */
  readonly pageSize?: number;
}

export async function startFakeGarden(options: FakeGardenOptions = {}): Promise<FakeGarden> {
  const { answer, ...script } = createGardenScript(options.pageSize ?? 300);
  let latencyMs = options.latencyMs ?? 0;
  let heard = 0;
  const awaited: { readonly count: number; resolve(): void }[] = [];

  async function meet(stream: ServerHttp2Stream, path: string, route: string): Promise<void> {
    const { kind, method } = methodOf(path);
    const answered = answer(kind, method.requestDeserialize(await readRequest(stream)), route);
    heard++;
    for (const { count, resolve } of awaited) if (heard >= count) resolve();
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    sendAnswer(stream, method, answered);
  }

  loadWire();
  const line = createLine(meet);
  const port = await line.listen(0);
  return {
    ...script,
    endpoint: `127.0.0.1:${port}`,
    delay(ms) {
      latencyMs = ms;
    },
    connections: line.connections,
    reached: (count) =>
      new Promise((resolve) => {
        if (heard >= count) resolve();
        else awaited.push({ count, resolve });
      }),
    refuse: line.hangUp,
    accept: async () => void (await line.listen(port)),
    close: line.hangUp,
  };
}

function methodOf(path: string): { kind: Kind; method: Wire['rawPredict'] } {
  const { listPublisherModels, countTokens, rawPredict } = loadWire();
  if (path === listPublisherModels.path) return { kind: 'list', method: listPublisherModels };
  if (path === countTokens.path) return { kind: 'screen', method: countTokens };
  if (path === rawPredict.path) return { kind: 'confirm', method: rawPredict };
  throw new Error(`the fake garden has no ${path}`);
}

/** The HTTP/2 server, which can be cut off and come back on the same port. */
function createLine(meet: (stream: ServerHttp2Stream, path: string, route: string) => Promise<void>) {
  const open = new Set<ServerHttp2Session>();
  let ever = 0;
  let server = createServer();
  return {
    connections: () => ({ ever, open: open.size }),
    async listen(port: number): Promise<number> {
      server = createServer();
      server.on('session', (session) => {
        ever++;
        open.add(session);
        session.on('close', () => open.delete(session));
        session.on('error', () => {}); // a client that is gone is no error of the fake
      });
      server.on('stream', (stream, headers) => {
        stream.on('error', () => {});
        const route = headers['x-goog-request-params'];
        meet(stream, headers[':path'] ?? '', String(route)).catch(() => stream.close());
      });
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return (server.address() as AddressInfo).port; // a TCP server's address has this form
    },
    async hangUp(): Promise<void> {
      if (!server.listening) return;
      server.close();
      for (const session of open) session.destroy();
      await once(server, 'close');
    },
  };
}
