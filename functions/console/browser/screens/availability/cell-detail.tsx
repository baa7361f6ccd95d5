// What is known of one model in one location: its state with the evidence, who pins it, and what was seen before.

import { endpointKey } from '../../../../../shared/domain/models/model-endpoint.ts';
import type { PinnedEndpoint } from '../../../../../shared/domain/policy/pinned-endpoints.ts';
import { addressOf } from '../../address.ts';
import type { Cell, Event } from '../../client/replies.ts';
import { useCall } from '../../client/use-call.ts';
import { EventList } from '../../events/event-list.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import { Time } from '../../parts/time.tsx';
import type { Chosen } from './heat-map.tsx';

interface CellDetailProps {
  readonly cells: readonly Cell[];
  readonly pinned: readonly PinnedEndpoint[];
  readonly chosen: Chosen;
}

export function CellDetail({ cells, pinned, chosen }: CellDetailProps) {
  const { project, model, location } = chosen;
  const events = useCall('/v1/events', model === null ? null : '/v1/events?limit=200').value?.events ?? [];
  if (model === null) return <p class="quiet">Choose a cell to see its evidence.</p>;
  const cell = cells.find((each) => each.project === project && each.model === model && each.location === location);
  const pins = pinned.filter(({ endpoint }) =>
    cell === undefined ? endpoint.model === model : endpointKey(endpoint) === endpointKey(cell),
  );
  return (
    <section class="card" aria-labelledby="cell">
      <h2 id="cell">
        {model}
        {location !== null && ` in ${location}`}
      </h2>
      {cell === undefined && location !== null && <p class="quiet">The probe has not asked about it.</p>}
      {cell !== undefined && <Facts cell={cell} />}
      <h3>Pinned by</h3>
      {pins.length === 0 && <p class="quiet">No ring.</p>}
      <ul class="plain">
        {pins.map(({ ring, family, endpoint }) => (
          <li key={`${ring} ${family}`}>
            <Link to={addressOf('/rings', { ring })}>{ring}</Link> as {family} in {endpoint.location}
          </li>
        ))}
      </ul>
      <h3>Seen before</h3>
      <EventList
        events={events.filter((event) => isAbout(event, model))}
        ifNone="None of the latest 200 events is about it."
      />
    </section>
  );
}

function Facts({
  cell: { state, since, evidence, unknownAnswer, answeredAt, confirmedAt, firstCallableAt, suspectedAt },
}: {
  readonly cell: Cell;
}) {
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>
        <Badge state={state} /> since <Time at={since} />
      </dd>
      <dt>Evidence</dt>
      <dd>
        <code>{evidence}</code>
      </dd>
      {unknownAnswer !== null && (
        <>
          <dt>Since then</dt>
          <dd>
            no verdict on the model, <Time at={unknownAnswer.at} />: <code>{unknownAnswer.evidence}</code>
          </dd>
        </>
      )}
      <dt>Last answer</dt>
      <dd>
        <Time at={answeredAt} />
      </dd>
      <dt>Last confirmation</dt>
      <dd>
        <Time at={confirmedAt} />
      </dd>
      <dt>First answered us</dt>
      <dd>
        <Time at={firstCallableAt} />
      </dd>
      {suspectedAt !== null && (
        <>
          <dt>In doubt</dt>
          <dd>
            since <Time at={suspectedAt} />: a second run must agree
          </dd>
        </>
      )}
    </dl>
  );
}

function isAbout({ data }: Event, model: string): boolean {
  return 'model' in data && data.model === model;
}
