// Attackers with little: a reader's token, the fleet's token, and none. Each keeps sockets open that send one byte of a body. An
// owner restores meanwhile: how many restores are refused, and how slow the slowest is against the same without an attack.

import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { adminToken, token } from '../server.ts';

export interface Restores {
  readonly during: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly slowestAloneMs: number;
}

const socketsEach = 40;
const restores = 20;
const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json', 'if-match': '*' };

export async function measureInsiders(url: string): Promise<Restores> {
  const port = Number(new URL(url).port);
  const reader = await issueReader(url);
  const revision = await setPolicy(url);
  const alone = await restoreOften(url, revision);
  const attack = startAttack(port, [reader, token, null]);
  // One attacker after the other is refused or has sent its byte.
  await wait(500);
  const during = await restoreOften(url, revision);
  attack.stop();
  return {
    during: restores,
    refused: during.refused,
    slowestMs: during.slowestMs,
    slowestAloneMs: alone.slowestMs,
  };
}

/** Sockets that are opened again as soon as the service closes them. */
function startAttack(port: number, tokens: readonly (string | null)[]): { stop(): void } {
  const sockets = new Set<Socket>();
  let isStopped = false;
  const open = (held: string | null): void => {
    if (isStopped) return;
    const socket = connect(port, '127.0.0.1', () => socket.write(slowCall(held)));
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      setTimeout(() => open(held), 50).unref();
    });
  };
  for (const held of tokens) for (let each = 0; each < socketsEach; each++) open(held);
  return {
    stop() {
      isStopped = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

function slowCall(held: string | null): string {
  const call = held === token ? 'POST /v1/reports' : 'PUT /v1/policy';
  const credential = held === null ? '' : `Authorization: Bearer ${held}\r\n`;
  const body = 'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';
  return `${call} HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-Match: *\r\n${credential}${body}`;
}

async function restoreOften(url: string, revision: number): Promise<{ refused: number; slowestMs: number }> {
  let [refused, slowestMs] = [0, 0];
  for (let each = 0; each < restores; each++) {
    const began = performance.now();
    const response = await fetch(`${url}/v1/revisions/${revision}/restore?dry-run`, { method: 'POST', headers });
    await response.arrayBuffer();
    if (response.status !== 200) refused += 1;
    slowestMs = Math.max(slowestMs, performance.now() - began);
    await wait(50);
  }
  return { refused, slowestMs };
}

async function issueReader(url: string): Promise<string> {
  const body = JSON.stringify({ name: 'insider', role: 'reader' });
  const response = await fetch(`${url}/v1/tokens`, { method: 'POST', headers, body });
  const { token: issued }: { token: string } = await response.json();
  return issued;
}

/** The number of a revision that can be restored. */
async function setPolicy(url: string): Promise<number> {
  const policy = await (await fetch(`${url}/v1/policy`, { headers })).json();
  const body = JSON.stringify({ ...policy, lock: !policy.lock });
  const response = await fetch(`${url}/v1/policy`, { method: 'PUT', headers, body });
  const { revision }: { revision: number } = await response.json();
  return revision;
}
