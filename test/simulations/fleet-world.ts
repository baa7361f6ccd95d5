// The world of the simulated fleet: virtual time from a Sunday night to a Monday afternoon, in which agents poll, the probe and
// the advance run by their schedules, and the story's admin acts. It measures, and holds all of it against the rules.

import type { Revision } from '../../shared/domain/serving/revision.ts';
import { Chance } from './chance.ts';
import { judgeAdoption } from './fleet-adoption.ts';
import { Agents } from './fleet-agents.ts';
import type { Mark, Sample } from './fleet-chart.ts';
import { Machines, rings } from './fleet-machines.ts';
import type { Options } from './fleet-options.ts';
import { policyOf } from './fleet-policy.ts';
import { online } from './fleet-presence.ts';
import { Rollback } from './fleet-rollback.ts';
import { markOf, Rules } from './fleet-rules.ts';
import { Service } from './fleet-service.ts';

const [minute, hour] = [60, 3_600];
const endMs = Date.parse('2031-05-05T13:30:00.000Z');
/** The chart shows the last hours, in steps of four minutes. */
const charted = 5.75 * hour;
const chartStep = 4 * minute;
/** Between the beginning and eight o'clock on Monday, when the first upgrade is to be ready, that does not soak. */
const soakless = 6.5;
/** Whoever was online for so long has asked. */
const maxWait = 20 * minute;

export class World {
  now = 0;
  onlineAtMost = 0;
  worstCount = 0;
  /** By family, the most that were counted. */
  readonly heldBack = new Map<string, number>();
  readonly options: Options;
  /** How long it lives. */
  readonly seconds: number;
  readonly #startMs: number;
  readonly machines: Machines;
  readonly rules: Rules;
  readonly service: Service;
  readonly agents: Agents;
  readonly rollbacks: Rollback[] = [];
  readonly samples: Sample[] = [];
  readonly counters: Mark[] = [];
  readonly #chance: Chance;
  readonly #onRevision: (revision: Revision) => void;
  #checks = 0;
  #noted = 0;

  constructor(options: Options, onRevision: (revision: Revision) => void) {
    const { machines: count, seed, instances, timer, hours, flaws } = options;
    const chance = new Chance(seed);
    this.options = options;
    this.seconds = hours * hour;
    this.#startMs = endMs - this.seconds * 1_000;
    this.#chance = chance;
    this.#onRevision = onRevision;
    const machines = new Machines(count, chance, seed, { alike: flaws.has('alike'), boastful: flaws.has('boastful') });
    const rules = new Rules(machines);
    this.machines = machines;
    this.rules = rules;
    this.service = new Service({
      instances,
      isStuck: flaws.has('stuck'),
      machines,
      clock: () => this.#at,
      onAnswer: (answer, machine) =>
        rules.judgeAnswer(answer, machine, (model) => this.service.wasCallable(model, answer.revision)),
    });
    this.agents = new Agents({
      machines,
      service: this.service,
      chance,
      rules,
      startMs: this.#startMs,
      seconds: this.seconds,
      timer,
      isDeaf: flaws.has('deaf'),
      isDiscouraged: flaws.has('discouraged'),
      isForgetful: flaws.has('forgetful'),
    });
  }

  /** `onMinute` gets each minute of virtual time, in seconds. */
  async live(story: AsyncGenerator<() => boolean>, onMinute = (_: number) => {}): Promise<void> {
    await this.ask('PUT', '/v1/policy', policyOf(this.options.hours - soakless));
    let waiting = await story.next();
    for (this.now = 0; this.now < this.seconds; this.now++) {
      if (this.now % (15 * minute) === 0) await this.service.probe();
      if (this.now % minute === 0) this.service.scale(this.agents.aggregator.polls, this.machines.count);
      if (this.now % minute === 0) onMinute(this.now);
      if (this.now % minute === 30) await this.service.advance();
      if (this.now % 10 === 0 && waiting.done !== true && waiting.value()) waiting = await story.next();
      this.#note();
      await this.agents.live(this.now);
      if (this.options.flaws.has('hasty') && this.now % 30 === 0) await this.service.instances[0].adoption.flush();
      await this.service.settle();
      if (this.now % chartStep === 0) this.#sample();
    }
    if (waiting.done !== true) throw new Error('the story did not come to its end');
    this.#closeBooks();
  }

