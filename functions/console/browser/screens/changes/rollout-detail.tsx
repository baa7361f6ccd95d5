// A rollout: its stages, when the current one has baked, how many machines have what, and what can be done.

import { addressOf } from '../../address.ts';
import type { Replies } from '../../client/replies.ts';
import { useCall } from '../../client/use-call.ts';
import { Action } from '../../parts/action.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Stages } from '../../parts/stages.tsx';
import { Time } from '../../parts/time.tsx';
import { Machines } from './machines.tsx';

type Rollout = Replies['/v1/rollouts/{rollout}'];

export function RolloutDetail({ id }: { readonly id: number }) {
  const reading = useCall('/v1/rollouts/{rollout}', `/v1/rollouts/${id}`);
  const rollout = reading.value;
  if (rollout === null) return <Loading of={[reading]} />;
  const { ring, family, from, to, state, by, reason, startedAt, endedAt } = rollout;
  return (
    <section class="card" aria-labelledby="rollout">
      <h2 id="rollout">
        Rollout {id} <Badge state={state} />
      </h2>
      <p>
        {family} of <Link to={addressOf('/rings', { ring })}>{ring}</Link>
      </p>
      <div class="from-to">
        <del>{from.model}</del> <span aria-hidden="true">→</span> <ins>{to.model}</ins>
      </div>
      <Stages rollout={rollout} />
      <p>
        Started <Time at={startedAt} />
        {endedAt !== null && (
          <>
            , ended <Time at={endedAt} />
          </>
        )}
        . Last moved by <strong>{by}</strong>
        {reason !== '' && `: ${reason}`}.
      </p>
      <Bake rollout={rollout} />
      <Actions rollout={rollout} />
      <Machines rollout={rollout} />
    </section>
  );
}

function Bake({ rollout: { state, stageSince, bakeMinutes } }: { readonly rollout: Rollout }) {
  if (state !== 'running') return null;
  const baked = new Date(Date.parse(stageSince) + bakeMinutes * 60_000).toISOString();
  return (
    <p>
      This stage began <Time at={stageSince} /> and bakes for {bakeMinutes} min, which ends <Time at={baked} />. The
      next one follows by itself while the model answers.
    </p>
  );
}

function Actions({ rollout: { id, state, from } }: { readonly rollout: Rollout }) {
  const path = `/v1/rollouts/${id}`;
  if (state !== 'running' && state !== 'paused') return null;
  return (
    <div class="row actions">
      {state === 'running' ? (
        <Action
          label="Pause"
          does="It stays at its percentage until somebody resumes it."
          call={{ method: 'POST', path: `${path}/pause` }}
          needs="editor"
        />
      ) : (
        <Action
          label="Resume"
          does="Its current stage bakes again from the start."
          call={{ method: 'POST', path: `${path}/resume` }}
          needs="editor"
        />
      )}
      <Action
        label="Abort"
        does={`From its next poll on, every machine gets ${from.model} again. An aborted rollout can't be resumed.`}
        call={{ method: 'POST', path: `${path}/abort` }}
        needs="editor"
        isGrave
      />
    </div>
  );
}
