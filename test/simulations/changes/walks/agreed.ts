// What two people agreed to, for each kind of machine and class of version: a policy, and beside it the values that rollouts
// and restores may bring. Whatever else a machine is served must be lower or neutral.

import { isDeepStrictEqual } from 'node:util';
import type { Matrix } from '../../../../shared/domain/availability/availability.ts';
import { callableModelsFor } from '../../../../shared/domain/availability/find-callable.ts';
import { type Catalogue, extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import { families } from '../../../../shared/domain/models/model.ts';
import type { Pin } from '../../../../shared/domain/policy/pin.ts';
import type { Policy } from '../../../../shared/domain/policy/policy.ts';
import { type Machine, ringChooser } from '../../../../shared/domain/serving/machine.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import type { Rollout } from '../../../../shared/domain/serving/rollout.ts';
import { differencesBetween, type Told, unitOf } from '../oracle/differences.ts';
import { governanceBetween } from '../oracle/governance.ts';
import { stopsOf } from '../oracle/model-lists.ts';
import { type Place, type Rendered, renderer } from '../oracle/render.ts';
import { type Files, movesMachines, verdictOn } from '../oracle/risk-table.ts';
import { shipped } from '../pairs/draw-policy.ts';
import type { View } from './world.ts';

type Placing = (machine: Machine) => Place;

/** A kind of machine and a class of version, and the first difference; for people. */
export interface Escaped {
  readonly who: string;
  readonly what: string;
}

/** What a machine may be served, too. */
interface Allowance {
  readonly machine: Machine;
  readonly policy: Policy;
  readonly paths: readonly string[];
}

export class Agreed {
  readonly #machines: readonly Machine[];
  readonly #versions: readonly (string | null)[];
  #policy: Policy;
  #allowances: Allowance[] = [];

  constructor(machines: readonly Machine[], versions: readonly (string | null)[], policy: Policy) {
    this.#machines = machines;
    this.#versions = versions;
    this.#policy = policy;
  }

  /** Two people agreed to a policy. What they had agreed to before is the past. */
  replace(policy: Policy): void {
    this.#policy = policy;
    this.#allowances = [];
  }

  /** Whether everybody agreed that this family of a machine's ring takes upgrades by itself. */
  isAutomatic(machine: Machine, family: Rollout['family']): boolean {
    const { ring } = ringChooser(this.#policy)(machine);
    return (ring.upgrades?.[family] ?? this.#policy.upgrades?.[family])?.rule === 'auto';
  }

  membersOf(policy: Policy, ring: string | undefined): ReadonlySet<Machine> {
    const chooseRing = ringChooser(policy);
    return new Set(this.#machines.filter((machine) => chooseRing(machine).ring.name === ring));
  }

  /** The machines of a rollout's ring may be served a pin. */
  allowPin({ policy }: Revision, { ring, family }: Rollout, pin: Pin, isFor = (_: Machine) => true): void {
    const rings = policy.rings.map((each) =>
      each.name === ring ? { ...each, pins: { ...each.pins, [family]: pin } } : each,
    );
    const allowed = { ...policy, rings };
    for (const machine of this.membersOf(policy, ring)) {
      if (isFor(machine)) this.allow(machine, allowed, [`/pins/${family}`]);
    }
  }

  /** A machine may be served what a policy gives it at these paths. */
  allow(machine: Machine, policy: Policy, paths: readonly string[]): void {
    this.#allowances.push({ machine, policy, paths });
  }

  /**
   * What each kind of machine and class of version is served that nobody else agreed to. What older clients get depends on
   * what was found callable, which is nobody's change: it counts only if it was so whatever was found by then.
   */
  escaped(view: View, matrices: readonly Matrix[]): readonly Escaped[] {
    return matrices.reduce((found, matrix) => {
      if (found.length === 0) return found;
      const others = new Set(this.#escapedWith({ ...view, matrix }).map(({ who }) => who));
      return found.filter(({ who }) => others.has(who));
    }, this.#escapedWith(view));
  }

  #escapedWith(view: View): readonly Escaped[] {
    const { policy, rollouts } = view.revision;
    const [placeBefore, placeNow] = [placing(this.#policy, [], view), placing(policy, rollouts, view)];
    const catalogues = [this.#policy, policy].map(({ models }) => extendCatalogue(shipped, models));
    const known = new Map<string, readonly Told[]>();
    const places = new Map<Policy, Placing>();
    const placingOf = (each: Policy) => {
      const placed = places.get(each) ?? placing(each, [], view);
      places.set(each, placed);
      return placed;
    };
    const alsoAllowed = (machine: Machine, cli: string | null, path: string) =>
      this.#allowances
        .filter((each) => each.machine === machine && each.paths.includes(path))
        .map((each) => valueAt(placingOf(each.policy)(machine).serve(cli), path));
    return this.#machines.flatMap((machine) => {
      const [before, now] = [placeBefore(machine), placeNow(machine)];
      const [ring, target] = [this.#policy.rings[before.ring], policy.rings[now.ring]];
      if (ring === undefined || target === undefined) throw new Error('a machine is in a ring');
      return this.#versions.flatMap((cli) => {
        const key = [before.key, now.key, cli].join('\n');
        const told = known.get(key) ?? [
          ...differencesBetween(before.serve(cli), now.serve(cli), catalogues),
          ...governanceBetween([this.#policy, ring], [policy, target]),
        ];
        known.set(key, told);
        const files = [before.serve(cli), now.serve(cli)] as const;
        const first = told.find(
          (each) => !isAgreed(each, () => alsoAllowed(machine, cli, each.path), catalogues[1] ?? shipped, files),
        );
        return first === undefined ? [] : [{ who: `${nameOf(machine)} with Claude Code ${cli}`, what: lineOf(first) }];
      });
    });
  }
}

function isAgreed(
  told: Told,
  alsoAllowed: () => readonly unknown[],
  catalogue: Catalogue,
  files: NonNullable<Files>,
): boolean {
  if (movesMachines(told, stopsOf([files[1]]))) return false;
  if (verdictOn(told, catalogue, files) !== 'higher') return true;
  return alsoAllowed().some(
    (from) => isDeepStrictEqual(from, told.to) || verdictOn({ ...told, from }, catalogue, files) !== 'higher',
  );
}

/** Where machines are served from. What was found callable since is nobody's change. */
export function placing(policy: Policy, rollouts: readonly Rollout[], { now, matrix }: View): Placing {
  const callableModels = callableModelsFor(policy, matrix);
  const day = new Date(now).toISOString().slice(0, 10);
  return renderer({ policy, rollouts, callableModels }, shipped, day, new Map());
}

export function valueAt(rendered: Rendered, path: string): unknown {
  const family = families.find((each) => path === `/pins/${each}`);
  if (family !== undefined) return unitOf(rendered, family);
  return path === '/project' ? rendered.project : rendered.location;
}

export function nameOf({ name, email, labels }: Machine): string {
  return [name, email, JSON.stringify(labels)].join(' ');
}

function lineOf({ path, from, to }: Told): string {
  return `${path} from ${JSON.stringify(from) ?? 'nothing'} to ${JSON.stringify(to) ?? 'nothing'}`;
}
