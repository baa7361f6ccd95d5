// How machines are installed: the lines for each system, with the address of this service and the ids of its keys.

import { useGet } from '../../client/use-call.ts';
import { Badge } from '../../parts/badge.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Code } from '../../parts/scroll.tsx';
import { installLines } from './install-lines.ts';

export function Install() {
  const reading = useGet('/v1/keys');
  const { organisation = null, keys = [] } = reading.value ?? {};
  return (
    <section class="card" aria-labelledby="install">
      <h2 id="install">Install on machines</h2>
      <Loading of={[reading]} />
      {reading.value !== null && organisation === null && (
        <p class="notice warn">
          Answers are not signed, so machines can't tell who made them. Set a signing key first.
        </p>
      )}
      {organisation !== null && (
        <>
          <p>
            Answers are signed for <strong>{organisation}</strong>. Each installation prints the ids of the keys that it
            trusts. They must be among these:
          </p>
          <ul class="plain">
            {keys.map(({ kid, state }) => (
              <li key={kid}>
                <code>{kid}</code> <Badge state={state} />
              </li>
            ))}
          </ul>
        </>
      )}
      {installLines(location.origin, organisation).map(({ system, lines }) => (
        <div key={system}>
          <h3>{system}</h3>
          <Code text={lines} />
          <Copy text={lines} label={`Copy for ${system}`} />
        </div>
      ))}
      <p class="quiet">
        The file <code>token</code> has a fleet token with the role machine, and only its owner can read it.
      </p>
    </section>
  );
}
