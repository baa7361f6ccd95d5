// One ring: its effective pins with their facts, how many machines have them, who is in it, what an old Claude Code gets, and how it differs from the ring below.

import { useState } from 'preact/hooks';
import { findModel, priceIn } from '../../../../../shared/domain/models/catalogue.ts';
import { families } from '../../../../../shared/domain/models/model.ts';
import { dollars } from '../../../../../shared/domain/models/price.ts';
import type { Policy, Ring } from '../../../../../shared/domain/policy/policy.ts';
import { addressOf } from '../../address.ts';
import { useGet } from '../../client/use-call.ts';
import { DiffView } from '../../differences/diff-view.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import { Code, Scroll } from '../../parts/scroll.tsx';
import { Adopted } from './adopted.tsx';
import { OldClients } from './old-clients.tsx';

interface RingDetailProps {
  readonly policy: Policy;
  readonly ring: Ring;
  readonly below: Ring | null;
}

export function RingDetail({ policy, ring, below }: RingDetailProps) {
  const project = ring.project ?? policy.project;
  const settings = { ...policy.settings, ...ring.settings };
  return (
    <section class="card" aria-labelledby="ring">
      <h2 id="ring">{ring.name}</h2>
      <p>
        Project <code>{project}</code>, location <code>{ring.location ?? policy.location}</code>,{' '}
        {(ring.lock ?? policy.lock) ? 'locked: developers can choose no other model' : 'not locked'}.
      </p>
      <Pins policy={policy} ring={ring} />
      <h3>Machines</h3>
      <Adopted ring={ring} />
      <OldClients ring={ring} />
      <h3>Who is in it</h3>
      <Selectors match={ring.match} />
      <h3>Settings</h3>
      {Object.keys(settings).length === 0 ? (
        <p class="quiet">None beside the pins.</p>
      ) : (
        <Code text={JSON.stringify(settings, null, 2)} />
      )}
      {below !== null && (
        <>
          <h3>From {below.name}, the ring below, to this one</h3>
          <DiffView from={servedPart(below)} to={servedPart(ring)} />
        </>
      )}
    </section>
  );
}

function Pins({ policy, ring }: { readonly policy: Policy; readonly ring: Ring }) {
  const catalogue = useGet('/v1/catalogue').value?.models ?? [];
  const endpoints = useGet('/v1/availability').value?.endpoints ?? [];
  const project = ring.project ?? policy.project;
  return (
    <Scroll label="Pins">
      <table>
        <thead>
          <tr>
            <th scope="col">Family</th>
            <th scope="col">Model</th>
            <th scope="col">Location</th>
            <th scope="col">Answers</th>
            <th scope="col">Claude Code from</th>
            <th scope="col">Price per million tokens</th>
            <th scope="col">Upgrades</th>
          </tr>
        </thead>
        <tbody>
          {families.map((family) => {
            const pin = ring.pins[family];
            if (pin === undefined) return null;
            const { model, context1m } = pin;
            const location = pin.location ?? ring.location ?? policy.location;
            const facts = findModel(catalogue, model);
            const price = facts === null ? null : priceIn(facts, location);
            const cell = endpoints.find(
              (each) => each.project === project && each.location === location && each.model === model,
            );
            const rule = ring.upgrades?.[family] ?? policy.upgrades?.[family];
            return (
              <tr key={family}>
                <th scope="row">{family}</th>
                <td>
                  <Link to={addressOf('/availability', { project, model, location })}>{model}</Link>
                  {context1m && ' (1M)'}
                </td>
                <td>{location}</td>
                <td>
                  <Badge state={cell?.state ?? 'unknown'} />
                </td>
                <td>{facts?.minimumCli.value ?? 'unknown'}</td>
                <td>{price === null ? 'unknown' : `${dollars(price.input)} in, ${dollars(price.output)} out`}</td>
                <td>{rule?.rule ?? 'manual'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

const page = 40;

function Selectors({ match }: { readonly match: readonly string[] }) {
  const [filter, setFilter] = useState('');
  const [shown, setShown] = useState(page);
  const found = match.filter((selector) => selector.includes(filter));
  return (
    <>
      {match.length > page && (
        <label class="inline">
          Only selectors with
          <input value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
        </label>
      )}
      <ul class="tags">
        {found.slice(0, shown).map((selector) => (
          <li key={selector}>
            <code>{selector}</code>
          </li>
        ))}
      </ul>
      {found.length > shown && (
        <button type="button" onClick={() => setShown(shown + page)}>
          Show more of {found.length}
        </button>
      )}
    </>
  );
}

/** What its machines get, without its name and its members. */
function servedPart({ name: _, match: _match, ...rest }: Ring): object {
  return rest;
}
