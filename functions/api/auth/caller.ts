// A caller: the person or machine behind an accepted credential, with its role.

import type { Role } from '../../../shared/domain/access/roles.ts';

export interface Caller {
  /** Shown in the history as the author of a change: an address, `token:NAME`, or the name of an environment token. */
  readonly name: string;
  readonly role: Role;
  /** Whether a person signed in: only a person can be the second one. */
  readonly isPerson: boolean;
  /** Null for tokens of the fleet and the environment. */
  readonly email: string | null;
  /** The labels of a fleet token, which choose its ring. */
  readonly labels: Readonly<Record<string, string>>;
}
