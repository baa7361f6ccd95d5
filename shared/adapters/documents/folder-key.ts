// The key of a data folder, with which this machine signs documents. Where the folder has a store from before there was
// a key, its documents are signed first. The key gets its name only afterwards, so a start that was cut off is repeated.

import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { writers } from '../../domain/writers.ts';
import { openKeyFile } from '../key-file.ts';
import { openSqlite } from '../sqlite.ts';
import { oneKeyForAll } from './document-keys.ts';
import { takeOver } from './take-over.ts';

/** The key's file. `database`: the file of the store, or null. Throws with a text for the operator. */
export async function keepWriterKey(dataFolder: string, database: string | null): Promise<string> {
  const file = join(dataFolder, 'writer-key.pem');
  if (existsSync(file)) return file;
  if (database === null || !existsSync(database)) {
    openKeyFile(file, 'make');
    return file;
  }
  const unfinished = `${file}.unfinished`;
  const signer = openKeyFile(unfinished, 'make');
  const store = openSqlite(database, { signer, writers: oneKeyForAll(signer.key), unsigned: 'accept' });
  const taken = await takeOver(store, writers);
  await store.close();
  if (!taken.ok) throw new Error(`the documents of ${database} can't be signed: ${JSON.stringify(taken.fault)}`);
  const [left, ...others] = taken.value.left;
  if (left !== undefined)
    throw new Error(
      `${left.document} and ${others.length} other documents of ${database} can't be signed: ${left.reason}. Stop what else uses it, ` +
        `and put back its writer-key.pem if that is missing. To start anew, move ${database} away.`,
    );
  renameSync(unfinished, file);
  return file;
}
