// What one valid credential can make an instance hold: megabytes in use above idle, after polls and reports that differ in all
// that a machine may choose. Against the 64 MiB that it may be.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openConnection } from './load/connection.ts';
import type { Measure } from './measure.ts';
import { inUseMiB, spawnSubject, token, untilAnswered } from './server.ts';

const limitMiB = 64;
const polls = 150_000;
const reports = 20_000;
const connections = 16;
/** As many new versions as a credential may name at once. */
const versions = 2_000;
const formats = ['json', 'sh', 'fish', 'ps1', 'env', 'settings.json', 'helper.json'];
/** Unknown parameters up to the longest query that is read. */
const padding = 'x'.repeat(780);

export async function benchHeld(): Promise<Record<string, Measure>> {
  const pinward = await spawnSubject('pinward', undefined, false, [join(import.meta.dirname, 'collected.ts')]);
  try {
    await untilAnswered(pinward.url);
    const port = Number(new URL(pinward.url).port);
    // The first report loads the app, which is no request's memory.
    await flood(port, 1, reportRequest);
    const idle = await inUseMiB(pinward);
    const statuses = await flood(port, polls, pollRequest);
    if ((statuses.get(200) ?? 0) < polls / 2) throw new Error(`the polls were refused: ${[...statuses]}`);
    let held = await inUseMiB(pinward);
    await flood(port, reports, reportRequest);
    held = Math.max(held, await inUseMiB(pinward)) - idle;
    return {
      'held by one credential, MiB': { value: held, baseline: limitMiB, ratio: held / limitMiB, target: 'ratio <= 1' },
    };
  } finally {
    await pinward.stop();
  }
}

/** How often each status was answered. */
async function flood(port: number, amount: number, requestOf: (at: number) => string): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let next = 0;
  const work = async () => {
    const connection = openConnection(port);
    while (next < amount) {
      const request = requestOf(next++);
      const status = await new Promise<number>((resolve) => connection.ask(request, resolve));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, work));
  return statuses;
}

function pollRequest(at: number): string {
  const target = `/v1/pins.${formats[at % formats.length]}?machine=${longName()}&cli=2.1.${at % versions}&${at}=${padding}`;
  return `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`;
}

function reportRequest(): string {
  const body = JSON.stringify({ machine: longName(), revision: 1, outcome: 'failed', reason: 'x'.repeat(300) });
  const head = `POST /v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}`;
  return `${head}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** A machine name of the greatest length, which nobody had before. */
function longName(): string {
  return randomBytes(64).toString('hex');
}
