// The consequences of a change, in words: who gets what. What governs and what raises risk stand first.

import type { Consequence } from '../../../../shared/domain/consequences/consequence.ts';
import { countOf, keepFirst } from '../../../../shared/domain/consequences/consequence-order.ts';
import { Badge } from '../parts/badge.tsx';
import { valueText } from './value-text.ts';

interface ConsequencesProps {
  readonly consequences: readonly Consequence[];
  /** How many the service left out. */
  readonly more?: number;
  /** How many of those raise risk. */
  readonly moreRaising?: number;
}

const shown = 60;

export function Consequences({ consequences, more = 0, moreRaising = 0 }: ConsequencesProps) {
  if (consequences.length === 0) return <p class="quiet">No machine would be served anything else.</p>;
  const listed = keepFirst(consequences, shown);
  const left = consequences.length - listed.length + more;
  const raising = countOf(consequences, 'raises') - countOf(listed, 'raises') + moreRaising;
  return (
    <ul class="consequences">
      {listed.map((each) => (
        <Row key={`${each.path} ${each.concerns.join()} ${each.clients}`} consequence={each} />
      ))}
      {left > 0 && (
        <li class="quiet">
          and {left} more, of which {raising} raise risk
        </li>
      )}
    </ul>
  );
}

function Row({ consequence: { concerns, clients, path, from, to, risk } }: { readonly consequence: Consequence }) {
  return (
    <li>
      <Badge state={risk} />
      <div>
        <strong>{concerns.join(', ')}</strong> <code>{path.slice(1)}</code>
        {clients !== null && <span class="quiet"> Claude Code {clients}</span>}
        <div class="from-to">
          <del>{valueText(from)}</del> <span aria-hidden="true">→</span> <ins>{valueText(to)}</ins>
        </div>
      </div>
    </li>
  );
}
