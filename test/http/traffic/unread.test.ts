// Clients that ask without reading the answers: how much they can make the service keep, and whom they hold up.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { attachToServer } from '../../../functions/api/http-server.ts';
import { maxWaiting, sent } from '../../../functions/api/traffic/connection.ts';
import { type Service, startService } from '../../support/service.ts';
import { listen, portOf } from './listen.ts';

const call = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('a connection with several requests', () => {
  let server: Server;
  let socket: Socket;
  let served: { path: string; answer: () => void; response: ServerResponse }[] = [];
  let isServed: (() => void) | null = null;

  async function open(bytes: string, body = ''): Promise<void> {
    served = [];
    server = createServer();
    attachToServer(server, ({ url = '' }: IncomingMessage, response) => {
      served.push({ path: url, answer: () => response.end(`${url}${body}`), response });
      isServed?.();
    });
    await listen(server);
    socket = connect(portOf(server), '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => undefined);
  }

  async function untilServed(count: number): Promise<void> {
    while (served.length < count) {
      await new Promise<void>((resolve) => {
        isServed = resolve;
      });
    }
  }

  afterEach(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  test('has them served one at a time, in their order', async () => {
    const paths = ['/a', '/b', '/c'];
    await open(paths.map(call).join(''));
    const seen: (readonly string[])[] = [];
    for (const at of paths.keys()) {
      await untilServed(at + 1);
      // Whatever else would be served at once has been served in the turns that these take.
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      seen.push(served.map(({ path }) => path));
      served[at]?.answer();
    }

    assert.deepEqual(seen, [['/a'], ['/a', '/b'], ['/a', '/b', '/c']]);
  });

  test('is closed when too many wait', async () => {
    await open(call('/a').repeat(maxWaiting + 2));
    await once(socket, 'close');

    assert.deepEqual(
      served.map(({ path }) => path),
      ['/a'],
    );
  });

  test('gets all answers when just as many wait as may', async () => {
    await open(call('/a').repeat(maxWaiting + 1));
    for (let count = 1; count <= maxWaiting + 1; count++) {
      await untilServed(count);
      served[count - 1]?.answer();
    }
    let text = '';
    for await (const chunk of socket.setEncoding('latin1')) {
      text += chunk;
      if (text.split('HTTP/1.1 200').length === maxWaiting + 2) break;
    }

    assert.equal(text.split('HTTP/1.1 200').length, maxWaiting + 2);
  });

  test('has an answer that is not read in progress until the connection ends', async () => {
    await open(call('/a'), 'x'.repeat(30_000_000));
    await untilServed(1);
    let isSent = false;
    const response = served[0]?.response;
    assert.ok(response);
    served[0]?.answer();
    const sending = sent(response).then(() => {
      isSent = true;
    });
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    const before = isSent;
    socket.destroy();
    await sending;

    assert.deepEqual([before, isSent], [false, true]);
  });
});

describe('what anybody may ask for', () => {
  let service: Service;
  let url = '';
  const paths = ['/openapi.json', '/v1/keys', '/v1/keys.txt'];

  before(async () => {
    service = startService();
    await service.state();
    url = await listen(service.server);
  });
  after(async () => {
    service.server.closeAllConnections();
    service.server.close();
    await service.close();
  });

  for (const path of paths) {
    test(`${path} is the same to everybody, and is not sent again to who has it`, async () => {
      const first = await fetch(`${url}${path}`);
      const etag = String(first.headers.get('etag'));
      const again = await fetch(`${url}${path}`, { headers: { 'If-None-Match': etag } });
      const head = await fetch(`${url}${path}`, { method: 'HEAD' });

      assert.match(etag, /^"[0-9a-f]{32}"$/);
      assert.equal(first.headers.get('x-hono-already-sent'), null);
      assert.deepEqual([again.status, await again.text()], [304, '']);
      assert.deepEqual([head.status, head.headers.get('etag'), await head.text()], [200, etag, '']);
      assert.equal(head.headers.get('content-length'), String((await first.arrayBuffer()).byteLength) || '');
    });
  }

  test('holds up nobody when strangers ask for it and read nothing', async () => {
    const sockets = Array.from({ length: 100 }, () => connect(portOf(service.server), '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) {
      socket.pause();
      socket.on('error', () => undefined);
      socket.write(call('/openapi.json').repeat(maxWaiting));
    }
    const statuses: number[] = [];
    for (const path of ['/v1/health', ...paths]) {
      const response = await fetch(`${url}${path}`);
      await response.arrayBuffer();
      statuses.push(response.status);
    }
    for (const socket of sockets) socket.destroy();

    assert.deepEqual(statuses, [200, 200, 200, 200]);
  });
});
