// One walk: several actors and time take steps on the real commands. After each, whatever a machine is served must be lower or
// neutral against what two people agreed to. The walk ends when two people agree to end the rule of the second person.

import type { Matrix } from '../../../../shared/domain/availability/availability.ts';
import type { Machine } from '../../../../shared/domain/serving/machine.ts';
import type { Answer } from '../../../support/rollout-fleet.ts';
import type { Chance } from '../../chance.ts';
import { everyMachine, everyVersion } from '../oracle/machines.ts';
import { shipped } from '../pairs/draw-policy.ts';
import { Agreed } from './agreed.ts';
import { drawStep } from './draw-step.ts';
import { firstPolicy } from './first-policy.ts';
import { Ledger, raisedMembers } from './ledger.ts';
import { ServedInFull } from './served-in-full.ts';
import { type Door, honestDoor, type Step, type View, World } from './world.ts';

export interface Walked {
  /** Kinds of machines and classes of versions that were served what nobody else agreed to; lines for people. */
  readonly escaped: readonly string[];
  readonly steps: readonly string[];
  /** How often two people agreed to a policy, and a rollout began that they agreed to. */
  readonly agreements: number;
}

const stepsAWalk = 60;
const machinesAWalk = 40;

export async function walk(chance: Chance, door: Door = honestDoor): Promise<Walked> {
  const world = new World(door);
  try {
    await world.begin(firstPolicy(chance));
    return await follow(world, chance);
  } finally {
    await world.close();
  }
}

async function follow(world: World, chance: Chance): Promise<Walked> {
  const steps: string[] = [];
  let view = await world.view();
  const witness = new Witness(view, chance);
  while (steps.length < stepsAWalk) {
    const step = drawStep(view, chance);
    const answer = await world.take(step, view.roles);
    const next = await world.view();
    steps.push(`${step.name}: ${answer?.status ?? '-'}`);
    const escaped = await witness.look(world, step, answer, view, next);
    const { agreements } = witness;
    if (escaped.length > 0) return { escaped, steps, agreements };
    if (!next.revision.policy.secondPerson) break;
    view = next;
  }
  return { escaped: [], steps, agreements: witness.agreements };
}

/** Follows a walk with its own books. */
class Witness {
  agreements = 0;
  readonly #agreed: Agreed;
  readonly #full: ServedInFull;
  readonly #ledger = new Ledger();
  /** The machines for which somebody rejected an upgrade. */
  readonly #rejected = new Map<string, ReadonlySet<Machine>>();
  /** The machines for which two people agreed to an upgrade. */
  readonly #upgraded = new Map<string, ReadonlySet<Machine>>();
  /** What was found callable at each change since the last agreement. */
  #matrices: Matrix[] = [];

  constructor(view: View, chance: Chance) {
    const all = everyMachine([view.revision.policy], true);
    const machines: readonly Machine[] = Array.from(
      { length: machinesAWalk },
      () => all[chance.between(0, all.length - 1)],
    ).filter((each) => each !== undefined);
    this.#agreed = new Agreed(machines, everyVersion([shipped]), view.revision.policy);
    this.#full = new ServedInFull(machines);
    this.#full.note(view, false);
  }

  async look(world: World, step: Step, answer: Answer | null, before: View, after: View): Promise<readonly string[]> {
    const isDone = answer?.status === 200;
    const path = step.call?.path ?? '';
    const [, proposal] = /^\/v1\/proposals\/(\d+)\/approve/.exec(path) ?? [];
    const [, upgrade, verb] = /^\/v1\/upgrades\/([^/]+)\/(approve|reject|reopen)/.exec(path) ?? [];
    const isRestore = isDone && path.endsWith('/restore');
    const both =
      isDone && step.actor !== null && proposal !== undefined && this.#ledger.agree(proposal, step.actor, before.roles);
    if (isDone && upgrade !== undefined && verb === 'reject')
      this.#rejected.set(upgrade, this.#agreed.membersOf(before.revision.policy, upgrade.split('.')[0]));
    if (isDone && upgrade !== undefined && verb === 'reopen') this.#rejected.delete(upgrade);
    const strangers = both ? [] : raisedMembers(before.roles, after.roles).map((member) => `${member} may do more`);
    if (both && proposal !== undefined) await this.#takeOver(world, Number(proposal), after);
    if (isRestore) this.#full.allowComebacks(this.#agreed, after, (...asked) => this.#isRejected(...asked));
    this.#followRollouts(step, isDone && verb === 'approve' ? upgrade : undefined, before, after);
    for (let number = before.rolloutState.proposals + 1; number <= after.rolloutState.proposals; number++) {
      if (step.actor !== null) this.#ledger.asked(String(number), step.actor, before.roles);
    }
    const escaped = this.#agreed.escaped(after, this.#matrices).map(({ who, what }) => `${who}: ${what}`);
    if (after.revision.number > before.revision.number) this.#matrices.push(after.matrix);
    this.#full.note(after, isRestore);
    return [...strangers, ...escaped];
  }

  #isRejected(machine: Machine, family: string, model: string): boolean {
    return [...this.#rejected].some(([upgrade, machines]) => {
      return upgrade.endsWith(`.${family}.${model}`) && machines.has(machine);
    });
  }

  /** What was proposed is agreed, and so is the way to it. */
  async #takeOver(world: World, number: number, after: View): Promise<void> {
    const proposal = await world.proposal(number);
    if (proposal.kind !== 'policy') return;
    this.agreements++;
    this.#agreed.replace(proposal.policy);
    this.#matrices = [];
    for (const rollout of after.revision.rollouts) {
      this.#agreed.allowPin(after.revision, rollout, rollout.from);
      this.#agreed.allowPin(after.revision, rollout, rollout.to);
    }
  }

  /** A rollout is agreed to by two who approved its upgrade, or by the rule of the policy that they agreed to. */
  #followRollouts(step: Step, approved: string | undefined, before: View, after: View): void {
    if (approved !== undefined && step.actor !== null) {
      const isAgreed = this.#ledger.agree(approved, step.actor, before.roles);
      if (isAgreed)
        this.#upgraded.set(approved, this.#agreed.membersOf(before.revision.policy, approved.split('.')[0]));
      else this.#ledger.asked(approved, step.actor, before.roles);
    }
    for (const rollout of after.revision.rollouts) {
      if (before.revision.rollouts.some(({ id }) => id === rollout.id)) continue;
      const { ring, family, to } = rollout;
      const members = this.#upgraded.get(`${ring}.${family}.${to.model}`);
      if (members !== undefined) this.agreements++;
      const isFor = (machine: Machine) => members?.has(machine) ?? this.#agreed.isAutomatic(machine, family);
      this.#agreed.allowPin(after.revision, rollout, to, isFor);
    }
  }
}
