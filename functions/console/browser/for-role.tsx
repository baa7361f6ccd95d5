// What a caller without a role is told where the role is needed.

import { isAtLeast, type Role } from '../../../shared/domain/access/roles.ts';
import { useGet } from './client/use-call.ts';

/** Whether the caller is known to have a lower role. */
export function useLacks(needs: Role): boolean {
  const caller = useGet('/v1/caller').value;
  return caller !== null && !isAtLeast(caller.role, needs);
}

/** Stands in what only that role may do, when the caller lacks it. */
export function ForRole({ needs }: { readonly needs: Role }) {
  return useLacks(needs) ? <span class="for-role"> (for {needs}s)</span> : null;
}

/** Stands where a form is that only that role may send. */
export function NotYours({ needs, what }: { readonly needs: Role; readonly what: string }) {
  const caller = useGet('/v1/caller').value;
  if (!useLacks(needs) || caller === null) return null;
  return (
    <p class="notice info">
      {what} is for {needs}s, and you are {caller.role}. An owner can give you the role, on the screen Access.
    </p>
  );
}
