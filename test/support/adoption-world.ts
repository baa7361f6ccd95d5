// An instance that counts adoption in a sqlite store of its own, whose commits a test may replace.

import { createAdoption, readAdoption } from '../../functions/adoption/adoption.ts';
import type { Store } from '../../shared/ports.ts';
import { openTestSqlite } from './open-sqlite.ts';
import { must } from './stores.ts';
import { now as noon } from './world.ts';

export type Commit = Store['commit'];

/** An instance on a store whose calls are counted, and whose commits a test may replace. */
export async function openInstance() {
  const opened = await openTestSqlite();
  const { store } = opened;
  const time = { now: noon };
  const logged: string[] = [];
  const note = (message: string, fields = {}) => logged.push(`${message} ${JSON.stringify(fields)}`);
  const calls = { reads: 0, commits: 0 };
  const over: { commit: Commit } = { commit: (writes) => store.commit(writes) };
  const counted: Store = {
    read: (kind, id) => {
      calls.reads += 1;
      return store.read(kind, id);
    },
    list: (kind, page) => {
      calls.reads += 1;
      return store.list(kind, page);
    },
    commit: (writes) => {
      calls.commits += 1;
      return over.commit(writes);
    },
    close: () => store.close(),
  };
  const log = { info: note, warn: note, error: note };
  const adoption = createAdoption({ store: counted, clock: () => time.now, log });
  const count = async () => (await must(readAdoption(store))).machines;
  return { adoption, store, time, logged, calls, over, count, [Symbol.asyncDispose]: opened[Symbol.asyncDispose] };
}

/** Lets what was begun in the background come to its end. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
