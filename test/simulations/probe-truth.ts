// The truth that a simulated probe is to find out: what every place really is at each moment, which models the publisher
// lists, which quotas are used up and which locations can't be seen. It changes by chance between runs.

import type { OwnModel } from '../../shared/domain/models/catalogue-model.ts';
import type { ModelEndpoint } from '../../shared/domain/models/model-endpoint.ts';
import type { Chance } from './chance.ts';
import { downKinds, type Kind, kinds, type Row, stormRows } from './probe-answers.ts';

export const projects = ['acme-claude', 'acme-labs'] as const;
export const locations = ['global', 'eu', 'us-east5'] as const;

export const models: readonly OwnModel[] = [
  { id: 'claude-opus-4-6' },
  { id: 'claude-opus-4-8' },
  { id: 'claude-sonnet-4-6' },
  { id: 'claude-haiku-4-5@20251001', retirement: { kind: 'not_sooner_than', date: '2027-02-01' } },
];
/** Not in the catalogue, but listed from the first; as old ones are. */
const older = 'claude-3-opus@20240229';
const unlisted = ['claude-opus-5-9', 'claude-sonnet-5-9', 'claude-haiku-5-9'] as const;

/** One place. `stretch` counts how often it became callable or stopped being so, whatever the reason. */
export interface Spot {
  readonly endpoint: ModelEndpoint;
  /** Whether the free screen can't tell that the terms are missing, so that only a confirmation can. */
  readonly isScreenFooled: boolean;
  /** How likely it changes between two runs. */
  readonly restlessness: number;
  base: Kind;
  kind: Kind;
  stretch: number;
  /** A wrong answer was given, and no right one was committed since: the next must be right. */
  isFlapped: boolean;
}

export class Truth {
  readonly spots = new Map<string, Spot>();
  readonly listed = new Set<string>([older, ...models.map(({ id }) => id)]);
  readonly #chance: Chance;
  readonly #exhausted = new Set<string>();
  /** By project and location: what every question there is answered with, and how likely that ends between two runs. */
  readonly #storms = new Map<string, { readonly row: Row; readonly passing: number }>();

  constructor(chance: Chance) {
    this.#chance = chance;
    for (const project of projects)
      for (const location of locations)
        for (const model of [older, ...models.map(({ id }) => id), ...unlisted]) {
          const isNewer = /-4-8$|-5-9$/.test(model);
          if (isNewer && location === 'us-east5') continue;
          const base = chance.pick(kinds);
          const isScreenFooled = chance.happens(0.15);
          const restlessness = chance.happens(0.1) ? 0.3 : 0.03;
          const spot = { endpoint: { project, location, model }, isScreenFooled, restlessness, base, kind: base };
          this.spots.set(nameOf(spot.endpoint), { ...spot, stretch: 0, isFlapped: false });
        }
  }

  spotOf(endpoint: ModelEndpoint): Spot {
    const spot = this.spots.get(nameOf(endpoint));
    if (spot === undefined) throw new Error(`the probe asked for a place that nobody named: ${nameOf(endpoint)}`);
    return spot;
  }

  stormAt({ project, location }: ModelEndpoint): Row | null {
    return this.#storms.get(`${project}/${location}`)?.row ?? null;
  }

  /** What the world does between two runs. */
  turn(): void {
    const chance = this.#chance;
    for (const spot of this.spots.values())
      if (chance.happens(spot.restlessness)) spot.base = this.#nextKind(spot.base);
    if (chance.happens(0.02)) this.listed.add(chance.pick(unlisted));
    if (chance.happens(0.002)) this.listed.delete(chance.pick(unlisted));
    if (chance.happens(0.1)) this.#exhausted.add(quotaKey(this.#anySpot().endpoint));
    for (const bucket of this.#exhausted) if (chance.happens(0.3)) this.#exhausted.delete(bucket);
    if (chance.happens(0.15)) this.#breakSight(chance.pick(stormRows));
    for (const [where, { passing }] of this.#storms) if (chance.happens(passing)) this.#storms.delete(where);
    this.#settle();
  }

  /** Everything works, and stays as it is. */
  calm(): void {
    this.#storms.clear();
    this.#exhausted.clear();
    this.#settle();
  }

  #settle(): void {
    for (const spot of this.spots.values()) {
      const isStarved = spot.base === 'enabled' && this.#exhausted.has(quotaKey(spot.endpoint));
      const kind = isStarved ? 'no_quota' : spot.base;
      if ((kind === 'enabled') !== (spot.kind === 'enabled')) spot.stretch++;
      spot.kind = kind;
    }
  }

  #nextKind(kind: Kind): Kind {
    return kind === 'enabled' ? this.#chance.pick(downKinds) : this.#chance.pick(['enabled', 'enabled', ...kinds]);
  }

  #breakSight(row: Row): void {
    const { project, location } = this.#anySpot().endpoint;
    const reach = this.#chance.pick(['one', 'project', 'project', 'location', 'location', 'all']);
    const passing = this.#chance.pick([0.1, 0.3]);
    for (const eachProject of reach === 'one' || reach === 'project' ? [project] : projects)
      for (const each of reach === 'one' || reach === 'location' ? [location] : locations)
        this.#storms.set(`${eachProject}/${each}`, { row, passing });
  }

  #anySpot(): Spot {
    const [first, ...others] = this.spots.values();
    if (first === undefined) throw new Error('there is no place');
    return this.#chance.pick([first, ...others]);
  }
}

export function nameOf({ project, location, model }: ModelEndpoint): string {
  return `${project}/${location}/${model}`;
}

/** Places that share a quota: the models of one family in one location of a project. */
export function quotaKey({ project, location, model }: ModelEndpoint): string {
  return `${project}/${location}/${/opus|sonnet|haiku/.exec(model)}`;
}
