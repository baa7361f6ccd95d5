// Which places matter: where the fleet calls its pins, and which places a probe looks at.

import type { Place } from '../availability/observation.ts';
import { type Catalogue, entriesOf, extendCatalogue, modelOf } from '../models/catalogue.ts';
import { type Family, families, type Model, parseModel } from '../models/model.ts';
import type { Policy } from './policy.ts';

export interface PinnedPlace {
  readonly ring: string;
  readonly family: Family;
  readonly place: Place;
}

/** Where each ring calls each of its pins. */
export function pinnedPlaces(policy: Policy): readonly PinnedPlace[] {
  return policy.rings.flatMap((ring) =>
    families.flatMap((family) => {
      const pin = ring.pins[family];
      if (pin === undefined) return [];
      const project = ring.project ?? policy.project;
      const location = pin.location ?? ring.location ?? policy.location;
      return [{ ring: ring.name, family, place: { project, location, model: pin.model } }];
    }),
  );
}

export interface PlacesInput {
  readonly policy: Policy | null;
  readonly shipped: Catalogue;
  readonly listed: readonly string[];
  /** Projects and locations to look at beside those of the policy. */
  readonly projects: readonly string[];
  readonly locations: readonly string[];
}

/**
 * Every place worth a look: all that is pinned, and each known or listed model in each location that the policy or the
 * configuration names. Models newer than 4.6 are looked for in regions only where they are pinned there: Vertex serves them
 * on global and the multi-regions alone (claude-code-fleet facts 5.2). Models that Google shut are left out.
 */
export function placesToProbe({ policy, shipped, listed, projects, locations }: PlacesInput): readonly Place[] {
  const pinned = policy === null ? [] : pinnedPlaces(policy).map(({ place }) => place);
  const catalogue = extendCatalogue(shipped, policy?.models ?? []);
  const living = families
    .flatMap((family) => entriesOf(catalogue, family))
    .filter((entry) => entry.retirement.value?.kind !== 'shut');
  const known = living.map((entry) => modelOf(entry));
  const ids = new Set(known.map(({ id }) => id));
  const added = listed.filter((id) => !ids.has(id) && !isShutIn(catalogue, id)).flatMap((id) => parseModel(id) ?? []);
  const everyProject = new Set([...projects, ...pinned.map(({ project }) => project)]);
  const everyLocation = new Set([...locations, ...pinned.map(({ location }) => location)]);
  const swept = [...everyProject].flatMap((project) =>
    [...everyLocation].flatMap((location) =>
      [...known, ...added]
        .filter((model) => isWorthLooking(model, location))
        .map(({ id: model }) => ({ project, location, model })),
    ),
  );
  const byName = new Map([...pinned, ...swept].map((place) => [JSON.stringify(place), place]));
  return [...byName.values()];
}

function isShutIn(catalogue: Catalogue, id: string): boolean {
  return catalogue.find((entry) => entry.id === id)?.retirement.value?.kind === 'shut';
}

function isWorthLooking({ major, minor }: Model, location: string): boolean {
  const isMulti = location === 'global' || location === 'us' || location === 'eu';
  return isMulti || major < 4 || (major === 4 && minor <= 6);
}
