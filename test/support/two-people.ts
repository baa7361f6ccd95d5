// A policy with the rule of the second person, and people with roles: ada and bob approve, eve edits, robo is software.

import { createAdoption } from '../../functions/adoption/adoption.ts';
import type { App } from '../../functions/api/admin/reply.ts';
import type { Caller } from '../../functions/api/auth/caller.ts';
import { createPolicyCache } from '../../functions/api/polls/policy-cache.ts';
import { moveRollouts } from '../../functions/commands/move-rollouts.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import type { Matrix } from '../../shared/domain/availability/availability.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import { ok } from '../../shared/domain/fault.ts';
import { advance } from '../../shared/domain/rollouts/advance.ts';
import type { Store } from '../../shared/ports.ts';
import { appOfInstance } from './app-of-instance.ts';
import { testKeys } from './document-keys.ts';
import type { Answer } from './rollout-fleet.ts';
import { catalogue, draft } from './world.ts';

const roles = { ada: 'owner', bob: 'owner', cyd: 'approver', eve: 'editor', robo: 'approver' } as const;
export type Name = keyof typeof roles;

export const members = {
  owner: ['email:ada@example.com', 'email:bob@example.com'],
  approver: ['email:cyd@example.com', 'email:robo@acme.iam.gserviceaccount.com'],
  editor: ['email:eve@example.com'],
  reader: [],
  machine: [],
};

export class TwoPeople {
  time = Date.parse('2026-11-24T12:00:00.000Z');
  readonly store: Store = openSqlite(':memory:', testKeys);
  readonly #app: App;

  constructor() {
    const clock = () => this.time;
    const log = { info() {}, warn() {}, error() {} };
    this.#app = appOfInstance({
      store: this.store,
      policyCache: createPolicyCache(this.store, clock),
      adoption: createAdoption({ store: this.store, clock, log }),
      clock,
      log,
      firstOwners: ['ada@example.com'],
      catalogue,
    });
  }

  /** Roles, a first policy, and the rule. */
  async begin(over: Record<string, unknown> = {}): Promise<void> {
    await this.must('ada', 'PUT', '/v1/access', members);
    await this.must('ada', 'PUT', '/v1/policy', draft({ secondPerson: true, ...over }));
  }

  /** A call, which may be refused. */
  async ask(name: Name, method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Answer> {
    const headers = { 'If-Match': '*', 'Content-Type': 'application/json' };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await this.#app.request(path, { method, headers, ...text }, { caller: ok(callerOf(name)) });
    return { status: response.status, body: await response.json() };
  }

  /** A call that must be accepted. */
  async must(...[name, method, path, body]: Parameters<TwoPeople['ask']>): Promise<Answer['body']> {
    const answer = await this.ask(name, method, path, body);
    if (answer.status >= 300) throw new Error(`${name} ${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A change that ada makes and bob approves, if it must be. */
  async agree(over: Record<string, unknown>): Promise<void> {
    const { proposal } = await this.must('ada', 'PUT', '/v1/policy', draft({ secondPerson: true, ...over }));
    if (proposal !== null) await this.must('bob', 'POST', `/v1/proposals/${proposal}/approve`);
  }

  async policy() {
    return (await this.must('ada', 'GET', '/v1/policy')) as Record<string, unknown>;
  }

  async see(matrix: Matrix): Promise<void> {
    await this.store.commit([{ kind: 'matrix', id: 'current', expect: 'any', value: matrix }]);
  }

  async events(): Promise<readonly Event[]> {
    return (await this.must('ada', 'GET', '/v1/events')).events;
  }

  /** The minute's step, after some minutes. */
  async pass(minutes: number): Promise<void> {
    this.time += minutes * 60_000;
    const ports = {
      store: this.store,
      catalogue,
      clock: () => this.time,
      firstOwners: [],
      readFailures: async () => ok(new Map()),
      onPublished: () => undefined,
      afterCommit: async () => undefined,
    };
    const moved = await moveRollouts(ports, 'pinward', (transition, failures) => ok(advance(transition, failures)));
    if (!moved.ok) throw new Error(moved.fault.code);
  }
}

function callerOf(name: Name): Caller {
  const email = name === 'robo' ? 'robo@acme.iam.gserviceaccount.com' : `${name}@example.com`;
  return { name: email, role: roles[name], isPerson: name !== 'robo', email, labels: {} };
}
