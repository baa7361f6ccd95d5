// A process that adds one to the document `sum` of a sqlite file: node adder.ts FILE TIMES. sqlite-file.test.ts runs several.
// Where the others keep the file locked for longer than the store waits, nothing was written and it tries again.

import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import type { Fault } from '../../../shared/domain/fault.ts';
import { testKeys } from '../../support/document-keys.ts';
import { must, writeJournal } from '../../support/stores.ts';

const [, , file = '', times = '1'] = process.argv;
const store = openSqlite(file, testKeys);
for (let done = 0; done < Number(times); ) {
  const stored = await must(store.read('chainHead', 'sum'));
  const expect = stored === null ? 'absent' : { version: stored.version };
  const added = await store.commit([writeJournal('sum', (stored?.value.seq ?? 0) + 1, expect)]);
  if (added.ok) done++;
  else if (added.fault.code !== 'write_conflict' && !isLocked(added.fault))
    throw new Error(JSON.stringify(added.fault));
}
await store.close();

function isLocked(fault: Fault): boolean {
  return fault.code === 'store_unavailable' && fault.detail === 'database is locked';
}
