// The list of changes in their groups.

import { useState } from 'preact/hooks';
import { addressOf } from '../../address.ts';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import type { Change, Group } from './groups.ts';

interface ChangeListProps {
  readonly groups: readonly Group[];
  readonly chosen: Change | null;
}

const page = 15;

export function ChangeList({ groups, chosen }: ChangeListProps) {
  return (
    <div>
      {groups.map((group) => (
        <GroupList key={group.title} group={group} chosen={chosen} />
      ))}
    </div>
  );
}

function GroupList({ group: { title, changes }, chosen }: { readonly group: Group; readonly chosen: Change | null }) {
  const [shown, setShown] = useState(page);
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      <ul class="choices">
        {changes.slice(0, shown).map((change) => {
          const { kind, id } = change.key;
          return (
            <li key={`${kind}${id}`}>
              <Link
                to={addressOf('/changes', { [kind]: id })}
                current={chosen?.key.kind === kind && chosen.key.id === id}
              >
                <span>{change.title}</span> <Badge state={change.state} />
              </Link>
            </li>
          );
        })}
      </ul>
      {changes.length > shown && (
        <button type="button" onClick={() => setShown(shown + page)}>
          Show more of {changes.length}
        </button>
      )}
    </section>
  );
}
