// What an old Claude Code gets in a ring: the service explains the pins of one machine that the ring's first selector matches.

import { useState } from 'preact/hooks';
import type { Ring } from '../../../../../shared/domain/policy/policy.ts';
import { pathOf } from '../../client/call.ts';
import { useCall } from '../../client/use-call.ts';
import { ProblemView } from '../../parts/problem-view.tsx';

export function OldClients({ ring }: { readonly ring: Ring }) {
  const [cli, setCli] = useState('');
  const path = cli === '' ? null : pathOf('/v1/explain', { ...exampleOf(ring.match[0] ?? '*'), cli });
  const { value, problem } = useCall('/v1/explain', path);
  return (
    <>
      <h3>An old Claude Code</h3>
      <label class="inline">
        What does this version get?
        <input placeholder="2.1.100" value={cli} onChange={(event) => setCli(event.currentTarget.value.trim())} />
      </label>
      <ProblemView problem={problem} />
      {value !== null && value.ring !== ring.name && (
        <p class="quiet">
          The machines of its first selector are in another ring. Ask for one machine on the screen Machine.
        </p>
      )}
      {value !== null && value.ring === ring.name && (
        <dl class="facts">
          {Object.entries(value.pins).map(([family, { model }]) => (
            <>
              <dt>{family}</dt>
              <dd>
                {model}
                {ring.pins[family as keyof Ring['pins']]?.model !== model.replace('[1m]', '') && (
                  <span class="badge warn">not the pin</span>
                )}
              </dd>
            </>
          ))}
        </dl>
      )}
    </>
  );
}

/** A machine that the selector matches, as the query of `explain`. */
function exampleOf(selector: string): Readonly<Record<string, string>> {
  const [kind = '', ...rest] = selector.split(':');
  const value = rest.join(':');
  if (kind === 'domain') return { email: `somebody@${value}` };
  return kind === 'email' || kind === 'label' || kind === 'machine' ? { [kind]: value } : {};
}
