// A call that moves upgrades, rollouts or the freeze: its parameters, its commit, and a reply that says what is now so.

import type { z } from 'zod';
import type { Role } from '../../../../shared/domain/access/roles.ts';
import { toAnswered } from '../../../../shared/domain/consequences/cut-consequences.ts';
import { fail, ok } from '../../../../shared/domain/fault.ts';
import { startTransition, type Transition } from '../../../../shared/domain/rollouts/transition.ts';
import { upgradeId } from '../../../../shared/domain/rollouts/upgrade.ts';
import { percentOf } from '../../../../shared/domain/serving/bucketing.ts';
import type { Rollout } from '../../../../shared/domain/serving/rollout.ts';
import { readCurrentState } from '../../../commands/current-state.ts';
import { type Moved, moveRollouts, type RolloutAction } from '../../../commands/move-rollouts.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { type ActionQuery, RolloutActionReply } from '../schemas/rollouts.ts';
import { rolloutView, type UpgradeView, upgradeView } from './rollout-views.ts';
import { numberOf, type Reply, type Route, type RoutePorts, type RouteRequest, route } from './route.ts';

type Action = z.infer<typeof ActionQuery>;

interface ActionRoute<Query> {
  readonly role: Role;
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  readonly lowersRisk?: boolean;
  readonly action: (request: RouteRequest<Query>) => RolloutAction;
  /** What is so after the call; of the upgrade, the rollout or the freeze when absent. */
  readonly now?: (transition: Transition) => string;
}

export function action<Query extends Action>(
  ports: RoutePorts,
  query: z.ZodType<Query>,
  definition: ActionRoute<Query>,
): Route {
  return route({
    ...definition,
    method: 'POST',
    query,
    reply: RolloutActionReply,
    handle: (request) => runAction(ports, request, definition.action(request), definition.now),
  });
}

export function noteOf({ note, reason }: Action): string {
  return note ?? reason ?? '';
}

/** The state as it is now, as a transition without changes. Faults: `no_policy`, and those of the store. */
export async function readTransition({ store, clock, catalogue }: RoutePorts): Promise<ApiResult<Transition>> {
  const state = await readCurrentState(store, clock);
  if (!state.ok) return state;
  const { published, rolloutState, matrix, now } = state.value;
  if (published === null) return fail({ code: 'no_policy' });
  return ok(startTransition({ revision: published.value.revision, rolloutState, matrix, catalogue, now }));
}

async function runAction(
  ports: RoutePorts,
  { caller, query, parameters }: RouteRequest<Action>,
  rolloutAction: RolloutAction,
  now?: ActionRoute<Action>['now'],
): Promise<ApiResult<Reply>> {
  const moved = await moveRollouts(ports, caller.name, rolloutAction, query['dry-run'] ?? false);
  if (!moved.ok) return moved;
  const { upgrade, rollout } = parameters;
  const about = rollout === undefined ? { upgrade } : { rollout: numberOf(rollout) };
  const body = actionReply(moved.value, about);
  const said = now?.(moved.value.transition) ?? body.now;
  return ok({ body: { ...body, now: said }, revision: moved.value.revisionNumber });
}

/** What is so after a call about an upgrade, a rollout, or the freeze. */
function actionReply(
  { newEvents, revisionNumber, rollouts, transition, consequences }: Moved,
  about: { readonly upgrade?: string | undefined; readonly rollout?: number },
) {
  const { upgrades, frozen } = transition.rolloutState;
  const ofUpgrade = upgrades.find(({ id }) => id === about.upgrade);
  const moved = rollouts.find(({ id }) => id === (about.rollout ?? ofUpgrade?.rollout)) ?? null;
  const upgrade =
    ofUpgrade ??
    (moved === null
      ? undefined
      : upgrades.find(({ id }) => id === upgradeId(moved.ring, moved.family, moved.to.model)));
  const views = {
    rollout: moved === null ? null : rolloutView(transition, new Map())(moved),
    upgrade: upgrade === undefined ? null : upgradeView(transition)(upgrade),
  };
  return {
    revision: revisionNumber,
    changed: newEvents.length > 0,
    ...toAnswered(consequences),
    events: newEvents.map(({ id }) => id),
    now: sentenceOf(views.rollout, views.upgrade, frozen !== null),
    frozen: frozen !== null,
    ...views,
  };
}

function sentenceOf(rollout: Rollout | null, upgrade: UpgradeView | null, isFrozen: boolean): string {
  if (rollout?.state === 'aborted') {
    const back = `Rollout ${rollout.id} is aborted: ring ${rollout.ring} gets ${rollout.from.model} from its next polls on.`;
    if (upgrade?.state !== 'rejected') return back;
    return `${back} Upgrade ${upgrade.id} is rejected; POST /v1/upgrades/${upgrade.id}/reopen offers it again.`;
  }
  if (rollout !== null) {
    return `Rollout ${rollout.id} is ${rollout.state} at ${percentOf(rollout)} % of ring ${rollout.ring}.`;
  }
  if (upgrade !== null) {
    const [first] = upgrade.waits;
    return `Upgrade ${upgrade.id} is ${upgrade.state}.${first === undefined ? '' : ` ${first.text}`}`;
  }
  return isFrozen
    ? 'Automatic changes are frozen: nothing starts or advances by itself. Rollouts that fail are still aborted.'
    : 'Automatic changes are allowed.';
}
