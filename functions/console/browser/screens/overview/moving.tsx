// What moves: rollouts under way.

import { addressOf } from '../../address.ts';
import { useGet } from '../../client/use-call.ts';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import { Stages } from '../../parts/stages.tsx';

export function Moving() {
  const rollouts = useGet('/v1/rollouts').value?.rollouts;
  const active = rollouts?.filter(({ state }) => state === 'running' || state === 'paused');
  return (
    <section class="card" aria-labelledby="moving">
      <h2 id="moving">Under way</h2>
      {active?.length === 0 && <p class="quiet">No rollout.</p>}
      <ul class="plain">
        {active?.map((rollout) => (
          <li key={rollout.id}>
            <Link to={addressOf('/changes', { rollout: rollout.id })}>
              {rollout.to.model} to {rollout.ring}
            </Link>{' '}
            <Badge state={rollout.state} />
            <Stages rollout={rollout} />
          </li>
        ))}
      </ul>
    </section>
  );
}
