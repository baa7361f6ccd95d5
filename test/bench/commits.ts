// What signatures add to a commit of a policy change, with a key that takes as long as Cloud KMS does. The baseline is the
// same commit, signed with a key in this process, and one such delay: a commit must wait for one signature, whatever it has.

import { setTimeout as sleep } from 'node:timers/promises';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { appendEvent, emptyChain } from '../../shared/domain/events/event.ts';
import { numberedId, type Signer, type Store, type Write } from '../../shared/ports.ts';
import { testKeys, testSigner } from '../support/document-keys.ts';
import { newEvent, revision } from '../support/world.ts';
import { type Measure, medianOf } from './measure.ts';

const kmsMs = 30;
const rounds = 60;

export async function benchCommits(): Promise<Record<string, Measure>> {
  let signatures = 0;
  const kms: Signer = {
    ...testSigner,
    async sign(text) {
      signatures++;
      await sleep(kmsMs);
      return testSigner.sign(text);
    },
  };
  const [slow, quick] = [openSqlite(':memory:', { ...testKeys, signer: kms }), openSqlite(':memory:', testKeys)];
  const times: { slow: number; quick: number }[] = [];
  for (let number = 1; number <= rounds; number++) {
    times.push({ slow: await timeCommit(slow, number), quick: await timeCommit(quick, number) });
  }
  await Promise.all([slow.close(), quick.close()]);
  const value = medianOf(times.map((time) => time.slow));
  const baseline = medianOf(times.map((time) => time.quick)) + kmsMs;
  return {
    'a commit with a KMS of 30 ms, ms': { value, baseline, ratio: value / baseline, target: 'ratio <= 1.3' },
    'signatures per commit': {
      value: signatures / rounds,
      baseline: 1,
      ratio: signatures / rounds,
      target: 'ratio <= 1',
    },
  };
}

/** The writes of a policy change: revision, published document, event, outbox and the head of the chain. */
async function timeCommit(store: Store, number: number): Promise<number> {
  const { event, chainHead } = appendEvent({ ...emptyChain, seq: number - 1 }, newEvent(number));
  const id = numberedId(number);
  const value = revision({ number });
  const writes: readonly Write[] = [
    { kind: 'revision', id, expect: 'absent', value },
    { kind: 'published', id: 'current', expect: 'any', value: { revision: value } },
    { kind: 'event', id, expect: 'absent', value: event },
    { kind: 'outbox', id, expect: 'absent', value: event },
    { kind: 'chainHead', id: 'current', expect: 'any', value: chainHead },
  ];
  const start = performance.now();
  const committed = await store.commit(writes);
  if (!committed.ok) throw new Error(committed.fault.code);
  return performance.now() - start;
}