  /** True from so many hours after the beginning on. */
  after(hours: number): () => boolean {
    return () => this.now >= hours * hour;
  }

  /** The admin's call on any instance, which is returned. */
  async ask(method: 'POST' | 'PUT', path: string, body?: object) {
    const instance = this.#chance.pick(this.service.serving);
    await this.service.ask(instance, method, path, body);
    return instance;
  }

  /** A call that takes something back, and how machines follow. */
  async rollBack(what: string, path: string): Promise<void> {
    const isMoving = this.service.revision.rollouts.length > 0;
    const instance = await this.ask('POST', path);
    const known = await instance.policyCache.current();
    const target = known.ok ? instance.answersBy(known.value) : null;
    if (target === null) throw new Error('the instance that made the change does not know it');
    const rollback = new Rollback(what, this.service.revision.number, this.now, isMoving, this.machines);
    this.rollbacks.push(rollback);
    this.agents.measure(rollback, target);
  }

  async checkAdoption(): Promise<void> {
    this.#checks += 1;
    const counts = await this.service.countAdoption();
    for (const [family, rings] of Map.groupBy(counts.heldBack, (each) => each.family)) {
      const held = rings.reduce((sum, { machines }) => sum + machines, 0);
      this.heldBack.set(family, Math.max(held, this.heldBack.get(family) ?? 0));
    }
    const time = { startMs: this.#startMs, now: this.now };
    const worst = judgeAdoption(counts, this.machines, time, (words) => this.rules.breach('adoption', words));
    this.worstCount = Math.max(this.worstCount, worst);
  }

  /** Now, in milliseconds since 1970. */
  get #at(): number {
    return this.#startMs + this.now * 1_000;
  }

  #note(): void {
    for (; this.#noted < this.service.revisions.length; this.#noted++) {
      const revision = this.service.revisions[this.#noted] ?? this.service.revision;
      this.counters.push({ at: Date.parse(revision.at), letter: markOf(revision) });
      this.#onRevision(revision);
      if (!this.options.flaws.has('renamed')) continue;
      for (let at = 0; at < this.machines.count; at++) this.machines.rename(at, `m-${at}-${revision.number}`);
    }
  }

  #sample(): void {
    const all = rings.map(() => ({ online: 0, moved: 0 }));
    const { presence } = this.agents;
    let total = 0;
    for (let at = 0; at < this.machines.count; at++) {
      const ring = all[this.machines.ring[at] ?? 0];
      if (presence[at] !== online || ring === undefined) continue;
      total += 1;
      ring.online += 1;
      if ((this.machines.pins[at] ?? 0) > 1) ring.moved += 1;
    }
    this.onlineAtMost = Math.max(this.onlineAtMost, total);
    if (this.now < this.seconds - charted) return;
    const shares = all.map((ring) => (ring.online === 0 ? null : ring.moved / ring.online));
    this.samples.push({ at: this.#at, shares });
  }

  #closeBooks(): void {
    const { rules, service, agents, machines } = this;
    rules.judgeShares();
    const newest = service.revision.number;
    const isBehind = (at: number) =>
      agents.presence[at] === online &&
      (agents.onlineSince[at] ?? 0) < this.seconds - maxWait &&
      machines.revision[at] !== newest;
    const behind = machines.revision.filter((_, at) => isBehind(at)).length;
    if (behind > 0) rules.breach('newest', `${behind} machines online have not got revision ${newest}`);
    for (const { what, isMoving, isInTime, affected, after } of this.rollbacks) {
      const took = after.percent99;
      if (affected === 0 || took === null || (isMoving && !isInTime)) {
        rules.breach('back', `${what}: 99 % of ${affected} after ${took ?? 'more than the simulated'} s`);
      }
    }
    for (let at = 0; at < service.instances.length; at++) this.#judgeCalls(at);
  }

  #judgeCalls(at: number): void {
    const { reads } = this.service.store.total(`policyCache ${at}`);
    const { commits } = this.service.store.total(`adoption ${at}`);
    if (reads > this.seconds / 15 + 1) this.rules.breach('writes', `instance ${at} read its policy ${reads} times`);
    const most = this.seconds / minute + this.#checks + 1;
    if (commits > most) this.rules.breach('writes', `instance ${at} committed counts ${commits} times, not ${most}`);
  }
}
