// Revisions of the policy, newest first. Two of them can be compared, and an old one restored.

import { addressOf } from '../../address.ts';
import { pathOf } from '../../client/call.ts';
import { useCall } from '../../client/use-call.ts';
import { Link } from '../../parts/link.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Time } from '../../parts/time.tsx';
import { RevisionDetail } from './revision-detail.tsx';

export function Revisions({ query }: { readonly query: URLSearchParams }) {
  const before = query.get('before');
  const chosen = query.get('revision');
  const reading = useCall('/v1/revisions', pathOf('/v1/revisions', { limit: 25, before }));
  const { revisions = [], next = null } = reading.value ?? {};
  return (
    <>
      <Loading of={[reading]} />
      {reading.value !== null && revisions.length === 0 && (
        <p class="notice info">
          There is no revision yet. <Link to={addressOf('/rings', { edit: 1 })}>State the first policy</Link>.
        </p>
      )}
      <div class="split narrow-first">
        <div class="card">
          <ul class="choices">
            {revisions.map(({ number, by, at, note, restores, approvedBy }) => (
              <li key={number}>
                <Link to={addressOf('/history', { revision: number, before })} current={chosen === String(number)}>
                  <strong>{number}</strong>
                  <span>
                    {by}
                    {approvedBy !== null && `, approved by ${approvedBy}`} <Time at={at} />
                    {restores !== null && ` · restores ${restores}`}
                    {note !== null && <span class="quiet note"> {note}</span>}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
          <Pager path="/history" query={{ revision: chosen }} isOlder={before !== null} next={next} />
        </div>
        {chosen !== null && <RevisionDetail number={chosen} from={query.get('from')} key={chosen} />}
      </div>
    </>
  );
}
