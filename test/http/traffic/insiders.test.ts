// Attacks on places by those who have a credential, and by those who have none: sockets that send a body slowly.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { asAdmin, asMachine, machineToken, type Service, startService } from '../../support/service.ts';
import { listen, portOf } from './listen.ts';

describe('while sockets send one byte of a body each', { timeout: 60_000 }, () => {
  let service: Service;
  let url = '';
  const sockets: Socket[] = [];
  const readerHeaders = { ...asAdmin, 'Content-Type': 'application/json' };
  let readerToken = '';

  before(async () => {
    service = startService();
    await service.state();
    await service.state({ lock: true });
    url = await listen(service.server);
    const body = JSON.stringify({ name: 'looker', role: 'reader' });
    const issued = await fetch(`${url}/v1/tokens`, { method: 'POST', headers: readerHeaders, body });
    readerToken = (await issued.json()).token;
  });

  after(async () => {
    for (const socket of sockets) socket.destroy();
    service.server.closeAllConnections();
    service.server.close();
    await service.close();
  });

  /** The first line of the answer, or what was open when nothing came: the attacker's socket. */
  async function attack(amount: number, head: string): Promise<readonly Socket[]> {
    const opened = Array.from({ length: amount }, () => connect(portOf(service.server), '127.0.0.1'));
    sockets.push(...opened);
    await Promise.all(opened.map((socket) => once(socket, 'connect')));
    for (const socket of opened) {
      socket.on('error', () => undefined);
      socket.write(`${head}\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`);
    }
    return opened;
  }

  const restore = () =>
    fetch(`${url}/v1/revisions/1/restore?dry-run`, { method: 'POST', headers: { ...asAdmin, 'If-Match': '*' } });

  test("a reader's token is refused before its body is read, and the owner restores", async () => {
    const opened = await attack(34, `PUT /v1/policy HTTP/1.1\r\nIf-Match: *\r\nAuthorization: Bearer ${readerToken}`);
    const answers = await Promise.all(opened.map((socket) => once(socket.setEncoding('latin1'), 'data')));

    assert.deepEqual(new Set(answers.map(([text]) => String(text).slice(0, 12))), new Set(['HTTP/1.1 403']));
    assert.equal((await restore()).status, 200);
  });

  test('sockets without a credential are refused, and reports, health and keys are answered', async () => {
    const opened = await attack(72, 'POST /v1/reports HTTP/1.1');
    const answers = await Promise.all(opened.map((socket) => once(socket.setEncoding('latin1'), 'data')));

    assert.deepEqual(new Set(answers.map(([text]) => String(text).slice(0, 12))), new Set(['HTTP/1.1 401']));
    const body = JSON.stringify({ machine: 'laptop-7', revision: 1, outcome: 'applied' });
    const headers = { ...asMachine, 'Content-Type': 'application/json' };
    assert.equal((await fetch(`${url}/v1/reports`, { method: 'POST', headers, body })).status, 202);
    assert.equal((await fetch(`${url}/v1/health`)).status, 200);
    assert.equal((await fetch(`${url}/v1/keys`)).status, 200);
  });

  test("slow reports of the fleet's own token hold up no report, and no restore", async () => {
    await attack(90, `POST /v1/reports HTTP/1.1\r\nAuthorization: Bearer ${machineToken}`);
    const body = JSON.stringify({ machine: 'laptop-8', revision: 1, outcome: 'applied' });
    const headers = { ...asMachine, 'Content-Type': 'application/json' };

    assert.equal((await fetch(`${url}/v1/reports`, { method: 'POST', headers, body })).status, 202);
    assert.equal((await restore()).status, 200);
  });

  test('an owner whose own calls are slow has places left to lower risk', async () => {
    const [authorization] = Object.values(asAdmin);
    await attack(34, `PUT /v1/policy HTTP/1.1\r\nIf-Match: *\r\nAuthorization: ${authorization}`);

    assert.equal((await restore()).status, 200);
  });
});
