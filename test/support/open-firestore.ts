// A Firestore store under test: a project of its own on an emulator, and two clients of it.

import { randomUUID } from 'node:crypto';
import { openFirestore } from '../../shared/adapters/firestore.ts';
import { documentOf, openClient } from '../../shared/adapters/firestore-client.ts';
import type { Kind } from '../../shared/domain/documents.ts';
import type { Store } from '../../shared/ports.ts';
import { testKeys } from './document-keys.ts';
import type { TestStore } from './stores.ts';

export interface FirestoreTestStore extends TestStore {
  /** Sets fields of a document past the adapter, as somebody at the console could. */
  edit(kind: Kind, id: string, fields: Record<string, unknown>): Promise<void>;
}

/** `direct` is another way to the same emulator, for the second handle and for edits. */
export async function openTestFirestore(emulator: string, direct = emulator): Promise<FirestoreTestStore> {
  // The library would look for Google's metadata server, which is nowhere near an emulator.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const project = `demo-${randomUUID().slice(0, 20)}`;
  const store = openFirestore({ project, emulator, keys: testKeys });
  const other = openFirestore({ project, emulator: direct, keys: testKeys });
  await loadLibrary(other);
  const edit = async (kind: Kind, id: string, fields: Record<string, unknown>) => {
    const client = await openClient({ project, emulator: direct });
    await documentOf(client, kind, id).update(fields);
    await client.terminate();
  };
  return {
    store,
    other,
    edit,
    corrupt: (kind, id, body) => edit(kind, id, { body }),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await other.close();
    },
  };
}

/** The first call of a process loads the library, which may take a loaded machine longer than a store waits for an answer. */
async function loadLibrary(store: Store): Promise<void> {
  while (!(await store.read('lease', 'none')).ok);
}
