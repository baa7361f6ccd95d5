// An upgrade: what it would change, what it waits for, and what can be done.

import { isNewer } from '../../../../../shared/domain/models/model.ts';
import { addressOf } from '../../address.ts';
import type { Upgrade } from '../../client/replies.ts';
import { PinChanges } from '../../differences/pin-changes.tsx';
import { Action } from '../../parts/action.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Link } from '../../parts/link.tsx';
import { Time } from '../../parts/time.tsx';
import { Waits } from '../../parts/waits.tsx';
import { waitsOf } from './waits-of.ts';

export function UpgradeDetail({ upgrade }: { readonly upgrade: Upgrade }) {
  const { id, ring, family, model, state, since, foundAt, readyAt, proposed, decided, rollout, pinChange } = upgrade;
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
      <Waits waits={waitsOf(upgrade)} />
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

function Actions({ id, state, ring, family }: Pick<Upgrade, 'id' | 'state' | 'ring' | 'family'>) {
  const path = `/v1/upgrades/${encodeURIComponent(id)}`;
  const isOver = ['rejected', 'superseded', 'rolled_out'].includes(state);
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
      {!isOver && (
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
