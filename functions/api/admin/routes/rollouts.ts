// The calls for upgrades, rollouts and the freeze. They need no If-Match: each names the object that it changes, and a
// call that lowers risk must not fail because the policy has changed.

import type { z } from 'zod';
import type { Role } from '../../../../shared/domain/access/roles.ts';
import { fail, ok } from '../../../../shared/domain/fault.ts';
import { startWaiting } from '../../../../shared/domain/rollouts/advance.ts';
import { abortRollout, pauseRollout, resumeRollout } from '../../../../shared/domain/rollouts/rollout-actions.ts';
import { emptyRolloutState } from '../../../../shared/domain/rollouts/rollout-state.ts';
import { setBreakGlass, setFrozen } from '../../../../shared/domain/rollouts/safeguards.ts';
import { approveUpgrade, rejectUpgrade } from '../../../../shared/domain/rollouts/upgrade-actions.ts';
import { numberedId } from '../../../../shared/ports.ts';
import { moveRollouts, type RolloutAction } from '../../../commands/move-rollouts.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { NoQuery } from '../schemas/common.ts';
import {
  ApproveQuery,
  BreakGlassQuery,
  ReasonQuery,
  RolloutActionReply,
  RolloutReply,
  RolloutsReply,
  UpgradesReply,
} from '../schemas/rollouts.ts';
import { rolloutView, rolloutWithCounts, upgradeView } from './rollout-views.ts';
import { numberOf, type Reply, type Route, type RoutePorts, type RouteRequest, route } from './route.ts';

const pageSize = 100;

