// The roles after one change of access, and how they differ from those before it.

import { useCall } from '../../client/use-call.ts';
import { DiffView } from '../../differences/diff-view.tsx';
import { Loading } from '../../parts/loading.tsx';

export function RolesDetail({ number }: { readonly number: string }) {
  const isFirst = number === '1';
  const reading = useRevision(number);
  const before = useRevision(isFirst ? null : String(Number(number) - 1));
  const revision = reading.value;
  if (revision === null) return <Loading of={[reading]} />;
  return (
    <section class="card" aria-labelledby="roles">
      <h2 id="roles">Roles after change {number}</h2>
      <Loading of={isFirst ? [] : [before]} />
      {(isFirst || before.value !== null) && <DiffView from={before.value?.roles ?? {}} to={revision.roles} />}
      <dl class="facts">
        {Object.entries(revision.roles).map(([role, members]) => (
          <>
            <dt>{role}</dt>
            <dd>{members.length === 0 ? 'nobody' : members.join(', ')}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

function useRevision(number: string | null) {
  return useCall(
    '/v1/access/revisions/{number}',
    number === null ? null : `/v1/access/revisions/${encodeURIComponent(number)}`,
  );
}
