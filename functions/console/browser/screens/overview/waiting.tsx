// What waits for a person: open proposals, and upgrades that somebody must approve.

import { addressOf } from '../../address.ts';
import { useGet } from '../../client/use-call.ts';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import { Time } from '../../parts/time.tsx';

export function Waiting() {
  const caller = useGet('/v1/caller').value;
  const proposals = useGet('/v1/proposals').value?.proposals.filter(({ state }) => state === 'open');
  const upgrades = useGet('/v1/upgrades').value?.upgrades.filter(({ state }) => state === 'ready');
  return (
    <section class="card" aria-labelledby="waiting">
      <h2 id="waiting">Waits for a person</h2>
      {proposals?.length === 0 && upgrades?.length === 0 && <p class="quiet">Nothing.</p>}
      <ul class="plain">
        {proposals?.map(({ number, by, at, note, kind }) => (
          <li key={number}>
            <Link to={addressOf('/changes', { proposal: number })}>
              Change {number} of the {kind}
            </Link>{' '}
            by {by === caller?.name ? 'you' : by} <Time at={at} />
            {note !== null && <p class="quiet">{note}</p>}
          </li>
        ))}
        {upgrades?.map(({ id, ring, model, state, since }) => (
          <li key={id}>
            <Link to={addressOf('/changes', { upgrade: id })}>
              {model} for {ring}
            </Link>{' '}
            <Badge state={state} /> <Time at={since} />
          </li>
        ))}
      </ul>
    </section>
  );
}