export function rolloutRoutes(ports: RoutePorts): readonly Route[] {
  const { store } = ports;
  return [
    route({
      method: 'GET',
      path: '/v1/upgrades',
      operation: 'listUpgrades',
      summary: 'List the upgrades: newer callable models for pins, each with its state and what it would change.',
      query: NoQuery,
      reply: UpgradesReply,
      handle: async () => {
        const rolloutState = await store.read('rolloutState', 'current');
        if (!rolloutState.ok) return rolloutState;
        const published = await store.read('published', 'current');
        if (!published.ok) return published;
        const matrix = await store.read('matrix', 'current');
        if (!matrix.ok) return matrix;
        const { upgrades, frozen } = rolloutState.value?.value ?? emptyRolloutState;
        const policy = published.value?.value.revision.policy ?? null;
        const view = upgradeView(policy, matrix.value?.value ?? null, ports.catalogue);
        return ok({ body: { frozen, upgrades: upgrades.map(view) } });
      },
    }),
    action(ports, ApproveQuery, {
      role: 'approver',
      path: '/v1/upgrades/{upgrade}/approve',
      operation: 'approveUpgrade',
      summary:
        'Approve a ready upgrade for its rollout. Where a second person must approve, the first call proposes it.',
      action: ({ parameters, caller, query }) => {
        const { reason = '', force } = query;
        return (transition, _failures, memberships) => {
          const approved = approveUpgrade(
            transition,
            parameters['upgrade'] ?? '',
            { actor: caller, memberships },
            force ?? reason,
            force !== undefined,
          );
          return approved.ok ? ok(startWaiting(approved.value)) : approved;
        };
      },
    }),
    action(ports, ReasonQuery, {
      role: 'editor',
      path: '/v1/upgrades/{upgrade}/reject',
      operation: 'rejectUpgrade',
      summary: 'Reject an upgrade: the ring never moves to this model by itself. A newer model is another upgrade.',
      action: ({ parameters, caller, query }) => {
        const { reason = '' } = query;
        return (transition) => rejectUpgrade(transition, parameters['upgrade'] ?? '', caller.name, reason);
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rollouts',
      operation: 'listRollouts',
      summary: 'List the latest rollouts, newest first.',
      query: NoQuery,
      reply: RolloutsReply,
      handle: async () => {
        const page = await store.list('rollout', { order: 'descending', limit: pageSize });
        return page.ok ? ok({ body: { rollouts: page.value.map(({ value }) => rolloutView(value)) } }) : page;
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rollouts/{rollout}',
      operation: 'getRollout',
      summary: 'Get one rollout, with the machines on each revision and those held back by an old Claude Code.',
      query: NoQuery,
      reply: RolloutReply,
      handle: async ({ parameters }) => {
        const id = numberOf(parameters['rollout']);
        const rollout = await store.read('rollout', numberedId(id));
        if (!rollout.ok) return rollout;
        if (rollout.value === null) return fail({ code: 'rollout_unknown', rollout: id });
        const counted = await rolloutWithCounts(ports, rollout.value.value);
        return counted.ok ? ok({ body: counted.value }) : counted;
      },
    }),
    ...(['pause', 'resume', 'abort'] as const).map((verb) =>
      action(ports, ReasonQuery, {
        role: 'editor',
        path: `/v1/rollouts/{rollout}/${verb}`,
        operation: `${verb}Rollout`,
        summary: summaries[verb],
        lowersRisk: verb !== 'resume',
        action: ({ parameters, caller, query }) => {
          const { reason = '' } = query;
          return (transition) => actions[verb](transition, numberOf(parameters['rollout']), caller.name, reason);
        },
      }),
    ),
    action(ports, BreakGlassQuery, {
      role: 'owner',
      path: '/v1/break-glass',
      operation: 'breakGlass',
      summary: 'Set the rule of the second person aside for a time, when nobody else is there. Everybody is told.',
      action:
        ({ caller, query: { reason, minutes } }) =>
        (transition) => {
          const until = new Date(Date.parse(transition.committed.now) + minutes * 60_000).toISOString();
          return ok(setBreakGlass(transition, until, caller.name, reason));
        },
    }),
    action(ports, ReasonQuery, {
      role: 'editor',
      path: '/v1/break-glass/end',
      operation: 'endBreakGlass',
      summary: 'End the time in which the rule of the second person is set aside.',
      lowersRisk: true,
      action:
        ({ caller, query: { reason = '' } }) =>
        (transition) =>
          ok(setBreakGlass(transition, null, caller.name, reason)),
    }),
    ...([true, false] as const).map((frozen) =>
      action(ports, ReasonQuery, {
        role: frozen ? 'editor' : 'approver',
        path: frozen ? '/v1/freeze' : '/v1/thaw',
        operation: frozen ? 'freeze' : 'thaw',
        summary: frozen ? 'Freeze: stop all automatic changes.' : 'End a freeze: allow automatic changes again.',
        lowersRisk: frozen,
        action: ({ caller, query }) => {
          const { reason = '' } = query;
          return (transition) => ok(setFrozen(transition, frozen, caller.name, reason));
        },
      }),
    ),
  ];
}

const actions = { pause: pauseRollout, resume: resumeRollout, abort: abortRollout };

const summaries = {
  pause: 'Pause a rollout at its current percentage.',
  resume: 'Resume a paused rollout. Its current stage bakes again from the start.',
  abort: 'Abort a rollout. From its next poll on, a machine gets the previous pin again.',
};

interface ActionRoute<Query> {
  readonly role: Role;
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  readonly lowersRisk?: boolean;
  readonly action: (request: RouteRequest<Query>) => RolloutAction;
}

function action<Query extends z.ZodType>(
  ports: RoutePorts,
  query: Query,
  definition: ActionRoute<z.infer<Query>>,
): Route {
  const { role, path, operation, summary, lowersRisk = false } = definition;
  return route({
    method: 'POST',
    role,
    path,
    operation,
    summary,
    lowersRisk,
    query,
    reply: RolloutActionReply,
    handle: (request) => runAction(ports, request.caller.name, definition.action(request)),
  });
}

async function runAction(ports: RoutePorts, by: string, rolloutAction: RolloutAction): Promise<ApiResult<Reply>> {
  const moved = await moveRollouts(ports, by, rolloutAction);
  if (!moved.ok) return moved;
  const { newEvents, revisionNumber } = moved.value;
  return ok({ body: { revision: revisionNumber, events: newEvents.map(({ id }) => id) }, revision: revisionNumber });
}
