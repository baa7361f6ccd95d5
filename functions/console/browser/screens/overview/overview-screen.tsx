// The overview: is anything wrong, what waits, what moves, and who changed what last.

import { addressOf } from '../../address.ts';
import { useCall, useGet } from '../../client/use-call.ts';
import { EventList } from '../../events/event-list.tsx';
import { Action } from '../../parts/action.tsx';
import { Link } from '../../parts/link.tsx';
import { Loading } from '../../parts/loading.tsx';
import { concernsOf } from './attention.ts';
import { Moving } from './moving.tsx';
import { Waiting } from './waiting.tsx';

export function OverviewScreen() {
  const policy = useGet('/v1/policy');
  const availability = useGet('/v1/availability');
  const catalogue = useGet('/v1/catalogue');
  const keys = useGet('/v1/keys');
  const upgrades = useGet('/v1/upgrades');
  const proposals = useGet('/v1/proposals');
  const rollouts = useGet('/v1/rollouts');
  const events = useCall('/v1/events', '/v1/events?limit=12');
  const concerns = concernsOf({
    policy: policy.value,
    availability: availability.value,
    catalogue: catalogue.value,
    keys: keys.value,
    now: Date.now(),
  });
  const isRead =
    (policy.value !== null || policy.problem?.code === 'no_policy') &&
    [availability, catalogue, keys].every(({ value }) => value !== null);
  return (
    <>
      <Loading of={[policy, availability, catalogue, keys, upgrades, proposals, rollouts, events]} />
      {policy.problem?.code === 'no_policy' && <NoPolicy />}
      <div class="cards">
        <div>
          <section class="card" aria-labelledby="attention">
            <h2 id="attention">Needs attention</h2>
            {concerns.length === 0 ? (
              isRead && <p class="all-well">Nothing that the service has seen.</p>
            ) : (
              <ul class="concerns">
                {concerns.map(({ tone, text, to }) => (
                  <li key={text} class={tone}>
                    <Link to={to}>{text}</Link>
                  </li>
                ))}
              </ul>
            )}
          </section>
          <Waiting />
          <Moving />
        </div>
        <section class="card" aria-labelledby="lately">
          <h2 id="lately">Lately</h2>
          {events.value !== null && <EventList events={events.value.events} />}
          <p>
            <Link to={addressOf('/history', { of: 'events' })}>All events</Link>
          </p>
        </section>
      </div>
      {upgrades.value !== null && upgrades.value.frozen === null && (
        <Action
          label="Freeze"
          does="No rollout starts and no stage follows another, until somebody thaws. Rollouts that fail are still aborted."
          call={{ method: 'POST', path: '/v1/freeze' }}
          needs="editor"
        />
      )}
    </>
  );
}

function NoPolicy() {
  return (
    <div class="notice info">
      <p>
        <strong>No policy has been published yet.</strong> Until then, machines get no pins, and Claude Code chooses its
        models itself.
      </p>
      <p>
        <Link to={addressOf('/rings', { edit: 1 })} class="button primary">
          State the first policy
        </Link>
      </p>
    </div>
  );
}
