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
  const agents = useGet('/v1/agents');
  const lines = agents.value === null ? [] : installLines(agents.value);
  const versions = agents.value?.machines.map(({ version, machines }) => `${machines} with ${version}`) ?? [];
  return (
    <section class="card" aria-labelledby="install">
      <h2 id="install">Install on machines</h2>
      <Loading of={[reading, agents]} />
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
      {agents.value !== null && lines.length === 0 && (
        <p class="notice warn">This service hands out no agents. Set PINWARD_URL, and deploy a built api.zip.</p>
      )}
      {lines.map(({ system, lines: text }) => (
        <div key={system}>
          <h3>{system}</h3>
          <Code text={text} />
          <Copy text={text} label={`Copy for ${system}`} />
        </div>
      ))}
      <p class="quiet">
        Each line asks for a fleet token with the role machine. Agents that polled lately:{' '}
        {versions.join(', ') || 'none'}.
      </p>
    </section>
  );
}
