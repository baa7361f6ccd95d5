// The machines of a rollout: how many have the new pin, how many failed, and how many have which revision.

import { addressOf } from '../../address.ts';
import type { Replies } from '../../client/replies.ts';
import { Link } from '../../parts/link.tsx';
import { FailuresChart } from './failures-chart.tsx';

type Rollout = Replies['/v1/rollouts/{rollout}'];

const shown = 8;

export function Machines({ rollout }: { readonly rollout: Rollout }) {
  const { reports, failed, reached, machines, heldBack, standardError, minReports, abortAtFailurePercent } = rollout;
  const percent = reports === 0 ? 0 : Math.round((failed / reports) * 1000) / 10;
  const held = heldBack.filter(({ family }) => family === rollout.family);
  return (
    <>
      <h3>Machines</h3>
      <dl class="facts">
        <dt>Have the new pin</dt>
        <dd>{reached}</dd>
        <dt>Reported</dt>
        <dd>
          {reports}
          {reports < minReports && <span class="quiet"> (failures abort nothing before {minReports})</span>}
        </dd>
        <dt>Failed</dt>
        <dd>
          {failed} ({percent} %) <span class="quiet">more than {abortAtFailurePercent} % abort it</span>
        </dd>
        {held.map(({ machines: count }) => (
          <>
            <dt>Held back by an old Claude Code</dt>
            <dd>{count}</dd>
          </>
        ))}
      </dl>
      <FailuresChart rollout={rollout} />
      <Revisions machines={machines} />
      <p class="quiet">
        Estimates, with a standard error of {Math.round(standardError * 1000) / 10} %, of machines that polled lately.
      </p>
    </>
  );
}

function Revisions({ machines }: Pick<Rollout, 'machines'>) {
  const most = Math.max(1, ...machines.map(({ served }) => served));
  const newest = machines.toSorted((a, b) => b.revision - a.revision).slice(0, shown);
  return (
    <ul class="bars">
      {newest.map(({ revision, served }) => (
        <li key={revision}>
          <Link to={addressOf('/history', { revision })}>revision {revision}</Link>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="track" width="100" height="10" rx="3" />
            <rect class="fill" width={(served / most) * 100} height="10" rx="3" />
          </svg>
          <span>{served}</span>
        </li>
      ))}
    </ul>
  );
}
