// The world of the simulated fleet: virtual time from a Sunday evening to a Monday afternoon, in which agents poll, the probe and
// the advance run by their schedules, and the story's admin acts. It measures, and holds all of it against the rules.

import type { AdoptionCounts } from '../../shared/domain/adoption.ts';
import type { Revision } from '../../shared/domain/revision.ts';
import { Chance } from './chance.ts';
import { judgeAdoption } from './fleet-adoption.ts';
import { Agents } from './fleet-agents.ts';
import type { Mark, Sample } from './fleet-chart.ts';
import { Machines, rings } from './fleet-machines.ts';
import { policy } from './fleet-policy.ts';
import { online } from './fleet-presence.ts';
import { Rollback } from './fleet-rollback.ts';
import { markOf, Rules } from './fleet-rules.ts';
import { Service } from './fleet-service.ts';

/** What is wrong in a world, to see that the simulation finds it; each breaks another rule. */
export const flaws = {
  forced: 'an admin forces a pin that is not callable',
  boastful: 'machines with an old Claude Code say that they have a new one',
  renamed: 'machines have another name in every revision',
  alike: 'half of the machines have one name',
  forgetful: 'an instance counts nobody',
  hasty: 'an instance writes what it counted every ten seconds',
  stuck: 'an instance never learns of a change',
  deaf: 'machines come every 15 minutes, whatever they are told',
  discouraged: 'machines never ask again after a failure',
} as const;
export type Flaw = keyof typeof flaws;

export interface Options {
  readonly machines: number;
  readonly seed: number;
  readonly instances: number;
  readonly timer: number;
  readonly flaw: Flaw | null;
}

const [minute, hour] = [60, 3_600];
export const startMs = Date.parse('2031-05-04T18:00:00.000Z');
export const seconds = 20 * hour;
/** The chart shows Monday, in steps of five minutes. */
const chartFrom = 13.5 * hour;
const chartStep = 5 * minute;
/** As long as a machine may take to ask again. */
const longestWait = 20 * minute;

export class World {
  now = 0;
  onlineAtMost = 0;
  worstCount = 0;
  counts: AdoptionCounts | null = null;
  readonly options: Options;
  readonly machines: Machines;
  readonly rules: Rules;
  readonly service: Service;
  readonly agents: Agents;
  readonly rollbacks: Rollback[] = [];
  readonly samples: Sample[] = [];
  readonly marks: Mark[] = [];
  readonly #chance: Chance;
  readonly #onRevision: (revision: Revision) => void;
  #checks = 0;
  #polls = 0;
  #noted = 0;

  constructor(options: Options, onRevision: (revision: Revision) => void) {
    const { machines: count, seed, instances, timer, flaw } = options;
    const chance = new Chance(seed);
    this.options = options;
    this.#chance = chance;
    this.#onRevision = onRevision;
    const machines = new Machines(count, chance, seed, { alike: flaw === 'alike', boastful: flaw === 'boastful' });
    const rules = new Rules(machines);
    this.machines = machines;
    this.rules = rules;
    this.service = new Service({
      instances,
      isStuck: flaw === 'stuck',
      machines,
      clock: () => startMs + this.now * 1_000,
      onAnswer: (answer, machine) =>
        rules.judgeAnswer(answer, machine, (model) => this.service.wasCallable(model, answer.revision)),
    });
    this.agents = new Agents({
      machines,
      service: this.service,
      chance,
      rules,
      startMs,
      seconds,
      timer,
      isDeaf: flaw === 'deaf',
      isDiscouraged: flaw === 'discouraged',
      isForgetful: flaw === 'forgetful',
    });
  }

  async live(story: AsyncGenerator<() => boolean>): Promise<void> {
    await this.ask('PUT', '/v1/policy', policy);
    let waiting = await story.next();
    for (this.now = 0; this.now < seconds; this.now++) {
      if (this.now % (15 * minute) === 0) await this.service.probe();
      if (this.now % minute === 0) this.#scale();
      if (this.now % minute === 30) await this.service.advance();
      if (this.now % 10 === 0 && waiting.done !== true && waiting.value()) waiting = await story.next();
      this.#note();
      await this.agents.live(this.now);
      if (this.options.flaw === 'hasty' && this.now % 10 === 0) await this.service.instances[0].adoption.flush();
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
    const known = await instance.snapshot.current();
    const target = known.ok ? instance.framedBy(known.value) : null;
    if (target === null) throw new Error('the instance that made the change does not know it');
    const rollback = new Rollback(what, this.service.revision.number, this.now, isMoving, this.machines);
    this.rollbacks.push(rollback);
    this.agents.measure(rollback, target);
  }

  async checkAdoption(): Promise<void> {
    this.#checks += 1;
    this.counts = await this.service.countAdoption();
    const worst = judgeAdoption(this.counts, this.machines, startMs, (words) => this.rules.breach('adoption', words));
    this.worstCount = Math.max(this.worstCount, worst);
  }

  #note(): void {
    for (; this.#noted < this.service.revisions.length; this.#noted++) {
      const revision = this.service.revisions[this.#noted] ?? this.service.revision;
      this.marks.push({ at: Date.parse(revision.at), letter: markOf(revision) });
      this.#onRevision(revision);
      if (this.options.flaw !== 'renamed') continue;
      for (let at = 0; at < this.machines.count; at++) this.machines.rename(at, `m-${at}-${revision.number}`);
    }
  }

  /** As many instances as the last minute's polls need, when all of them can carry every machine coming each 27 s. */
  #scale(): void {
    const { tally } = this.agents;
    const share = (tally.polls - this.#polls) / (this.machines.count * (minute / 27));
    this.#polls = tally.polls;
    this.service.scale(Math.ceil(share * this.options.instances));
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
    if (this.now < chartFrom) return;
    const shares = all.map((ring) => (ring.online === 0 ? null : ring.moved / ring.online));
    this.samples.push({ at: startMs + this.now * 1_000, shares });
  }

  #closeBooks(): void {
    const { rules, service, agents, machines } = this;
    rules.judgeShares();
    const newest = service.revision.number;
    const isBehind = (at: number) =>
      agents.presence[at] === online &&
      (agents.onlineSince[at] ?? 0) < seconds - longestWait &&
      machines.revision[at] !== newest;
    const behind = machines.revision.filter((_, at) => isBehind(at)).length;
    if (behind > 0) rules.breach('newest', `${behind} machines online have not got revision ${newest}`);
    for (const { what, isMoving, after } of this.rollbacks) {
      const took = after.percent99;
      if (isMoving && (took === null || took > 60)) rules.breach('back', `${what}: ${took ?? 'never'} s`);
      if (took === null) rules.breach('back', `${what}: never`);
    }
    for (let at = 0; at < service.instances.length; at++) this.#judgeCalls(at);
  }

  #judgeCalls(at: number): void {
    const { reads } = this.service.store.total(`snapshot ${at}`);
    const { commits } = this.service.store.total(`adoption ${at}`);
    if (reads > seconds / 15 + 1) this.rules.breach('writes', `instance ${at} read its snapshot ${reads} times`);
    const most = seconds / minute + this.#checks + 1;
    if (commits > most) this.rules.breach('writes', `instance ${at} committed counts ${commits} times, not ${most}`);
  }
}
