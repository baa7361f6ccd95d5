// Files that a deployment carries beside its code, and that most instances never read: each is read when it is first asked for.

import { readFile } from 'node:fs/promises';

/** The JSON in a file of `folder`. Null when there is no such file: then nobody built it. Rejects when it can't be read. */
export async function readBundled<Content>(folder: string, name: string): Promise<Content | null> {
  try {
    return JSON.parse(await readFile(`${folder}/${name}`, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
