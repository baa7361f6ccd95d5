// What must hold in the simulated fleet, judged by what machines really got and not by what the service says of itself. The
// first few breaches of each rule are kept in words.

import type { Revision } from '../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import { atLeast, atMost } from '../support/binomial.ts';
import type { Answer } from './fleet-answers.ts';
import type { Machines } from './fleet-machines.ts';
import { models } from './fleet-policy.ts';

export const rules = {
  callable: 'every model that a machine got was callable there when its revision was made',
  cli: 'no machine got a model that its Claude Code can not run',
  sticky: 'a machine that a rollout has reached stays reached, and no answer differs within a revision',
  shares:
    'each stage reaches its share of the ring, within binomial bounds, and machines without a name at 100 % alone',
  answers: 'what machines get here is what the real poll answers',
  adoption: 'adoption as the service counts it is the truth, within five of its standard errors',
  writes: 'what the store has to do depends on time, not on polls',
  back: '99 % of the machines online are back within 60 s while machines come often, or as many of few as chance allows',
  newest: 'at the end every machine online has the newest revision',
} as const;
export type Rule = keyof typeof rules;

/** Standard deviations that chance is given, and how often it takes more, to one side, where it is normally distributed. */
export const sigmas = 5;
export const onceInMillions = 2.87e-7;
const maxKept = 3;
const minimumCli = new Map(models.map((model) => [model.id, model.minimumCli]));

/** The machines of a rollout's ring that took one revision, and those of them that got its model. */
interface Share {
  readonly revision: number;
  readonly rollout: Rollout;
  known: number;
  reached: number;
  /** Got the model without having said a name. */
  nameless: number;
}

export class Rules {
  readonly breaches = new Map<Rule, number>();
  readonly words: string[] = [];
  readonly #machines: Machines;
  readonly #shares = new Map<string, Share>();
  /** The rollout that has reached a machine, by family. */
  readonly #reachedBy = new Map<string, Uint16Array>();

  constructor(machines: Machines) {
    this.#machines = machines;
  }

  breach(rule: Rule, words: string): void {
    const times = (this.breaches.get(rule) ?? 0) + 1;
    this.breaches.set(rule, times);
    if (times <= maxKept) this.words.push(`${rule}: ${words}`);
  }

  /** Each answer is looked at once: all machines that get it are the same to it. */
  judgeAnswer(answer: Answer, machine: number, wasCallable: (model: string) => boolean): void {
    const cli = this.#machines.cliOf(machine);
    for (const model of Object.values(answer.models)) {
      if (!wasCallable(model)) this.breach('callable', `${model} in revision ${answer.revision}`);
      if (!this.#runs(cli, model)) this.breach('cli', `${model} on Claude Code ${cli} in revision ${answer.revision}`);
    }
  }

  /** A machine takes a revision that is new to it. */
  judgeTaken(machine: number, answer: Answer, rollouts: readonly Rollout[]): void {
    for (const rollout of rollouts) {
      const { family, to, ring, id } = rollout;
      if (ring !== answer.ring || !this.#runs(this.#machines.cliOf(machine), to.model)) continue;
      const isReached = answer.models[family] === to.model;
      const reachedBy = this.#reachedOf(family);
      if (!isReached && reachedBy[machine] === id) this.breach('sticky', `machine ${machine} left rollout ${id}`);
      if (isReached) reachedBy[machine] = id;
      this.#count(machine, answer.revision, rollout, isReached);
    }
  }

  judgeShares(): void {
    for (const { revision, rollout, known, reached, nameless } of this.#shares.values()) {
      const share = percentOf(rollout) / 100;
      const isChance =
        atMost(reached, known, share) >= onceInMillions && atLeast(reached, known, share) >= onceInMillions;
      const where = `${share * 100} % of ring ${rollout.ring} in revision ${revision}`;
      if (!isChance) this.breach('shares', `${reached} of ${known} are ${where}`);
      if (share < 1 && nameless > 0) this.breach('shares', `${nameless} without a name are among ${where}`);
    }
  }

  #runs(cli: string | null, model: string): boolean {
    const minimum = minimumCli.get(model);
    return cli === null || minimum === undefined || isAtLeast(cli, minimum);
  }

  #reachedOf(family: string): Uint16Array {
    const known = this.#reachedBy.get(family) ?? new Uint16Array(this.#machines.count);
    this.#reachedBy.set(family, known);
    return known;
  }

  #count(machine: number, revision: number, rollout: Rollout, isReached: boolean): void {
    const key = `${revision} ${rollout.id}`;
    const share = this.#shares.get(key) ?? { revision, rollout, known: 0, reached: 0, nameless: 0 };
    this.#shares.set(key, share);
    const { name, email } = this.#machines.questionOf(machine).machine;
    const isNameless = name === null && email === null;
    if (!isNameless) share.known += 1;
    if (!isNameless && isReached) share.reached += 1;
    if (isNameless && isReached) share.nameless += 1;
  }
}

/** Versions are compared number by number. */
function isAtLeast(version: string, minimum: string): boolean {
  const [own, least] = [version, minimum].map((text) => text.split('.').map(Number));
  const at = own?.findIndex((number, index) => number !== least?.[index]) ?? -1;
  return at === -1 || (own?.[at] ?? 0) > (least?.[at] ?? 0);
}

/** The percentage of its ring that a rollout is said to reach. */
export function percentOf({ stages, stage }: Rollout): number {
  return stages[stage] ?? 0;
}

/** What people would write beside a chart. */
export function markOf({ restores, note }: Revision): string {
  if (restores !== null) return 'R';
  if (note?.includes(' aborted') === true) return 'A';
  if (note?.includes(' completed') === true) return '*';
  if (note?.includes(' started') === true) return 's';
  return '+';
}
