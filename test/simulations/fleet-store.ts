// The store of the simulated fleet: sqlite in memory, with every call counted by what it is made for.

import type { Store } from '../../shared/ports.ts';

/** Documents, as Firestore charges them: a list costs what it finds, one read at least. */
export interface Calls {
  reads: number;
  writes: number;
  /** Commits that were carried out. */
  commits: number;
}

export class CountedStore {
  /** By what they are for. */
  readonly calls = new Map<string, Calls>();
  /** Calls under way. */
  pending = 0;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  for(purpose: string): Store {
    const calls: Calls = { reads: 0, writes: 0, commits: 0 };
    this.calls.set(purpose, calls);
    return {
      read: (kind, id) => {
        calls.reads += 1;
        return this.#await(this.#store.read(kind, id));
      },
      list: async (kind, page) => {
        const listed = await this.#await(this.#store.list(kind, page));
        calls.reads += listed.ok ? Math.max(1, listed.value.length) : 1;
        return listed;
      },
      commit: async (writes) => {
        const committed = await this.#await(this.#store.commit(writes));
        if (committed.ok) calls.commits += 1;
        if (committed.ok) calls.writes += writes.length;
        return committed;
      },
      close: () => Promise.resolve(),
    };
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** All calls whose purpose starts so. */
  total(purpose: string): Calls {
    const found = [...this.calls].filter(([name]) => name.startsWith(purpose)).map(([, calls]) => calls);
    if (found.length === 0) throw new Error(`no store was made for ${purpose}`);
    const sum = (of: keyof Calls) => found.reduce((total, calls) => total + calls[of], 0);
    return { reads: sum('reads'), writes: sum('writes'), commits: sum('commits') };
  }

  async #await<T>(call: Promise<T>): Promise<T> {
    this.pending += 1;
    try {
      return await call;
    } finally {
      this.pending -= 1;
    }
  }
}

/** The same store, whose documents never change again once they were read. */
export function stuck(store: Store): Store {
  const read = new Map<string, ReturnType<Store['read']>>();
  return {
    ...store,
    read: (kind, id) => {
      const name = `${kind}/${id}`;
      const first = read.get(name) ?? store.read(kind, id);
      read.set(name, first);
      // What was stored under this name was read as this kind.
      return first as ReturnType<typeof store.read<typeof kind>>;
    },
  };
}
