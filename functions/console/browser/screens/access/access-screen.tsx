// Access: who has which role, the fleet tokens, and how machines are installed.

import { isAtLeast } from '../../../../../shared/domain/access/roles.ts';
import { useGet } from '../../client/use-call.ts';
import { Loading } from '../../parts/loading.tsx';
import { Install } from './install.tsx';
import { RolesForm } from './roles-form.tsx';
import { Tokens } from './tokens.tsx';

export function AccessScreen() {
  const access = useGet('/v1/access');
  const caller = useGet('/v1/caller').value;
  const isOwner = caller !== null && isAtLeast(caller.role, 'owner');
  return (
    <>
      <Loading of={[access]} />
      {access.value !== null && <RolesForm roles={access.value} etag={access.etag ?? '*'} isOwner={isOwner} />}
      {isOwner ? (
        <Tokens />
      ) : (
        <section class="card">
          <h2>Fleet tokens</h2>
          <p class="quiet">Owners see and issue the tokens of machines and pipelines.</p>
        </section>
      )}
      <Install />
    </>
  );
}
