// Runs cases against the service and counts what came of them: one world after the other, each begun by the tour.

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { createLog, type Log } from '../../../functions/log.ts';
import { Policy } from '../../../shared/domain/policy/policy.ts';
import { adminToken, asAdmin, machineToken } from '../../support/service.ts';
import { type Client, openClient } from './client.ts';
import { type Document, type Operation, operationAt, operationsOf, problemSchemaOf } from './document.ts';
import { type Asked, requestsOf } from './requests.ts';
import { hold, holdCost } from './rules.ts';
import { tourOf } from './tour.ts';
import { openWorld } from './world.ts';

export interface Counts {
  readonly byStatus: Map<number, number>;
  /** By operation: how many answers of 2xx and 4xx. */
  readonly byOperation: Map<string, { good: number; bad: number }>;
  lines: number;
}

const casesOfWorld = 2_500;
/** Each case is a second of the service's time, so that no caller comes too often. */
const caseMs = 1_000;

/** Throws with a reproducer when a rule was broken. `onCases` gets how many cases are done. */
export async function fuzz(cases: number, seed: number, onCases = (_: number) => {}): Promise<Counts> {
  const counts: Counts = { byStatus: new Map(), byOperation: new Map(), lines: 0 };
  const file = join(mkdtempSync(join(tmpdir(), 'pinward-fuzz-')), 'log');
  const descriptor = openSync(file, 'w');
  const log = createLog(descriptor);
  for (let done = 0; done < cases; done += casesOfWorld) {
    onCases(done);
    await fuzzWorld(Math.min(casesOfWorld, cases - done), seed + done, log, counts);
  }
  // The log writes each tenth of a second.
  await wait(300);
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  closeSync(descriptor);
  for (const line of lines) assert.ok(isLine(line), `a line of the log is broken: ${line.slice(0, 500)}`);
  counts.lines = lines.length;
  return counts;
}

async function fuzzWorld(cases: number, seed: number, log: Log, counts: Counts): Promise<void> {
  const world = await openWorld(log);
  const client = openClient(world.port);
  let opened = 0;
  const note = () => {
    opened += 1;
  };
  subscribe('net.client.socket', note);
  try {
    const { body } = await world.service.ask().get('/openapi.json').set(asAdmin).expect(200);
    const before = opened - client.connections;
    const document: Document = body;
    const operations = operationsOf(document);
    for (const { operationId } of operations) {
      if (!counts.byOperation.has(operationId)) counts.byOperation.set(operationId, { good: 0, bad: 0 });
    }
    const problem = problemSchemaOf(document);
    const run = async (asked: Asked) => {
      world.service.time += caseMs;
      const answer = await client.ask(asked);
      const operation = operationAt(operations, asked.method, asked.target);
      count(counts, operation, answer?.status ?? 0);
      hold(answer, operation, problem);
      return answer;
    };
    const tour = tourOf(operations);
    const costs: number[] = [];
    const runWithin = async (asked: Asked) => {
      costs.push((await run(asked))?.cost ?? 0);
      holdCost(costs);
    };
    for (const asked of tour) await named(asked, runWithin);
    const request = fc.oneof(...operations.map((each) => requestsOf(document, each)));
    await fc.assert(fc.asyncProperty(request, runWithin), { numRuns: cases, seed });
    assert.equal(opened - client.connections, before, 'the service made a connection of its own');
    await holdState(client);
  } finally {
    unsubscribe('net.client.socket', note);
    client.close();
    await world.close();
  }
}

async function named(asked: Asked, run: (asked: Asked) => Promise<void>): Promise<void> {
  try {
    await run(asked);
  } catch (cause) {
    throw new Error(`on the tour: ${JSON.stringify(asked)}`, { cause });
  }
}

/** What was stored can still be read and served. */
async function holdState(client: Client): Promise<void> {
  const get = (target: string, token: string) =>
    client.ask({ method: 'GET', target, headers: [['Authorization', `Bearer ${token}`]], body: null });
  const policy = await get('/v1/policy', adminToken);
  Policy.parse(JSON.parse(policy?.body ?? ''));
  const poll = await get('/v1/pins.settings.json?machine=after', machineToken);
  assert.equal(poll?.status, 200, `a poll was answered ${poll?.status}: ${poll?.body}`);
}

function count({ byStatus, byOperation }: Counts, operation: Operation | undefined, status: number): void {
  byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  const counted = byOperation.get(operation?.operationId ?? '');
  if (counted === undefined) return;
  if (status >= 200 && status < 300) counted.good += 1;
  if (status >= 400 && status < 500) counted.bad += 1;
}

function isLine(line: string): boolean {
  try {
    return typeof JSON.parse(line).severity === 'string';
  } catch {
    return false;
  }
}
