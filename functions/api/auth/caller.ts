// A caller: whom an accepted credential stands for, and what that person or machine may do.

import type { Role } from '../../../shared/domain/access/roles.ts';

export interface Caller {
  /** For the history: who made a change. */
  readonly name: string;
  readonly role: Role;
  readonly email: string | null;
  readonly labels: Readonly<Record<string, string>>;
}
