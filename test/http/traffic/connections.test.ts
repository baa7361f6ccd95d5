// What one connection may cost: slow and endless headers, slow bodies, too many at once.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { attachToServer, connectionLimits } from '../../../functions/api/http-server.ts';
import { startService } from '../../support/service.ts';
import { listen, portOf } from './listen.ts';

describe('a connection', () => {
  test('has limits on the server that is deployed', () => {
    const service = startService();
    const { headersTimeout, requestTimeout, timeout, maxHeadersCount, maxConnections } = service.server;

    assert.deepEqual({ headersTimeout, requestTimeout, timeout, maxHeadersCount, maxConnections }, connectionLimits);
    // Of each, 0 is Node's word for no limit.
    assert.ok(headersTimeout > 0 && headersTimeout <= requestTimeout && requestTimeout <= 30_000);
    assert.ok(timeout > requestTimeout && timeout <= 120_000);
    assert.ok(Number(maxHeadersCount) > 0 && Number(maxHeadersCount) <= 1_000);
    assert.ok(maxConnections > 0 && maxConnections <= 10_000);
  });

  async function open(bytes: string, over: object): Promise<string> {
    const server = createServer({ connectionsCheckingInterval: 20 });
    attachToServer(server, (_, response) => response.end('answered'), { ...connectionLimits, ...over });
    await listen(server);
    const socket = connect(portOf(server), '127.0.0.1').setEncoding('latin1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    server.close();
    return text;
  }

  const start = 'GET /v1/pins.json HTTP/1.1\r\nHost: a\r\n';

  test('that sends its headers too slowly is closed', async () => {
    assert.match(await open(start, { headersTimeout: 50, requestTimeout: 60_000 }), /^HTTP\/1.1 408 /);
  });

  test('that sends its body too slowly is closed', async () => {
    const slow = `POST /v1/reports HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{`;

    assert.match(await open(slow, { headersTimeout: 20, requestTimeout: 60 }), /HTTP\/1.1 408 |answered/);
  });

  test('with headers beyond 16 KiB is closed', async () => {
    assert.match(await open(`${start}X: ${'x'.repeat(17_000)}\r\n\r\n`, {}), /^HTTP\/1.1 431 /);
  });

  test('beyond the allowed ones is closed as it comes', async () => {
    assert.equal(await open(`${start}\r\n`, { maxConnections: 0 }), '');
  });
});
