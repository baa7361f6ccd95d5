// All rings in their order, with what each gets. A pin that differs from the ring below is marked.

import { useState } from 'preact/hooks';
import { families } from '../../../../../shared/domain/models/model.ts';
import type { Policy, Ring } from '../../../../../shared/domain/policy/policy.ts';
import { addressOf } from '../../address.ts';
import type { RingAdoption } from '../../client/replies.ts';
import { useGet } from '../../client/use-call.ts';
import { Link } from '../../parts/link.tsx';
import { Scroll } from '../../parts/scroll.tsx';

interface RingTableProps {
  readonly policy: Policy;
  readonly chosen: string | null;
}

const page = 25;

export function RingTable({ policy, chosen }: RingTableProps) {
  const [filter, setFilter] = useState('');
  const [shown, setShown] = useState(page);
  const adoption = useGet('/v1/adoption').value?.rings;
  const rings = policy.rings.filter(
    ({ name, match }) => name.includes(filter) || match.some((each) => each.includes(filter)),
  );
  return (
    <>
      {policy.rings.length > 8 && (
        <label class="inline">
          Only rings with
          <input value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
        </label>
      )}
      <Scroll label="Rings">
        <table>
          <thead>
            <tr>
              <th scope="col">Ring</th>
              <th scope="col">Matches</th>
              <th scope="col">Machines with its pins</th>
              {families.map((family) => (
                <th scope="col" key={family}>
                  {family}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rings.slice(0, shown).map((ring) => (
              <Row
                key={ring.name}
                ring={ring}
                below={ringBelow(policy, ring)}
                isChosen={ring.name === chosen}
                adoption={adoption?.find((each) => each.ring === ring.name)}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
      {rings.length === 0 && <p class="quiet">No ring has “{filter}”.</p>}
      {rings.length > shown && (
        <button type="button" onClick={() => setShown(shown + page)}>
          Show more of {rings.length}
        </button>
      )}
    </>
  );
}

interface RowProps {
  readonly ring: Ring;
  readonly below: Ring | null;
  readonly isChosen: boolean;
  readonly adoption: RingAdoption | undefined;
}

function Row({ ring, below, isChosen, adoption }: RowProps) {
  const { name, match, pins } = ring;
  return (
    <tr class={isChosen ? 'chosen' : ''}>
      <th scope="row">
        <Link to={addressOf('/rings', { ring: name })}>{name}</Link>
      </th>
      <td>{match.includes('*') ? 'everyone' : `${match.length} selector${match.length === 1 ? '' : 's'}`}</td>
      <td>{adoption === undefined ? '' : `${adoption.current} of ${adoption.machines}`}</td>
      {families.map((family) => {
        const isOther = below !== null && pins[family]?.model !== below.pins[family]?.model;
        return (
          <td key={family}>
            {pins[family]?.model ?? <span class="quiet">none</span>}
            {isOther && (
              <span class="differs" title="Differs from the ring below">
                {' '}
                ≠<span class="hidden">differs from the ring below</span>
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function ringBelow({ rings }: Policy, ring: Ring): Ring | null {
  return rings[rings.indexOf(ring) + 1] ?? null;
}
