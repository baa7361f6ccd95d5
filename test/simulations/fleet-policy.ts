// The policy of the simulated fleet, its models, and which of them the Model Garden has when.

import type { OwnModel } from '../../shared/domain/models/catalogue-model.ts';
import type { Clock } from '../../shared/ports.ts';
import { callableWhere, ScriptedGarden } from '../support/fakes/scripted-garden.ts';
import { models as invented } from '../support/invented.ts';
import { draft, ring } from '../support/world.ts';

/** The last one is never callable. */
export const models: readonly OwnModel[] = [
  ...invented,
  { id: 'claude-sonnet-91', minimumCli: '3.1.0', context1m: { kind: 'native' }, locations: ['global'] },
  { id: 'claude-opus-93', minimumCli: '3.2.0', context1m: { kind: 'native' }, locations: ['global'] },
];

const pins = {
  opus: { model: 'claude-opus-90', context1m: true },
  sonnet: { model: 'claude-sonnet-90' },
  haiku: { model: 'claude-haiku-90@20300101' },
};
const stages = [1, 10, 50, 100];

/** Opus comes to the canary ring by itself, to the others by approval; sonnet to everyone by approval. */
export function policyOf(soakHours: number): Record<string, unknown> {
  const [auto, approve] = [
    { rule: 'auto', soakHours },
    { rule: 'approve', soakHours },
  ];
  return draft({
    models,
    rollout: { stages, bakeMinutes: 4 },
    upgrades: { opus: approve },
    rings: [
      ring({ name: 'canary', match: ['label:ring=canary'], pins, upgrades: { opus: auto } }),
      ring({ name: 'early', match: ['label:ring=early'], pins }),
      ring({ pins, rollout: { stages, bakeMinutes: 6 }, upgrades: { opus: approve, sonnet: approve } }),
    ],
  });
}

/** What the project can really call, and since when (milliseconds). */
export class Truth {
  readonly #since = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  enable(...ids: readonly string[]): void {
    for (const id of ids) this.#since.set(id, this.#clock());
  }

  wasCallable(model: string, at: number): boolean {
    return (this.#since.get(model) ?? Number.POSITIVE_INFINITY) <= at;
  }

  garden(): ScriptedGarden {
    const script = callableWhere(({ model }) => this.wasCallable(model, this.#clock()));
    return new ScriptedGarden(this.#clock, script);
  }
}
