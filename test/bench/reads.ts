// Store reads per 100,000 polls: they must follow the clock (one each 15 s) and not the polls. On a virtual clock that
// moves one minute in all, so the baseline is what time alone allows.

import { createPolicyCache, revalidateAfterMs } from '../../functions/api/polls/policy-cache.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import type { Store } from '../../shared/ports.ts';
import { testKeys } from '../support/document-keys.ts';
import { now, revision } from '../support/world.ts';
import type { Measure } from './measure.ts';

const polls = 100_000;
const spanMs = 60_000;

export async function benchReads(): Promise<Record<string, Measure>> {
  const store = openSqlite(':memory:', testKeys);
  await store.commit([{ kind: 'published', id: 'current', expect: 'any', value: { revision: revision() } }]);
  let reads = 0;
  const counted: Pick<Store, 'read'> = {
    read(kind, id) {
      reads++;
      return store.read(kind, id);
    },
  };
  let at = now;
  const policyCache = createPolicyCache(counted, () => at);
  for (let poll = 0; poll < polls; poll++) {
    at = now + Math.floor((poll / polls) * spanMs);
    await policyCache.current();
  }
  await store.close();
  const baseline = spanMs / revalidateAfterMs + 1;
  return { 'store reads per 100,000 polls': { value: reads, baseline, ratio: reads / baseline, target: 'ratio <= 1' } };
}
