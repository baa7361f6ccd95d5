// A rollout: its stages, what comes next and what that waits for, how many machines have what, and what can be done.

import { addressOf } from '../../address.ts';
import type { Replies } from '../../client/replies.ts';
import { useCall } from '../../client/use-call.ts';
import { Action } from '../../parts/action.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Stages } from '../../parts/stages.tsx';
import { Time } from '../../parts/time.tsx';
import { Waits } from '../../parts/waits.tsx';
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
      <Next rollout={rollout} />
      <Actions rollout={rollout} />
      <Machines rollout={rollout} />
    </section>
  );
}

/** The service says what comes next and what it waits for, and the same list decides when it comes. */
function Next({ rollout: { ring, next, stageSince } }: { readonly rollout: Rollout }) {
  if (next === null) return null;
  const { percent, at, waits } = next;
  const step = percent === null ? `the pin of ${ring} itself moves` : `it reaches ${percent} % of ${ring}`;
  return (
    <>
      <h3>What comes next</h3>
      <p>
        This stage began <Time at={stageSince} />. Next, {step}
        {at !== null && (
          <>
            , <Time at={at} /> at the earliest
          </>
        )}
        . {waits.length === 0 && 'Nothing holds it: it comes within a minute.'}
      </p>
      <Waits waits={waits} />
    </>
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
