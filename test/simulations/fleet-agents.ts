// The agents of the simulated fleet, as infra/agents/posix/pinward.sh is: each asks when it is due, takes what is no older than
// what it holds, and asks again after Poll-After, or some time after a failure. Machines sleep, wake and lose their network.

import type { CachedPolicy } from '../../functions/api/polls/policy-cache.ts';
import type { Result } from '../../shared/domain/fault.ts';
import type { Chance } from './chance.ts';
import type { Answer, CachedAnswers } from './fleet-answers.ts';
import { Calendar } from './fleet-calendar.ts';
import type { Instance } from './fleet-instance.ts';
import type { Machines } from './fleet-machines.ts';
import { asleep, cutOff, online, type Presence, Presences } from './fleet-presence.ts';
import type { Rollback } from './fleet-rollback.ts';
import type { Rules } from './fleet-rules.ts';
import type { Service } from './fleet-service.ts';
import { Timers } from './fleet-timers.ts';
import { Witness } from './fleet-witness.ts';

/** One poll of so many is asked of the real poll, too. */
const witnessed = 1_009;

export interface AgentsInput {
  readonly machines: Machines;
  readonly service: Service;
  readonly chance: Chance;
  readonly rules: Rules;
  readonly startMs: number;
  readonly seconds: number;
  /** How often a timer starts the agent. */
  readonly timer: number;
  /** What agents do wrong, to see that the simulation finds it. */
  readonly isDeaf: boolean;
  readonly isDiscouraged: boolean;
  /** Whether the last instance counts nobody. */
  readonly isForgetful: boolean;
}

export class Agents {
  readonly aggregator = { polls: 0, failed: 0, refused: 0, taken: 0 };
  readonly witness = new Witness();
  readonly presence: Uint8Array;
  readonly onlineSince: Int32Array;
  /** The latest, and what it serves. */
  rollback: { readonly measured: Rollback; readonly target: CachedAnswers } | null = null;
  readonly #in: AgentsInput;
  readonly #presences: Presences;
  readonly #polls: Calendar;
  readonly #changes: Calendar;
  readonly #timers: Timers;
  /** Asleep when they were due. */
  readonly #overdue: Uint8Array;
  /** Awake since, but not started by their timer yet. */
  readonly #waking: Uint8Array;
  #late: Promise<void>[] = [];
  #now = 0;

  constructor(input: AgentsInput) {
    const { machines, chance, startMs, seconds, timer } = input;
    this.#in = input;
    this.presence = new Uint8Array(machines.count);
    this.onlineSince = new Int32Array(machines.count);
    this.#presences = new Presences(machines.count, startMs, chance);
    this.#polls = new Calendar(seconds, machines.count);
    this.#changes = new Calendar(seconds, machines.count);
    this.#timers = new Timers(machines.count, timer);
    this.#overdue = new Uint8Array(machines.count);
    this.#waking = new Uint8Array(machines.count);
    for (let machine = 0; machine < machines.count; machine++) {
      const { presence, until } = this.#presences.first(machine);
      this.presence[machine] = presence;
      this.#changes.put(until, machine);
      this.#polls.put(chance.between(0, 900), machine);
    }
  }

