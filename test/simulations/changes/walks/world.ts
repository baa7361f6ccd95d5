// The world of a walk: the real commands and routes on a store in memory, with a clock and a Vertex that the walk moves.

import type { Caller } from '../../../../functions/api/auth/caller.ts';
import { openSqlite } from '../../../../shared/adapters/sqlite.ts';
import { noRoles, type Roles } from '../../../../shared/domain/access/access.ts';
import { emptyMatrix, type Matrix } from '../../../../shared/domain/availability/availability.ts';
import type { Proposal } from '../../../../shared/domain/changes/proposal.ts';
import type { Kind } from '../../../../shared/domain/documents.ts';
import { emptyRolloutState, type RolloutState } from '../../../../shared/domain/rollouts/rollout-state.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import { numberedId, type Store } from '../../../../shared/ports.ts';
import { testKeys } from '../../../support/document-keys.ts';
import { type Answer, Fleet } from '../../../support/rollout-fleet.ts';
import { shipped } from '../pairs/draw-policy.ts';
import { type Actor, ada, bob, callerOf, firstRoles, pipeline } from './actors.ts';

/** A change that an actor asks for, or time and news (without an actor). */
export interface Step {
  readonly actor: Actor | null;
  readonly name: string;
  readonly call?: { readonly method: 'POST' | 'PUT'; readonly path: string; readonly body?: object };
  readonly happen?: (fleet: Fleet) => Promise<unknown>;
}

/** All that decides what machines are served and who may do what. */
export interface View {
  readonly now: number;
  readonly revision: Revision;
  readonly rolloutState: RolloutState;
  readonly matrix: Matrix;
  readonly roles: Roles;
}

/** Stands between an actor and the app; a planted defect is one that lets more through. */
export type Door = (world: World, step: Step, caller: Caller) => Promise<Answer>;

export const honestDoor: Door = ({ fleet }, { call }, caller) => {
  if (call === undefined) throw new Error('time makes no call');
  return fleet.askAs(caller, call.method, call.path, call.body);
};

export class World {
  readonly store: Store = openSqlite(':memory:', testKeys);
  readonly fleet = new Fleet(this.store, shipped);
  readonly #door: Door;

  constructor(door: Door) {
    this.#door = door;
  }

  /** Gives out the roles and publishes the first policy. */
  async begin(policy: object): Promise<void> {
    const { fleet } = this;
    for (const model of ['claude-opus-5', 'claude-sonnet-5']) fleet.callable.delete(model);
    const roles = await this.#ask(pipeline, noRoles, 'PUT', '/v1/access', firstRoles);
    const published = await this.#ask(ada, firstRoles, 'PUT', '/v1/policy', policy);
    if (roles.status !== 200 || published.status !== 200) throw new Error(JSON.stringify([roles, published]));
    await fleet.probeTwice();
    fleet.callable.add('claude-opus-5');
    await fleet.probeTwice();
  }

  /** Null when the actor was not let in. */
  async take(step: Step, roles: Roles): Promise<Answer | null> {
    if (step.actor === null) await step.happen?.(this.fleet);
    if (step.actor === null) return null;
    const caller = callerOf(step.actor, roles);
    return caller === null ? null : this.#door(this, step, caller);
  }

  async view(): Promise<View> {
    const published = await this.#read('published', 'current');
    if (published === null) throw new Error('the policy is published');
    const rolloutState = (await this.#read('rolloutState', 'current')) ?? emptyRolloutState;
    const matrix = (await this.#read('matrix', 'current')) ?? { ...emptyMatrix, at: '' };
    const roles = (await this.#read('access', 'current'))?.revision.roles ?? noRoles;
    return { now: this.fleet.time, revision: published.revision, rolloutState, matrix, roles };
  }

  async proposal(number: number): Promise<Proposal> {
    const proposal = await this.#read('proposal', numberedId(number));
    if (proposal === null) throw new Error(`proposal ${number} is stored`);
    return proposal;
  }

  /** For planted defects: approves a proposal as somebody else, who is not in the story. */
  async forceProposal(number: number | null): Promise<void> {
    const stranger = { name: number === null ? '' : await this.#anotherOwner(number), isHuman: true, role: null };
    const caller = callerOf(stranger, firstRoles);
    if (number !== null && caller !== null) await this.fleet.askAs(caller, 'POST', `/v1/proposals/${number}/approve`);
  }

  close(): Promise<void> {
    return Promise.resolve(this.store.close());
  }

  async #anotherOwner(number: number): Promise<string> {
    return (await this.proposal(number)).by === ada.name ? bob.name : ada.name;
  }

  #ask(actor: Actor, roles: Roles, method: 'PUT', path: string, body: object): Promise<Answer> {
    const caller = callerOf(actor, roles);
    if (caller === null) throw new Error(`${actor.name} has a role`);
    return this.fleet.askAs(caller, method, path, body);
  }

  async #read<K extends Kind>(kind: K, id: string) {
    const read = await this.store.read(kind, id);
    if (!read.ok) throw new Error(`${kind} ${id} can be read`);
    return read.value?.value ?? null;
  }
}
