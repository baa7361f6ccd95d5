// What must hold of each answer, whatever was asked.

import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { Answer } from './client.ts';
import type { Operation } from './document.ts';
import { marker } from './hostile.ts';

/** `operation` is the one that was reached, if any. */
export function hold(answer: Answer | null, operation: Operation | undefined, problem: z.ZodType): void {
  assert.ok(answer !== null, 'there was no answer');
  const { status, head, body } = answer;
  assert.ok(!head.toLowerCase().includes(marker), `a header of the answer holds what was sent: ${head}`);
  assert.ok(!/\r\nx-injected/i.test(head), `a header was injected: ${head}`);
  assert.ok(status < 500 || status === 503, `the status is ${status}: ${body.slice(0, 2_000)}`);
  assert.deepEqual(Object.keys(Object.prototype), []);
  assert.ok(!('polluted' in {}), 'Object.prototype was polluted');
  const type = /\r\ncontent-type: ([^\r]*)/i.exec(head)?.[1] ?? '';
  if (status >= 400) holdProblem(status, type, body, problem);
  if (operation === undefined || (status !== 200 && status !== 202)) return;
  const faults = operation.faultsOf(type, body);
  assert.equal(faults, null, `the answer does not fit its schema: ${faults}\n${body.slice(0, 1_000)}`);
}

/** How many times the cost of a usual answer one may cost. The processor's own time counts, so it holds on any machine. */
const maxCost = 1_000;
/** The first answers load what they need, and tell nothing of what is usual. */
const minCosts = 50;

/** Of the answers so far, the latest against the middle one. */
export function holdCost(costs: readonly number[]): void {
  const usual = costs.toSorted((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0;
  const times = (costs.at(-1) ?? 0) / usual;
  assert.ok(costs.length < minCosts || times <= maxCost, `the answer cost ${Math.round(times)} times what is usual`);
}

function holdProblem(status: number, type: string, body: string, problem: z.ZodType): void {
  // Health says in its own words what is wrong.
  if (status === 503 && type.startsWith('application/json')) return;
  assert.equal(type, 'application/problem+json', `${status} ${type}: ${body.slice(0, 500)}`);
  const parsed = problem.safeParse(JSON.parse(body));
  assert.ok(parsed.success, `the problem does not fit its schema: ${parsed.error?.message}\n${body.slice(0, 1_000)}`);
  const { code, hint, status: stated } = JSON.parse(body);
  assert.ok(code.length > 0 && hint.length > 0 && stated === status, body);
}
