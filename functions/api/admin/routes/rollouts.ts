// The calls for rollouts and the freeze. They need no If-Match: each names the object that it changes, and a
// call that lowers risk must not fail because the policy has changed.

import { isGlassBroken } from '../../../../shared/domain/changes/break-glass.ts';
import { fail, ok } from '../../../../shared/domain/fault.ts';
import { abortRollout, pauseRollout, resumeRollout } from '../../../../shared/domain/rollouts/rollout-actions.ts';
import { setBreakGlass, setFrozen } from '../../../../shared/domain/rollouts/safeguards.ts';
import type { Transition } from '../../../../shared/domain/rollouts/transition.ts';
import { listReadable } from '../../../../shared/list-readable.ts';
import { numberedId } from '../../../../shared/ports.ts';
import { namesOf } from '../rest-of-page.ts';
import { NoQuery } from '../schemas/common.ts';
import { ActionQuery, BreakGlassQuery, RolloutReply, RolloutsReply } from '../schemas/rollouts.ts';
import { action, noteOf, readTransition } from './rollout-call.ts';
import { rolloutView, rolloutWithCounts } from './rollout-views.ts';
import { numberOf, type Route, type RoutePorts, route } from './route.ts';

const pageSize = 100;

export function rolloutRoutes(ports: RoutePorts): readonly Route[] {
  const { store } = ports;
  return [
    route({
      method: 'GET',
      path: '/v1/rollouts',
      operation: 'listRollouts',
      summary: 'List the latest rollouts, newest first.',
      query: NoQuery,
      reply: RolloutsReply,
      handle: async () => {
        const page = await listReadable(store, 'rollout', { order: 'descending', limit: pageSize });
        if (!page.ok) return page;
        const current = await readTransition(ports);
        if (!current.ok)
          return current.fault.code === 'no_policy'
            ? ok({ body: { rollouts: [], refused: namesOf(page.value) } })
            : current;
        const failures = await ports.readFailures(current.value.rollouts);
        // Damaged counts must not hide the rollouts that somebody wants to abort.
        const view = rolloutView(current.value, failures.ok ? failures.value : new Map());
        return ok({
          body: { rollouts: page.value.documents.map(({ value }) => view(value)), refused: namesOf(page.value) },
        });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rollouts/{rollout}',
      operation: 'getRollout',
      summary: 'Get one rollout, with its next stage and counts of the machines of its ring.',
      query: NoQuery,
      reply: RolloutReply,
      handle: async ({ parameters }) => {
        const id = numberOf(parameters['rollout']);
        const rollout = await store.read('rollout', numberedId(id));
        if (!rollout.ok) return rollout;
        if (rollout.value === null) return fail({ code: 'rollout_unknown', rollout: id });
        const current = await readTransition(ports);
        if (!current.ok) return current;
        const counted = await rolloutWithCounts(store, current.value, rollout.value.value);
        return counted.ok ? ok({ body: counted.value }) : counted;
      },
    }),
    ...(['pause', 'resume', 'abort'] as const).map((verb) =>
      action(ports, ActionQuery, {
        role: 'editor',
        path: `/v1/rollouts/{rollout}/${verb}`,
        operation: `${verb}Rollout`,
        summary: rolloutSummaries[verb],
        lowersRisk: verb !== 'resume',
        action: ({ parameters, caller, query }) => {
          const id = numberOf(parameters['rollout']);
          return (transition) => rolloutActions[verb](transition, id, caller.name, noteOf(query));
        },
      }),
    ),
    action(ports, BreakGlassQuery, {
      role: 'owner',
      path: '/v1/break-glass',
      operation: 'breakGlass',
      summary: 'Set the rule of the second person aside for a time, when nobody else is there. Everybody is told.',
      action:
        ({ caller, query }) =>
        (transition) => {
          const until = new Date(Date.parse(transition.committed.now) + query.minutes * 60_000).toISOString();
          return ok(setBreakGlass(transition, until, caller.name, noteOf(query)));
        },
      now: secondPersonSentence,
    }),
    action(ports, ActionQuery, {
      role: 'editor',
      path: '/v1/break-glass/end',
      operation: 'endBreakGlass',
      summary: 'End the time in which the rule of the second person is set aside.',
      lowersRisk: true,
      action:
        ({ caller, query }) =>
        (transition) =>
          ok(setBreakGlass(transition, null, caller.name, noteOf(query))),
      now: secondPersonSentence,
    }),
    ...([true, false] as const).map((frozen) =>
      action(ports, ActionQuery, {
        role: frozen ? 'editor' : 'approver',
        path: frozen ? '/v1/freeze' : '/v1/thaw',
        operation: frozen ? 'freeze' : 'thaw',
        summary: frozen ? 'Freeze: stop all automatic changes.' : 'End a freeze: allow automatic changes again.',
        lowersRisk: frozen,
        action: ({ caller, query }) => {
          return (transition) => ok(setFrozen(transition, frozen, caller.name, noteOf(query)));
        },
      }),
    ),
  ];
}

function secondPersonSentence({ rolloutState: { breakGlass }, committed }: Transition): string {
  if (breakGlass !== null && isGlassBroken(breakGlass, committed.now))
    return `No second person is needed until ${breakGlass.until}. Everybody is told.`;
  return 'The rule of the second person is not set aside.';
}

const rolloutActions = { pause: pauseRollout, resume: resumeRollout, abort: abortRollout };

const rolloutSummaries = {
  pause: 'Pause a rollout at its current percentage.',
  resume: 'Resume a paused rollout. Its current stage bakes again from the start.',
  abort: 'Abort a rollout, and reject its upgrade. From its next poll on, a machine gets the previous pin again.',
};
