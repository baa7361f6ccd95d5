// Changes access: the roles and the fleet tokens. No other code writes them.

import { type Access, type AccessRevision, noRoles } from '../../shared/domain/access/access.ts';
import { type AccessChange, membersAdded } from '../../shared/domain/access/decide-access-change.ts';
import type { NewEvent } from '../../shared/domain/events/event.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { expectOf, numberedId, type Stored } from '../../shared/ports.ts';
import type { CommandPorts } from './command-ports.ts';
import { type Decision, transact } from './transact.ts';

export interface ChangeAccessPorts extends Pick<CommandPorts, 'store' | 'clock' | 'afterCommit'> {
  /** Gets committed access at once, so that this instance's next call obeys it. */
  readonly onAccess: (access: Access) => void;
}

export interface AccessChangeRequest {
  readonly by: string;
  readonly note: string | null;
  readonly dryRun: boolean;
  /** The new access, or null when nothing changes. */
  readonly decide: (change: AccessChange) => Result<Access | null>;
}

export interface AccessOutcome {
  /** The current access, or in a dry run what it would be. Null before the first change. */
  readonly access: Access | null;
  readonly changed: boolean;
}

/** Faults: those of `decide`, the store's, and `write_conflict`. */
export function changeAccess(ports: ChangeAccessPorts, request: AccessChangeRequest): Promise<Result<AccessOutcome>> {
  const { store, onAccess, afterCommit } = ports;
  return transact(
    store,
    () => store.read('access', 'current'),
    (stored) => decide(ports, request, stored),
    {
      dryRun: request.dryRun,
      async onCommitted({ access }) {
        if (access !== null) onAccess(access);
        await afterCommit();
      },
    },
  );
}

function decide(
  { clock }: ChangeAccessPorts,
  { by, note, decide: decideAccess }: AccessChangeRequest,
  stored: Stored<Access> | null,
): Result<Decision<AccessOutcome>> {
  const current = stored?.value ?? null;
  const decided = decideAccess({ current, by, now: clock(), note });
  if (!decided.ok) return decided;
  const access = decided.value;
  if (access === null) return ok({ writes: [], newEvents: [], outcome: { access: current, changed: false } });
  return ok({ ...accessDecision(stored, access), outcome: { access, changed: true } });
}

/** The writes and the event of the next access. */
export function accessDecision(stored: Stored<Access> | null, access: Access): Omit<Decision<unknown>, 'outcome'> {
  const { revision } = access;
  return {
    writes: [
      { kind: 'access', id: 'current', expect: expectOf(stored), value: access },
      { kind: 'accessRevision', id: numberedId(revision.number), expect: 'absent', value: revision },
    ],
    newEvents: [accessChanged(stored?.value ?? null, revision)],
  };
}

function accessChanged(before: Access | null, revision: AccessRevision): NewEvent {
  const { number, roles, by, at, note, issued, revoked } = revision;
  const former = before?.revision.roles ?? noRoles;
  const granted = [...membersAdded(former, roles)];
  const withdrawn = [...membersAdded(roles, former)];
  const data = { number, note, granted, withdrawn, issued, revoked };
  // With the time: when somebody deletes a change from the database, the next one has its number, and is announced all the same.
  return {
    id: `AccessChanged.access.${number}.${Date.parse(at)}`,
    kind: 'AccessChanged',
    subject: 'access',
    at,
    by,
    data,
  };
}
