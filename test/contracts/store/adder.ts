// A process that adds one to the document `sum` of a sqlite file: node adder.ts FILE TIMES. sqlite.test.ts runs several.

import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { must, writeJournal } from '../../support/stores.ts';

const [, , file = '', times = '1'] = process.argv;
const store = openSqlite(file);
for (let done = 0; done < Number(times); ) {
  const stored = await must(store.read('chainHead', 'sum'));
  const expect = stored === null ? 'absent' : { version: stored.version };
  const committed = await store.commit([writeJournal('sum', (stored?.value.seq ?? 0) + 1, expect)]);
  if (committed.ok) done++;
  else if (committed.fault.code !== 'write_conflict') throw new Error(JSON.stringify(committed.fault));
}
await store.close();
