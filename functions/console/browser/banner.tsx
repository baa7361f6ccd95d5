// The banner of every screen: a freeze, and what the service says is wrong with itself.

import { useGet } from './client/use-call.ts';
import { Action } from './parts/action.tsx';
import { Time } from './parts/time.tsx';

export function Banner() {
  const health = useGet('/v1/health').value;
  const frozen = useGet('/v1/upgrades').value?.frozen ?? null;
  return (
    <>
      {frozen !== null && (
        <div class="notice warn row">
          <p>
            <strong>Frozen</strong> by {frozen.by} <Time at={frozen.at} />
            {frozen.reason !== '' && <>: {frozen.reason}</>}. No rollout starts, and no stage follows another.
          </p>
          <Action
            label="Thaw"
            does="Automatic changes are allowed again."
            call={{ method: 'POST', path: '/v1/thaw' }}
            needs="approver"
          />
        </div>
      )}
      {health !== null && health.store === 'unreachable' && (
        <p class="notice bad">
          <strong>The store can't be reached.</strong> Machines get the last known pins
          {health.policyAgeSeconds !== null && `, which are ${health.policyAgeSeconds} s old`}. Nothing can be changed.
        </p>
      )}
      {health?.issues.map(({ what, since, reason }) => (
        <p class="notice bad" key={what}>
          <strong>{what}</strong>: {reason}, since <Time at={since} />.
        </p>
      ))}
    </>
  );
}