  async live(second: number): Promise<void> {
    this.#now = second;
    this.#changes.visit(second, this.#change);
    this.#polls.visit(second, this.#poll);
    if (this.#late.length > 0) await Promise.all(this.#late.splice(0));
    this.rollback?.measured.look(second);
  }

  /** Begins to measure how machines come back to what `target` serves. */
  measure(measured: Rollback, target: CachedAnswers): void {
    this.rollback = { measured, target };
    this.presence.forEach((presence, machine) => {
      if (presence === online && this.#waking[machine] === 0) this.#expectBack(machine);
    });
  }

  readonly #change = (machine: number): void => {
    const was = this.#presenceOf(machine);
    const { presence, until } = this.#presences.next(machine, was, this.#now);
    this.presence[machine] = presence;
    this.#changes.put(until, machine);
    if (presence === online && was !== online) this.onlineSince[machine] = this.#now;
    if (presence !== asleep && this.#overdue[machine] !== 0) {
      this.#overdue[machine] = 0;
      this.#waking[machine] = 1;
      this.#polls.put(this.#timers.next(machine, this.#now, this.#now), machine);
    }
    if (presence !== online) this.rollback?.measured.leave(machine);
    else if (this.#waking[machine] === 0) this.#expectBack(machine);
  };

  readonly #poll = (machine: number): void => {
    const presence = this.#presenceOf(machine);
    if (presence === asleep) {
      this.#overdue[machine] = 1;
      return;
    }
    const { chance, machines, service } = this.#in;
    this.#waking[machine] = 0;
    if (presence === online) this.#expectBack(machine);
    this.aggregator.polls += 1;
    if (presence === cutOff || chance.happens(machines.fails[machine] ?? 0)) {
      this.#fail(machine);
      return;
    }
    const instance = chance.pick(service.serving);
    const known = instance.policyCache.current();
    if (known instanceof Promise) this.#late.push(known.then((late) => this.#serve(machine, instance, late)));
    else this.#serve(machine, instance, known);
  };

  #serve(machine: number, instance: Instance, known: Result<CachedPolicy>): void {
    const cached = known.ok ? instance.answersBy(known.value) : null;
    if (cached === null) {
      this.#fail(machine);
      return;
    }
    const { machines, rules, isDeaf } = this.#in;
    const answer = cached.answer(machine);
    const pollAfter = cached.pollAfter(machine);
    this.#count(machine, instance, answer);
    if (this.aggregator.polls % witnessed === 0) this.#callWitness(machine, instance, answer, pollAfter);
    const held = machines.revision[machine] ?? 0;
    if (answer.revision < held) {
      this.aggregator.refused += 1;
      this.#fail(machine);
      return;
    }
    if (answer.revision > held) this.#take(machine, answer, cached);
    else if (answer.pins !== machines.pins[machine]) rules.breach('sticky', `other pins in revision ${held}`);
    this.#polls.put(this.#timers.afterAnswer(machine, this.#now, isDeaf ? 900 : pollAfter), machine);
  }

  #count(machine: number, instance: Instance, { revision, ring, counters }: Answer): void {
    const { machines, service, isForgetful } = this.#in;
    const name = machines.names[machine] ?? null;
    if (name === null) return;
    machines.polledAt[machine] = this.#now;
    for (const counter of counters) machines.counter(machine, counter, this.#now);
    if (!isForgetful || instance !== service.instances.at(-1)) instance.adoption.polled(name, revision, ring, counters);
  }

  #callWitness(machine: number, instance: Instance, answer: Answer, pollAfter: number): void {
    const { machines, rules } = this.#in;
    const difference = this.witness.compare(instance, machines.questionOf(machine), answer, pollAfter);
    if (difference !== null) rules.breach('answers', difference);
  }

  #take(machine: number, answer: Answer, { rollouts }: CachedAnswers): void {
    const { machines, rules, chance, service } = this.#in;
    this.aggregator.taken += 1;
    rules.judgeTaken(machine, answer, rollouts);
    machines.revision[machine] = answer.revision;
    machines.pins[machine] = answer.pins;
    if (this.rollback !== null && answer.revision >= this.rollback.measured.revision) {
      this.rollback.measured.take(machine);
    }
    const name = machines.names[machine] ?? null;
    if (name !== null) chance.pick(service.serving).adoption.reported(name, answer.revision, answer.ring, 'applied');
  }

  #expectBack(machine: number): void {
    if (this.rollback === null) return;
    const { measured, target } = this.rollback;
    const { revision, pins } = this.#in.machines;
    const held = revision[machine] ?? 0;
    if (held > 0 && held < measured.revision && target.answer(machine).pins !== pins[machine]) measured.add(machine);
  }

  #fail(machine: number): void {
    const { machines, isDiscouraged } = this.#in;
    this.aggregator.failed += 1;
    if (isDiscouraged) return;
    this.#polls.put(this.#timers.afterFailure(machine, this.#now, machines.revision[machine] === 0), machine);
  }

  #presenceOf(machine: number): Presence {
    // Only presences are put there.
    return this.presence[machine] as Presence;
  }
}
