// Changes: proposals, upgrades and rollouts in one list, by what they wait for. The chosen one is beside it.

import { useGet } from '../../client/use-call.ts';
import { Loading } from '../../parts/loading.tsx';
import { ChangeList } from './change-list.tsx';
import { type Change, groupsOf } from './groups.ts';
import { ProposalDetail } from './proposal-detail.tsx';
import { RolloutDetail } from './rollout-detail.tsx';
import { UpgradeDetail } from './upgrade-detail.tsx';

export function ChangesScreen({ query }: { readonly query: URLSearchParams }) {
  const proposals = useGet('/v1/proposals');
  const upgrades = useGet('/v1/upgrades');
  const rollouts = useGet('/v1/rollouts');
  const groups = groupsOf({
    proposals: proposals.value?.proposals ?? [],
    upgrades: upgrades.value?.upgrades ?? [],
    rollouts: rollouts.value?.rollouts ?? [],
  });
  const all = groups.flatMap(({ changes }) => changes);
  const chosen = all.find(({ key }) => query.get(key.kind) === key.id);
  const isRead = [proposals, upgrades, rollouts].every(({ value }) => value !== null);
  const isMissing = chosen === undefined && ['proposal', 'upgrade', 'rollout'].some((kind) => query.has(kind));
  return (
    <>
      <Loading of={[proposals, upgrades, rollouts]} />
      {isRead && all.length === 0 && (
        <p class="notice info">
          Nothing has been proposed, found or rolled out yet. A newer model that answers appears here by itself. Changes
          that raise risk appear here where the policy says <code>secondPerson</code>.
        </p>
      )}
      {isRead && isMissing && <p class="notice warn">That change is not among the latest ones.</p>}
      <div class="split narrow-first">
        <ChangeList groups={groups} chosen={chosen ?? null} />
        {chosen !== undefined && <Detail change={chosen} key={`${chosen.key.kind}${chosen.key.id}`} />}
      </div>
    </>
  );
}

function Detail({ change }: { readonly change: Change }) {
  switch (change.kind) {
    case 'proposal':
      return <ProposalDetail number={change.of.number} />;
    case 'upgrade':
      return <UpgradeDetail upgrade={change.of} />;
    case 'rollout':
      return <RolloutDetail id={change.of.id} />;
  }
}
