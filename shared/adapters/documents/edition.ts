// The edition of a document: a number that grows with each write. It is signed with the document, so of two authentic
// texts of one document, everybody knows the newer one. The version that readers get of a document has it.

import { isSigned } from '../../domain/writers.ts';
import type { Write } from '../../ports.ts';

/**
 * Above the editions of all documents that the commit replaces. So of two documents that always change together, the
 * second grows with each write, too, although nobody reads it before.
 */
export function nextEdition(writes: readonly Write[]): number {
  const replaced = writes.map((write) =>
    'remove' in write || typeof write.expect === 'string' || !isSigned(write.kind)
      ? 0
      : editionOf(write.expect.version),
  );
  return 1 + Math.max(0, ...replaced);
}

/** The version of a document for its readers: its edition, and the database's version. */
export function versionOf(edition: number, databaseVersion: string): string {
  return `${edition}:${databaseVersion}`;
}

/** The database's version. */
export function databaseVersionOf(version: string): string {
  return versionParts(version)[1];
}

export function editionOf(version: string): number {
  return versionParts(version)[0];
}

function versionParts(version: string): readonly [edition: number, databaseVersion: string] {
  const colon = version.indexOf(':');
  return [Number(version.slice(0, colon)), version.slice(colon + 1)];
}
