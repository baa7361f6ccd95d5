// Watched writes: whether the store takes writes, such as when its disk is full. The outcome of the instance's own commits says it; only
// if there was none lately, one small document is written.

import type { Clock, Store } from '../../shared/ports.ts';
import { withTimeout } from '../../shared/with-timeout.ts';

export interface WatchedWrites {
  /** The store, with its commits watched. */
  readonly store: Store;
  /** False when the last write failed, or takes longer than two seconds. It never rejects. */
  canWrite(): Promise<boolean>;
}

/** How long an outcome counts. So anonymous calls cause one write in this time at most. */
const recheckAfterMs = 30_000;
const recheckFailureAfterMs = 5_000;
const writeTimeoutMs = 2_000;

export function watchWrites(store: Store, clock: Clock): WatchedWrites {
  let isWritable = true;
  let knownAt = Number.NEGATIVE_INFINITY;
  let pendingCheck: Promise<boolean> | null = null;

  function note(outcome: boolean): boolean {
    isWritable = outcome;
    knownAt = clock();
    return outcome;
  }

  const commit: Store['commit'] = async (writes) => {
    const committed = await store.commit(writes);
    // Any other fault is about the documents.
    if (committed.ok || committed.fault.code === 'store_unavailable') note(committed.ok);
    return committed;
  };

  async function writeNow(): Promise<boolean> {
    const at = new Date(clock()).toISOString();
    const write = store.commit([{ kind: 'writeCheck', id: 'current', expect: 'any', value: { at } }]);
    const isWritten = write.then((committed) => committed.ok).catch(() => false);
    return note(await withTimeout(isWritten, writeTimeoutMs, () => false));
  }

  return {
    store: {
      read: (kind, id) => store.read(kind, id),
      list: (kind, page) => store.list(kind, page),
      commit,
      close: () => store.close(),
    },
    async canWrite() {
      // Absolute, because a clock can be set back.
      if (Math.abs(clock() - knownAt) < (isWritable ? recheckAfterMs : recheckFailureAfterMs)) return isWritable;
      pendingCheck ??= writeNow().finally(() => {
        pendingCheck = null;
      });
      return pendingCheck;
    },
  };
}
