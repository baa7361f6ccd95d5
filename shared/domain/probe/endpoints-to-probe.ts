// Which model endpoints a run of the probe asks.

import { type Catalogue, extendCatalogue, modelOf, modelsOfFamily } from '../models/catalogue.ts';
import { families, type Model, parseModel } from '../models/model.ts';
import type { ModelEndpoint } from '../models/model-endpoint.ts';
import { pinnedEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';

interface EndpointsToProbeInput {
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
export function endpointsToProbe({
  policy,
  shipped,
  listed,
  projects,
  locations,
}: EndpointsToProbeInput): readonly ModelEndpoint[] {
  const pinned = policy === null ? [] : pinnedEndpoints(policy).map(({ endpoint }) => endpoint);
  const catalogue = extendCatalogue(shipped, policy?.models ?? []);
  const living = families
    .flatMap((family) => modelsOfFamily(catalogue, family))
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
  const byName = new Map([...pinned, ...swept].map((endpoint) => [JSON.stringify(endpoint), endpoint]));
  return [...byName.values()];
}

function isShutIn(catalogue: Catalogue, id: string): boolean {
  return catalogue.find((entry) => entry.id === id)?.retirement.value?.kind === 'shut';
}

function isWorthLooking({ major, minor }: Model, location: string): boolean {
  const isMulti = location === 'global' || location === 'us' || location === 'eu';
  return isMulti || major < 4 || (major === 4 && minor <= 6);
}
