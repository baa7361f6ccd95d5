// Changes of roles and fleet tokens, newest first, each with what it changed.

import { addressOf } from '../../address.ts';
import { pathOf } from '../../client/call.ts';
import { useCall } from '../../client/use-call.ts';
import { Link } from '../../parts/link.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Time } from '../../parts/time.tsx';
import { RolesDetail } from './roles-detail.tsx';

export function AccessHistory({ query }: { readonly query: URLSearchParams }) {
  const before = query.get('before');
  const chosen = query.get('number');
  const reading = useCall('/v1/access/revisions', pathOf('/v1/access/revisions', { limit: 25, before }));
  const { revisions = [], next = null } = reading.value ?? {};
  return (
    <>
      <Loading of={[reading]} />
      {reading.value !== null && revisions.length === 0 && (
        <p class="notice info">
          Nobody has stated roles yet. <Link to="/access">Say who may do what</Link>.
        </p>
      )}
      <div class="split narrow-first">
        <div class="card">
          <ul class="choices">
            {revisions.map(({ number, by, at, note, issued, revoked }) => (
              <li key={number}>
                <Link to={addressOf('/history', { of: 'access', number, before })} current={chosen === String(number)}>
                  <strong>{number}</strong>
                  <span>
                    {by} <Time at={at} />
                    {issued !== null && ` · issued ${issued}`}
                    {revoked !== null && ` · revoked ${revoked}`}
                    {note !== null && <span class="quiet note"> {note}</span>}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
          <Pager path="/history" query={{ of: 'access' }} isOlder={before !== null} next={next} />
        </div>
        {chosen !== null && <RolesDetail number={chosen} key={chosen} />}
      </div>
    </>
  );
}
