// An admin who acts while the fleet floods: reads the policy and states it anew, about once a second.

import { setTimeout as wait } from 'node:timers/promises';
import { adminToken } from '../server.ts';

export interface CallsOutcome {
  answered: number;
  failed: number;
  slowestMs: number;
}

export interface Calls {
  /** Once the last call is answered. */
  stop(): Promise<CallsOutcome>;
}

const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json', 'if-match': '*' };
const answerWithinMs = 30_000;

export function startCalls(url: string): Calls {
  const outcome: CallsOutcome = { answered: 0, failed: 0, slowestMs: 0 };
  let isStopped = false;

  async function call(method: 'GET' | 'PUT', body?: string): Promise<string> {
    const began = performance.now();
    const signal = AbortSignal.timeout(answerWithinMs);
    const init = { method, headers, signal, ...(body === undefined ? {} : { body }) };
    const response = await fetch(`${url}/v1/policy`, init).catch(() => null);
    const text = (await response?.text().catch(() => null)) ?? '';
    if (response?.status === 200) outcome.answered += 1;
    else outcome.failed += 1;
    outcome.slowestMs = Math.max(outcome.slowestMs, Math.round(performance.now() - began));
    return text;
  }

  const calling = (async () => {
    while (!isStopped) {
      await call('PUT', await call('GET'));
      await wait(1_000);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await calling;
      return { ...outcome };
    },
  };
}
