// The calls for upgrades: newer models for pins.

import { ok } from '../../../../shared/domain/fault.ts';
import { startWaiting } from '../../../../shared/domain/rollouts/advance.ts';
import { reopenUpgrade } from '../../../../shared/domain/rollouts/reopen.ts';
import { approveUpgrade, rejectUpgrade } from '../../../../shared/domain/rollouts/upgrade-actions.ts';
import { NoQuery } from '../schemas/common.ts';
import { ActionQuery, ApproveQuery, UpgradesReply } from '../schemas/rollouts.ts';
import { action, noteOf, readTransition } from './rollout-call.ts';
import { upgradeView } from './rollout-views.ts';
import { type Route, type RoutePorts, route } from './route.ts';

export function upgradeRoutes(ports: RoutePorts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/upgrades',
      operation: 'listUpgrades',
      summary: 'List the upgrades: newer callable models for pins, each with its state and what it would change.',
      query: NoQuery,
      reply: UpgradesReply,
      handle: async () => {
        const current = await readTransition(ports);
        if (!current.ok)
          return current.fault.code === 'no_policy' ? ok({ body: { frozen: null, upgrades: [] } }) : current;
        const { upgrades, frozen } = current.value.rolloutState;
        return ok({ body: { frozen, upgrades: upgrades.map(upgradeView(current.value)) } });
      },
    }),
    action(ports, ApproveQuery, {
      role: 'approver',
      path: '/v1/upgrades/{upgrade}/approve',
      operation: 'approveUpgrade',
      summary:
        'Approve a ready upgrade for its rollout. Where a second person must approve, the first call proposes it.',
      action: ({ parameters, caller, query }) => {
        const { upgrade = '' } = parameters;
        const { force } = query;
        const reason = [force ?? '', noteOf(query)].filter((text) => text !== '').join('. ');
        return (transition, _failures, memberships) => {
          const approval = { actor: caller, memberships };
          const approved = approveUpgrade(transition, upgrade, approval, reason, force !== undefined);
          return approved.ok ? ok(startWaiting(approved.value)) : approved;
        };
      },
    }),
    ...(['reject', 'reopen'] as const).map((verb) =>
      action(ports, ActionQuery, {
        role: 'editor',
        path: `/v1/upgrades/{upgrade}/${verb}`,
        operation: `${verb}Upgrade`,
        summary: upgradeSummaries[verb],
        action: ({ parameters: { upgrade = '' }, caller, query }) => {
          return (transition) => upgradeActions[verb](transition, upgrade, caller.name, noteOf(query));
        },
      }),
    ),
  ];
}

const upgradeActions = { reject: rejectUpgrade, reopen: reopenUpgrade };

const upgradeSummaries = {
  reject: 'Reject an upgrade: the ring never moves to this model by itself. A newer model is another upgrade.',
  reopen: 'Offer a rejected or superseded upgrade again. A person must then approve it, whatever the rule.',
};
