// What must hold whatever admins, probes and time do. The watcher follows the history revision by revision and throws at the
// first thing that should not be.

import assert from 'node:assert/strict';
import type { Cell } from '../../../shared/domain/availability/availability.ts';
import type { Kind } from '../../../shared/domain/documents.ts';
import type { Event } from '../../../shared/domain/events/event.ts';
import type { RolloutState } from '../../../shared/domain/rollouts/rollout-state.ts';
import type { Revision } from '../../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../../shared/domain/serving/rollout.ts';
import { numberedId, type Store } from '../../../shared/ports.ts';
import { isWholeChain } from '../event-chain.ts';
import { endpointOf, endpointsOf, nameOf } from './endpoints.ts';
import { raisesRisk } from './raised-risk.ts';
import { comebacks, reopenings, revisionsOf, rolloutsOf } from './replay.ts';

export class Watcher {
  readonly #store: Store;
  /** Places that were callable at some time since the last look. */
  #callable = new Set<string>();
  #sure = new Set<string>();
  #sureNow = new Set<string>();
  /** Whether a probe has ever run. */
  #isProbed = false;
  #last: Revision | null = null;
  /** The ended upgrades, each with how often it had been reopened. */
  readonly #ended = new Map<string, number>();
  readonly #approved = new Set<string>();
  /** Revisions that a second person approved. */
  readonly #agreed = new Set<number>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Called after every step with all that happened in it. */
  async look(): Promise<void> {
    const before = new Set(this.#callable);
    const wasProbed = this.#isProbed;
    await this.#readMatrix();
    const published = await this.#read('published', 'current');
    const upgrades = (await this.#read('rolloutState', 'current'))?.upgrades ?? [];
    if (published === null) return;
    const { revision: newest } = published;
    const last = this.#last;
    for (let number = (this.#last?.number ?? 0) + 1; number <= newest.number; number++) {
      const revision = await this.#read('revision', numberedId(number));
      assert.ok(revision !== null, `revision ${number} is missing below ${newest.number}`);
      // What became callable, or was lost, within the step may have been decided on before or after.
      if (wasProbed) this.#checkCallable(revision, new Set([...before, ...this.#callable]));
      this.#checkRollouts(revision);
      this.#checkSecondPerson(revision);
      if (revision.approvedBy !== null) this.#agreed.add(revision.number);
      this.#last = revision;
    }
    this.#checkApproved(upgrades, last, newest);
    assert.deepEqual(newest, this.#last, 'the published revision is the newest of the history');
    await this.#checkEnded(upgrades);
    this.#checkOffers(upgrades, newest);
  }

  /** Once an advance is through, no rollout goes on whose model is gone. */
  async checkGuarded(): Promise<void> {
    const published = await this.#read('published', 'current');
    const matrix = await this.#read('matrix', 'current');
    const lost = new Set((matrix?.cells ?? []).filter(isLost).map(nameOf));
    const { policy, rollouts = [] } = published?.revision ?? {};
    const gone = rollouts.filter(
      (rollout) => rollout.forced === null && lost.has(endpointOf(policy ?? assert.fail(), rollout) ?? ''),
    );
    assert.deepEqual(gone, [], 'a rollout goes on whose model is gone');
  }

  /** The whole history, when a step is through. */
  async replay(): Promise<void> {
    const events = await this.#events();
    assert.ok(isWholeChain(events), 'the chain of events is whole');
    const rolloutState = await this.#read('rolloutState', 'current');
    assert.deepEqual(
      rolloutsOf(events),
      (this.#last?.rollouts ?? []).map(({ id, state, stages, stage }) => [id, state, stages[stage]]),
      'the events tell of the rollouts under way',
    );
    assert.deepEqual(comebacks(events), [], 'what a person ended does not begin again');
    const froze = events.findLast((event) => event.kind === 'FreezeChanged');
    const isFrozen = (rolloutState?.frozen ?? null) !== null;
    assert.equal(isFrozen, froze?.data.frozen ?? false, 'the events tell of the freeze');
    const numbers = events.flatMap(revisionsOf).sort((a, b) => a - b);
    const expected = Array.from({ length: this.#last?.number ?? 0 }, (_, at) => at + 1);
    assert.deepEqual([...new Set(numbers)], expected, 'every revision has an event');
  }

  /** What a revision serves that the one before did not must be callable, unless it was forced or restored. */
  #checkCallable(revision: Revision, callable: ReadonlySet<string>): void {
    if (revision.forced !== null || revision.restores !== null) return;
    const committed = this.#last === null ? new Set<string>() : endpointsOf(this.#last);
    const fresh = [...endpointsOf(revision)].filter((endpoint) => !committed.has(endpoint) && !callable.has(endpoint));
    assert.deepEqual(fresh, [], `revision ${revision.number} serves what was not seen to answer`);
  }

  #checkRollouts(revision: Revision): void {
    const places = revision.rollouts.map(({ ring, family }) => `${ring} ${family}`);
    assert.equal(new Set(places).size, places.length, 'one rollout a pin at a time');
    for (const rollout of revision.rollouts) {
      const { ring, family, from } = rollout;
      const pin = revision.policy.rings.find(({ name }) => name === ring)?.pins[family];
      assert.deepEqual(pin, from, 'nobody moves a pin that a rollout is moving');
      const before = this.#last?.rollouts.find(({ id }) => id === rollout.id);
      const isGrowing = before === undefined || rollout.stage > before.stage;
      if (isGrowing && rollout.forced === null && rollout.by === 'pinward') this.#checkSure(revision, rollout);
      if (before === undefined) continue;
      // Salt and name place a machine among the hundred, so that it stays reached while these stay and the percentage grows.
      assert.equal(rollout.salt, before.salt, 'machines keep their places');
      assert.ok(percentOf(rollout) >= percentOf(before), 'a machine that was reached stays reached');
      assert.ok(rollout.stage - before.stage <= 1, 'no stage is left out');
    }
  }

  /** A rollout begins and grows only while there is not even a doubt. */
  #checkSure({ policy }: Revision, rollout: Rollout): void {
    const endpoint = endpointOf(policy, rollout);
    assert.ok(this.#sure.has(endpoint ?? ''), `${endpoint} was in doubt`);
  }

  #checkSecondPerson(revision: Revision): void {
    const before = this.#last;
    const isStated = revision.by !== 'pinward' && revision.policySince === revision.number;
    if (before?.policy.secondPerson !== true || revision.restores !== null || !isStated) return;
    if (!raisesRisk(before.policy, revision.policy, revision.forced)) return;
    assert.ok(revision.approvedBy !== null && revision.approvedBy !== revision.by, 'two persons raised this risk');
  }

  /** Where two persons are needed, two approved; looked at when it first shows, since the rule may go later. */
  #checkApproved(upgrades: RolloutState['upgrades'], last: Revision | null, newest: Revision): void {
    const isNeeded = last?.policy.secondPerson === true && newest.policy.secondPerson === true;
    for (const { id, state, proposed, decided, rollout } of upgrades) {
      if (state !== 'approved') this.#approved.delete(id);
      if (state !== 'approved' || this.#approved.has(id)) continue;
      this.#approved.add(id);
      // A pin that people moved by hand was agreed to as a change of the policy.
      const { firstRevision = 0 } = newest.rollouts.find((each) => each.id === rollout) ?? {};
      if (this.#agreed.has(firstRevision)) continue;
      if (isNeeded) assert.ok(proposed !== null && proposed.by !== decided?.by, `${id} was approved by one person`);
    }
  }

  /** What ended stays ended, but for a reopening that the history tells of. */
  async #checkEnded(upgrades: RolloutState['upgrades']): Promise<void> {
    const counts = reopenings(await this.#events());
    for (const { id, state } of upgrades) {
      const count = counts.get(id) ?? 0;
      const isEnded = ['rejected', 'superseded', 'rolled_out'].includes(state);
      if (this.#ended.get(id) === count) assert.ok(isEnded, `${id} had ended, nobody reopened it, and it is ${state}`);
      if (isEnded) this.#ended.set(id, count);
    }
  }

  /** What is offered is newer than the pin, and a superseded upgrade is not. */
  #checkOffers(upgrades: RolloutState['upgrades'], { policy }: Revision): void {
    for (const { id, ring, family, model, state } of upgrades) {
      const pin = policy.rings.find(({ name }) => name === ring)?.pins[family]?.model;
      const isNewer = pin !== undefined && model > pin; // ids of these lives sort as their versions
      if (['found', 'soaking', 'ready', 'approved'].includes(state)) assert.ok(isNewer, `${id} is ${state} at ${pin}`);
      if (['superseded', 'rolled_out'].includes(state)) assert.ok(!isNewer, `${id} is gone for ever at ${pin}`);
    }
  }

  async #events(): Promise<readonly Event[]> {
    const listed = await this.#store.list('event', { order: 'ascending', limit: 10_000 });
    assert.ok(listed.ok);
    return listed.value.map(({ value }) => value);
  }

  async #readMatrix(): Promise<void> {
    const matrix = await this.#read('matrix', 'current');
    if (matrix === null) return;
    this.#isProbed = true;
    const enabled = matrix.cells.filter(({ state }) => state === 'enabled');
    this.#callable = new Set(enabled.map(nameOf));
    const sure = enabled.filter(({ suspectedAt }) => suspectedAt === null).map(nameOf);
    // What was sure before this step may have been decided on in it.
    this.#sure = new Set([...this.#sureNow, ...sure]);
    this.#sureNow = new Set(sure);
  }

  async #read<K extends Kind>(kind: K, id: string) {
    const read = await this.#store.read(kind, id);
    assert.ok(read.ok, `${kind} ${id} can not be read`);
    return read.value?.value ?? null;
  }
}

/** Two answers in a row said so; a single one only makes it suspect. */
function isLost({ state, suspectedAt }: Cell): boolean {
  return state !== 'enabled' && state !== 'unknown' && suspectedAt === null;
}

function percentOf({ stages, stage }: Rollout): number {
  return stages[stage] ?? assert.fail('a rollout is at a stage that it has');
}
