// What every command needs from outside: the store, the catalogue, the clock, and callbacks after a commit.

import type { Published } from '../../shared/domain/documents.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import type { Clock, Store } from '../../shared/ports.ts';

export interface CommandPorts {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Owners from the environment, while no role has an owner. */
  readonly firstOwners: readonly string[];
  /** Gets a published revision at once, so that this instance's next poll serves it. */
  readonly onPublished: (published: Published) => void;
  /** Publishes the events of a commit. It never fails, and it waits at most a few seconds. */
  readonly afterCommit: () => Promise<void>;
}
