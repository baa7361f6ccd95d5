// Differences of two documents, one line each.

import { type Difference, differences } from './diff.ts';
import { valueText } from './value-text.ts';

const shown = 200;

export function DiffView({ from, to }: { readonly from: unknown; readonly to: unknown }) {
  return <Differences of={differences(from, to)} />;
}

export function Differences({ of }: { readonly of: readonly Difference[] }) {
  if (of.length === 0) return <p class="quiet">They are the same.</p>;
  return (
    <ul class="diff">
      {of.slice(0, shown).map(({ path, from, to }) => (
        <li key={path.join('/')}>
          <code>/{path.join('/')}</code>
          <div class="from-to">
            <del>{valueText(from)}</del> <span aria-hidden="true">→</span> <ins>{valueText(to)}</ins>
          </div>
        </li>
      ))}
      {of.length > shown && <li class="quiet">and {of.length - shown} more</li>}
    </ul>
  );
}
