// Attackers with little: a reader's token, the fleet's token, and none. Each keeps sockets open that send one byte of a body.
// Strangers also ask for the longest document that anybody may have: some send 30 requests at once and read nothing, some read as
// fast as they can. An owner restores meanwhile: how many restores are refused, how slow the slowest is against the same without
// an attack, and how much memory the service takes.

import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { adminToken, token } from '../server.ts';
import { residentMiBOf } from './process.ts';

export interface Restores {
  readonly during: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly slowestAloneMs: number;
  /** Resident, in the middle of the attack. */
  readonly memoryMiB: number;
}

interface Attack {
  stop(): void;
}

const socketsEach = 40;
const unreadSockets = 300;
const readingSockets = 4;
const longDocument = 'GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const restores = 20;
const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json', 'if-match': '*' };

export async function measureInsiders(url: string, pid: number): Promise<Restores> {
  const port = Number(new URL(url).port);
  const reader = await issueReader(url);
  const revision = await setPolicy(url);
  const alone = await restoreOften(url, revision);
  const attack = startAttack(port, [reader, token, null]);
  const strangers = startStrangers(port);
  // One attacker after the other is refused or has sent its byte.
  await wait(500);
  const during = await restoreOften(url, revision);
  const memoryMiB = residentMiBOf(pid);
  attack.stop();
  strangers.stop();
  return {
    during: restores,
    refused: during.refused,
    slowestMs: during.slowestMs,
    slowestAloneMs: alone.slowestMs,
    memoryMiB,
  };
}

function startAttack(port: number, tokens: readonly (string | null)[]): Attack {
  const bytes = tokens.flatMap((held) => Array.from({ length: socketsEach }, () => slowCall(held)));
  return keepOpen(port, bytes, (socket) => socket.resume());
}

function startStrangers(port: number): Attack {
  const unread = keepOpen(
    port,
    Array.from({ length: unreadSockets }, () => longDocument.repeat(30)),
    (socket) => socket.pause(),
  );
  const reading = keepOpen(
    port,
    Array.from({ length: readingSockets }, () => longDocument),
    (socket) => {
      // The next request goes out when an answer has come in whole.
      let unreadBytes = 0;
      socket.on('data', (chunk) => {
        const length = /content-length: (\d+)\r\n(?:.*\r\n)*?\r\n/i.exec(chunk.toString('latin1'));
        unreadBytes = length === null ? unreadBytes : Number(length[1]) + length.index + length[0].length;
        unreadBytes -= chunk.length;
        if (unreadBytes <= 0) socket.write(longDocument);
      });
    },
  );
  return {
    stop() {
      unread.stop();
      reading.stop();
    },
  };
}

/** A socket for each of the bytes that it sends. It is opened again as soon as the service closes it. */
function keepOpen(port: number, bytes: readonly string[], read: (socket: Socket) => void): Attack {
  const sockets = new Set<Socket>();
  let isStopped = false;
  const open = (sends: string): void => {
    if (isStopped) return;
    const socket = connect(port, '127.0.0.1', () => socket.write(sends));
    sockets.add(socket);
    read(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      setTimeout(() => open(sends), 50).unref();
    });
  };
  for (const each of bytes) open(each);
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
