// What every command needs from outside: the store, the catalogue, the time, and who must hear of a commit.

import type { Published } from '../../shared/domain/documents.ts';
import type { Catalogue } from '../../shared/domain/models/catalogue.ts';
import type { Clock, Store } from '../../shared/ports.ts';

export interface CommandPorts {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Hears at once what this instance has published, so that its next poll serves it. */
  readonly onPublished: (published: Published) => void;
  /** Sends out the events of a commit. It never fails, and waits no longer than an admin should. */
  readonly afterCommit: () => Promise<void>;
}
