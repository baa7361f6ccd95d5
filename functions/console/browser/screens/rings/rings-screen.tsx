// Rings: who is in them and what they get. The editor has the same address with `edit`.

import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { addressOf } from '../../address.ts';
import { useGet } from '../../client/use-call.ts';
import { ForRole } from '../../for-role.tsx';
import { Link } from '../../parts/link.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Editor } from './editor.tsx';
import { RingDetail } from './ring-detail.tsx';
import { RingTable } from './ring-table.tsx';

export function RingsScreen({ query }: { readonly query: URLSearchParams }) {
  const policy = useGet('/v1/policy');
  const [ring, edit] = [query.get('ring'), query.get('edit')];
  const isEmpty = policy.problem?.code === 'no_policy';
  if (edit !== null && (isEmpty || policy.value !== null))
    return <Editor policy={policy.value} etag={policy.etag ?? '"0"'} ring={ring} />;
  return (
    <>
      <Loading of={[policy]} />
      {isEmpty && (
        <div class="notice info">
          <p>
            <strong>There is no policy, so there are no rings.</strong> Start from an example with two rings, and put
            your own project into it.
          </p>
          <Link to={addressOf('/rings', { edit: 1 })} class="button primary">
            State the first policy
            <ForRole needs="editor" />
          </Link>
        </div>
      )}
      {policy.value !== null && <Rings policy={policy.value} ring={ring} />}
    </>
  );
}

function Rings({ policy, ring }: { readonly policy: Policy; readonly ring: string | null }) {
  const at = policy.rings.findIndex(({ name }) => name === ring);
  const chosen = policy.rings[at];
  return (
    <>
      <p class="row">
        <span>
          A machine belongs to the first ring that matches it.{' '}
          {policy.secondPerson === true ? 'A second person' : 'Nobody else'} must approve what raises risk.
        </span>
        <Link to={addressOf('/rings', { ring, edit: 1 })} class="button primary">
          Edit
          <ForRole needs="editor" />
        </Link>
      </p>
      <RingTable policy={policy} chosen={ring} />
      {ring !== null && chosen === undefined && <p class="notice warn">There is no ring {ring}.</p>}
      {chosen !== undefined && <RingDetail policy={policy} ring={chosen} below={policy.rings[at + 1] ?? null} />}
    </>
  );
}
