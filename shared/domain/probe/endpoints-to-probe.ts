// Endpoints to probe: the model endpoints that one run of the probe asks.

import { type Catalogue, extendCatalogue, modelOf, modelsOfFamily } from '../models/catalogue.ts';
import { families, type Model, parseModel } from '../models/model.ts';
import { endpointKey, type ModelEndpoint } from '../models/model-endpoint.ts';
import { calledEndpoints } from '../policy/pinned-endpoints.ts';
import type { Policy } from '../policy/policy.ts';

interface EndpointsToProbeInput {
  readonly policy: Policy | null;
  readonly shipped: Catalogue;
  /** Model ids that Anthropic lists. */
  readonly listed: readonly string[];
  /** Projects and locations to probe beside those of the policy. */
  readonly projects: readonly string[];
  readonly locations: readonly string[];
  /** Endpoints that somebody lately asked to probe. */
  readonly requested: readonly ModelEndpoint[];
}

/**
 * All endpoints that the policy calls or somebody requested, and each model of the catalogue or the list in each project
 * and location of the policy or the configuration, and where somebody requested one. Models newer than 4.6 are probed in
 * a region only where they are called there: Vertex serves them only in global and the multi-regions. Models that Google
 * has shut are left out. Source: https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
 */
export function endpointsToProbe({
  policy,
  shipped,
  listed,
  projects,
  locations,
  requested,
}: EndpointsToProbeInput): readonly ModelEndpoint[] {
  const called = policy === null ? [] : calledEndpoints(policy).map(({ endpoint }) => endpoint);
  const catalogue = extendCatalogue(shipped, policy?.models ?? []);
  const openModels = families
    .flatMap((family) => modelsOfFamily(catalogue, family))
    .filter((entry) => entry.retirement.value?.kind !== 'shut');
  const catalogued = openModels.map((entry) => modelOf(entry));
  const ids = new Set(catalogued.map(({ id }) => id));
  const onlyListed = listed
    .filter((id) => !ids.has(id) && !isShutIn(catalogue, id))
    .flatMap((id) => parseModel(id) ?? []);
  const allProjects = new Set([...projects, ...called.map(({ project }) => project)]);
  const allLocations = new Set([...locations, ...called.map(({ location }) => location)]);
  const places = [
    ...[...allProjects].flatMap((project) => [...allLocations].map((location) => ({ project, location }))),
    ...requested,
  ];
  const candidates = places.flatMap(({ project, location }) =>
    [...catalogued, ...onlyListed]
      .filter((model) => mayBeServedIn(model, location))
      .map(({ id: model }) => ({ project, location, model })),
  );
  const byKey = new Map([...called, ...requested, ...candidates].map((each) => [endpointKey(each), each]));
  return [...byKey.values()];
}

function isShutIn(catalogue: Catalogue, id: string): boolean {
  return catalogue.find((entry) => entry.id === id)?.retirement.value?.kind === 'shut';
}

function mayBeServedIn({ major, minor }: Model, location: string): boolean {
  const isGlobalOrMultiRegion = location === 'global' || location === 'us' || location === 'eu';
  return isGlobalOrMultiRegion || major < 4 || (major === 4 && minor <= 6);
}
