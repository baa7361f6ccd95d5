// Keeps the newest: a store that takes no document of which this instance has seen a newer edition. Somebody who can
// write to the database can bring back an older document with its signature, or delete one. This instance then gets
// `document_corrupt`, and goes on with what it knows. An instance that starts afterwards can't tell.

import type { Documents, Kind } from '../../domain/documents.ts';
import { fail, ok, type Result } from '../../domain/fault.ts';
import { isSigned } from '../../domain/writers.ts';
import type { Page, Store, Stored, Write } from '../../ports.ts';
import type { DocumentKeys } from './document-keys.ts';
import { editionOf, nextEdition } from './edition.ts';

/** These are written once. Events leave the outbox. */
const writtenOnce: readonly Kind[] = ['revision', 'event', 'accessRevision', 'outbox'];

export function keepNewest(store: Store, onRefused: DocumentKeys['onRefused']): Store {
  return new KeepingStore(store, onRefused);
}

class KeepingStore implements Store {
  readonly #store: Store;
  readonly #onRefused: DocumentKeys['onRefused'];
  /** The highest edition that was seen of each document, by its name. */
  readonly #editions = new Map<string, number>();

  constructor(store: Store, onRefused: DocumentKeys['onRefused']) {
    this.#store = store;
    this.#onRefused = onRefused;
  }

  async read<K extends Kind>(kind: K, id: string): Promise<Result<Stored<Documents[K]> | null>> {
    const name = `${kind}/${id}`;
    // Known before the read began. A write during the read makes what it finds older, but not wrong.
    const known = this.#editions.get(name);
    const read = await this.#store.read(kind, id);
    if (!read.ok || !isKept(kind)) return read;
    if (read.value === null) return known === undefined ? read : this.#refuse(name, 'it was removed');
    return this.#take(name, read.value, known);
  }

  async list<K extends Kind>(kind: K, page: Page): Promise<Result<readonly Stored<Documents[K]>[]>> {
    const known = isKept(kind) ? new Map(this.#editions) : null;
    const read = await this.#store.list(kind, page);
    if (!read.ok || known === null) return read;
    for (const stored of read.value) {
      const name = `${kind}/${stored.id}`;
      const taken = this.#take(name, stored, known.get(name));
      if (!taken.ok) return taken;
    }
    return read;
  }

  async commit(writes: readonly Write[]): Promise<Result<null>> {
    const committed = await this.#store.commit(writes);
    if (!committed.ok) return committed;
    const edition = nextEdition(writes);
    for (const { kind, id } of writes) if (isKept(kind)) this.#note(`${kind}/${id}`, edition);
    return committed;
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #take<T>(name: string, stored: Stored<T>, known = 0): Result<Stored<T>> {
    const edition = editionOf(stored.version);
    if (edition < known) return this.#refuse(name, `it is of edition ${edition}, and edition ${known} was read before`);
    this.#note(name, edition);
    return ok(stored);
  }

  #note(name: string, edition: number): void {
    this.#editions.set(name, Math.max(edition, this.#editions.get(name) ?? 0));
  }

  #refuse(document: string, detail: string): Result<never> {
    this.#onRefused?.(document, detail);
    return fail({ code: 'document_corrupt', document, detail });
  }
}

function isKept(kind: Kind): boolean {
  return isSigned(kind) && !writtenOnce.includes(kind);
}
