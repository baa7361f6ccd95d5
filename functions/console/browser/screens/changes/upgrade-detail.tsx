// An upgrade: what it would change, what it waits for, and what can be done.

import { isNewer } from '../../../../../shared/domain/models/model.ts';
import { isEnded } from '../../../../../shared/domain/rollouts/legal-transitions.ts';
import { addressOf } from '../../address.ts';
import type { Upgrade } from '../../client/replies.ts';
import { PinChanges } from '../../differences/pin-changes.tsx';
import { Action } from '../../parts/action.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import { Time } from '../../parts/time.tsx';
import { Waits } from '../../parts/waits.tsx';

export function UpgradeDetail({ upgrade }: { readonly upgrade: Upgrade }) {
  const { id, ring, family, model, state, since, foundAt, readyAt, proposed, decided, rollout, pinChange, waits } =
    upgrade;
  return (
    <section class="card" aria-labelledby="upgrade">
      <h2 id="upgrade">
        {model} for {ring} <Badge state={state} />
      </h2>
      <p>
        Found <Time at={foundAt} />, in this state since <Time at={since} />.
        {readyAt !== null && (
          <>
            {' '}
            It will have soaked <Time at={readyAt} />.
          </>
        )}
      </p>
      <Next state={state} waits={waits} />
      {pinChange !== null && isNewer(model, pinChange.from?.model ?? '') && <PinChanges pinChanges={[pinChange]} />}
      {proposed !== null && (
        <p>
          First approved by <strong>{proposed.by}</strong> <Time at={proposed.at} />. {proposed.reason}
        </p>
      )}
      {decided !== null && (
        <p>
          Decided by <strong>{decided.by}</strong> <Time at={decided.at} />. {decided.reason}
        </p>
      )}
      {rollout !== null && (
        <p>
          <Link to={addressOf('/changes', { rollout })}>Rollout {rollout}</Link>
        </p>
      )}
      <Actions id={id} state={state} ring={ring} family={family} />
    </section>
  );
}

/** The service says what an upgrade waits for, and the same list decides when its rollout starts. */
function Next({ state, waits }: Pick<Upgrade, 'state' | 'waits'>) {
  if (isEnded({ state })) return null;
  if (waits.length === 0) return <p>Its rollout starts within a minute.</p>;
  return (
    <>
      <h3>What comes first</h3>
      <Waits waits={waits} />
    </>
  );
}

function Actions({ id, state, ring, family }: Pick<Upgrade, 'id' | 'state' | 'ring' | 'family'>) {
  const path = `/v1/upgrades/${encodeURIComponent(id)}`;
  return (
    <div class="row actions">
      {state === 'ready' && (
        <Action
          label="Approve"
          does={`Its rollout to ${ring} starts within a minute. Where a second person must approve, your approval is the first.`}
          call={{ method: 'POST', path: `${path}/approve` }}
          needs="approver"
        />
      )}
      {(state === 'rejected' || state === 'superseded') && (
        <Action
          label="Reopen"
          does={`It is offered to ${ring} again, if it is newer than the pin of ${family}. It then waits for an approval, whatever the rule says.`}
          call={{ method: 'POST', path: `${path}/reopen` }}
          needs="editor"
        />
      )}
      {!isEnded({ state }) && (
        <Action
          label="Reject"
          does={`${ring} never moves its ${family} to this model by itself. A newer model is another upgrade.`}
          call={{ method: 'POST', path: `${path}/reject` }}
          needs="editor"
          isGrave
        />
      )}
    </div>
  );
}
