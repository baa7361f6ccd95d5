// What a machine is served, as it reads it: the bytes that a poll renders, parsed. Made by the way of a poll.

import { formatOf } from '../../../../functions/api/polls/render/formats.ts';
import type { CallableModels } from '../../../../shared/domain/availability/callable-models.ts';
import { type Catalogue, extendCatalogue } from '../../../../shared/domain/models/catalogue.ts';
import type { Policy } from '../../../../shared/domain/policy/policy.ts';
import { ringWithRollouts } from '../../../../shared/domain/serving/bucketing.ts';
import { type Machine, ringChooser } from '../../../../shared/domain/serving/machine.ts';
import { resolve } from '../../../../shared/domain/serving/resolve.ts';
import type { Rollout } from '../../../../shared/domain/serving/rollout.ts';

/** All that decides what machines are served. */
export interface State {
  readonly policy: Policy;
  /** The active ones. */
  readonly rollouts: readonly Rollout[];
  readonly callableModels: CallableModels;
}

/** The parsed `.json`, with the settings of the parsed `.settings.json`. */
export interface Rendered {
  readonly ring: string;
  readonly project: string;
  readonly location: string;
  readonly locked: boolean;
  readonly pins: Readonly<Record<string, { readonly model: string; readonly location: string } | undefined>>;
  readonly settings: Readonly<Record<string, unknown>> & { readonly env: Readonly<Record<string, string>> };
  /** Families whose pin asks for the 1M context. The bytes say so only where the id needs a suffix. */
  readonly asksFor1m: readonly string[];
}

/** What a machine is served, whatever its version. Machines of one place are served the same. */
export interface Place {
  /** Equal for machines that are served the same. */
  readonly key: string;
  /** The index of the ring in the policy. */
  readonly ring: number;
  /** What the machine gets with a version. The same bytes are the same object. */
  readonly serve: (cli: string | null) => Rendered;
}

const [json, settings] = ['.json', '.settings.json'].map(formatOf);

/** Finds the place of each machine. `known` has what was rendered before, by its bytes. */
export function renderer(
  { policy, rollouts, callableModels }: State,
  shipped: Catalogue,
  day: string,
  known: Map<string, Rendered>,
): (machine: Machine) => Place {
  const chooseRing = ringChooser(policy);
  const catalogue = extendCatalogue(shipped, policy.models);
  const places = new Map<string, Place>();
  return function placeOf(machine) {
    const { ring: chosen, selector } = chooseRing(machine);
    const { ring, reached } = ringWithRollouts(chosen, rollouts, machine);
    const key = [chosen.name, ...reached.map(({ id }) => id)].join(' ');
    const place = places.get(key);
    if (place !== undefined) return place;
    const served = new Map<string | null, Rendered>();
    const asksFor1m = Object.entries(ring.pins).flatMap(([family, pin]) => (pin.context1m ? [family] : []));
    function serve(cli: string | null): Rendered {
      const before = served.get(cli);
      if (before !== undefined) return before;
      const resolution = resolve({ policy, ring, reached, selector, cli, catalogue, day, callableModels });
      const bytes = [json, settings].map((format) => format?.render(resolution) ?? '');
      const name = [...bytes, ...asksFor1m].join('\n');
      const fresh = known.get(name) ?? parse(bytes, asksFor1m);
      known.set(name, fresh);
      served.set(cli, fresh);
      return fresh;
    }
    const made = { key, ring: policy.rings.indexOf(chosen), serve };
    places.set(key, made);
    return made;
  };
}

function parse([text = '', fragment = '']: readonly string[], asksFor1m: readonly string[]): Rendered {
  return { ...JSON.parse(text), settings: JSON.parse(fragment), asksFor1m };
}
