// Opens the store that the environment selects, with the keys of documents. The key that signs is opened only for a
// function that writes.

import {
  type DocumentKeys,
  type LoggedHead,
  oneKeyForAll,
  readWriterKeys,
} from '../shared/adapters/documents/document-keys.ts';
import { keepNewest } from '../shared/adapters/documents/keep-newest.ts';
import { openFirestore } from '../shared/adapters/firestore.ts';
import { type LocalSigner, openKeyFile } from '../shared/adapters/key-file.ts';
import type { Kms } from '../shared/adapters/kms.ts';
import { openSqlite } from '../shared/adapters/sqlite.ts';
import type { Signer, Store } from '../shared/ports.ts';
import { type Environment, parseList, requireVariable } from './environment.ts';
import type { Log } from './log.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Opens the key with which this process signs what it writes. Throws with a text for the operator. */
  openWriterKey(): void;
}

/** Throws an `Error` with a text for the operator when a setting is wrong or missing. */
export function openStore(environment: Environment, kms: Kms, log: Log): OpenedStore {
  const openWith = selectStore(environment);
  const file = environment.PINWARD_WRITER_KEY_FILE;
  const fileSigner = file ? openKeyFile(file, 'make') : null;
  let signer: Signer | null = fileSigner;
  const keys: DocumentKeys = {
    get signer() {
      return signer;
    },
    writers: writersOf(environment, fileSigner),
    unsigned: readUnsigned(environment),
    onHead: (head) => logHead(log, head),
    onUnsigned: (detail) => log.error('documents can not be signed', { detail }),
    onRefused: (document, detail) => log.error('document refused', { document, detail }),
  };
  const store = openWith(keys);
  return {
    // Without signatures there are no editions.
    store: keys.unsigned === 'refuse' ? keepNewest(store, keys.onRefused) : store,
    openWriterKey() {
      const version = environment.PINWARD_WRITER_KMS_KEY;
      if (version && file) throw new Error('PINWARD_WRITER_KMS_KEY and PINWARD_WRITER_KEY_FILE are both set: set one');
      signer ??= kms.signer(requireVariable(environment, 'PINWARD_WRITER_KMS_KEY'));
    },
  };
}

function selectStore(environment: Environment): (keys: DocumentKeys) => Store {
  const { PINWARD_SQLITE: file, PINWARD_DATABASE: database } = environment;
  if (file !== undefined) return (keys) => openSqlite(file, keys);
  const project = requireVariable(environment, 'GOOGLE_CLOUD_PROJECT');
  return (keys) => openFirestore({ project, keys, ...(database === undefined ? {} : { database }) });
}

/** Without a list, this process has the only key: it is the one of its file. */
function writersOf(environment: Environment, fileSigner: LocalSigner | null): DocumentKeys['writers'] {
  if (!environment.PINWARD_WRITERS && fileSigner !== null) return oneKeyForAll(fileSigner.key);
  return readWriterKeys(parseList(requireVariable(environment, 'PINWARD_WRITERS')));
}

function readUnsigned({ PINWARD_UNSIGNED: unsigned }: Environment): DocumentKeys['unsigned'] {
  if (unsigned === undefined || unsigned === '') return 'refuse';
  if (unsigned === 'accept' || unsigned === 'refuse') return unsigned;
  throw new Error(`PINWARD_UNSIGNED is "${unsigned}": set it to accept or refuse, or do not set it`);
}

/** `npm run verify-history -- --heads` reads these lines. */
function logHead(log: Log, { event, revision, signature }: LoggedHead): void {
  log.info('history head', { event, revision, signature });
}
