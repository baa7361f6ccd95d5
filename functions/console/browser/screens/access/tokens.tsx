// Fleet tokens: issued here, shown once, and revoked.

import { useState } from 'preact/hooks';
import type { Issued } from '../../client/replies.ts';
import { useGet } from '../../client/use-call.ts';
import { Action } from '../../parts/action.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Scroll } from '../../parts/scroll.tsx';
import { Time } from '../../parts/time.tsx';
import { IssueForm } from './issue-form.tsx';

export function Tokens() {
  const reading = useGet('/v1/tokens');
  const [issued, setIssued] = useState<Issued | null>(null);
  const tokens = reading.value?.tokens ?? [];
  return (
    <section class="card" aria-labelledby="tokens">
      <h2 id="tokens">Fleet tokens</h2>
      <Loading of={[reading]} />
      {reading.value !== null && tokens.length === 0 && (
        <p class="quiet">None yet. Root agents and pipelines need one.</p>
      )}
      {tokens.length > 0 && (
        <Scroll label="List of the tokens">
          <table>
            <thead>
              <tr>
                {['Name', 'Role', 'Labels', 'State', 'Expires', 'Last use', 'Revoke'].map((title) => (
                  <th scope="col" key={title}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {tokens.map(({ name, role, labels, state, expiresAt, lastUsed }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{role}</td>
                  <td>
                    {Object.entries(labels)
                      .map(([key, value]) => `${key}=${value}`)
                      .join(', ')}
                  </td>
                  <td>
                    <Badge state={state} />
                  </td>
                  <td>
                    <Time at={expiresAt} />
                  </td>
                  <td>{lastUsed ?? <span class="quiet">never</span>}</td>
                  <td>
                    {state === 'active' && (
                      <Action
                        label={`Revoke ${name}`}
                        does="Whoever uses it is refused within 15 seconds. Machines keep their last good pins."
                        call={{ method: 'POST', path: `/v1/tokens/${encodeURIComponent(name)}/revoke` }}
                        needs="owner"
                        noteAs="note"
                        isGrave
                      />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {issued === null ? (
        <IssueForm onIssued={setIssued} />
      ) : (
        <div class="notice good" role="status">
          <p>
            The token <strong>{issued.name}</strong>. It is shown only now: Pinward keeps its hash alone.
          </p>
          <p>
            <code class="secret">{issued.token}</code>
          </p>
          <div class="row">
            <Copy text={issued.token} label="Copy the token" />
            <button type="button" onClick={() => setIssued(null)}>
              I have it
            </button>
          </div>
        </div>
      )}
    </section>
  );
}
