// What happens in the simulated fleet. On Sunday three models become callable. On Monday one of them goes through all rings and
// is taken back in a quiet hour; the next is aborted amid its last ring while a sonnet is on its way, too; then everything is
// taken back amid that one's rollout. What it yields is what it waits for.

import type { Family } from '../../shared/domain/models/model.ts';
import type { RingName } from './fleet-machines.ts';
import type { World } from './fleet-world.ts';

const [first, second, sonnet] = ['claude-opus-91', 'claude-opus-92', 'claude-sonnet-91'] as const;

export async function* story(world: World): AsyncGenerator<() => boolean> {
  const { truth } = world.service;
  truth.enable('claude-opus-90', 'claude-sonnet-90', 'claude-haiku-90@20300101');
  yield world.after(0.3);
  if (world.options.flaws.has('forced')) {
    await world.ask('PUT', '/v1/rings/everyone/pins/fable?force=because', { model: 'claude-fable-90' });
  }
  yield world.after(0.9);
  truth.enable(first);
  yield world.after(1.9);
  truth.enable(sonnet);
  yield world.after(3.2);
  truth.enable(second);
  yield* rollOutFirst(world);
  yield* takeBackSecond(world);
  yield after(world, 20);
  await world.checkAdoption();
}

async function* rollOutFirst(world: World): AsyncGenerator<() => boolean> {
  yield pinned(world, 'canary', first);
  await world.checkAdoption();
  await approve(world, `early.opus.${first}`);
  yield pinned(world, 'early', first);
  await approve(world, `everyone.opus.${first}`);
  yield stood(world, 'opus', 50, 5);
  await world.checkAdoption();
  yield pinned(world, 'everyone', first);
  yield after(world, 40);
  await world.checkAdoption();
  await world.rollBack('a restore in a quiet hour', '/v1/revisions/1/restore');
}

async function* takeBackSecond(world: World): AsyncGenerator<() => boolean> {
  yield pinned(world, 'canary', second);
  await approve(world, `early.opus.${second}`);
  yield pinned(world, 'early', second);
  await approve(world, `everyone.opus.${second}`);
  await approve(world, `everyone.sonnet.${sonnet}`);
  yield stood(world, 'opus', 50, 1);
  await world.checkAdoption();
  const rollout = underWay(world, 'opus');
  await world.rollBack('the abort of a rollout', `/v1/rollouts/${rollout?.id}/abort`);
  yield after(world, 4);
  await world.rollBack('a restore while a rollout is under way', '/v1/revisions/1/restore');
}

function approve(world: World, upgrade: string) {
  return world.ask('POST', `/v1/upgrades/${upgrade}/approve?reason=simulated`);
}

/** From now on, so many minutes later. */
function after(world: World, minutes: number): () => boolean {
  return world.after(world.now / 3_600 + minutes / 60);
}

/** When the rollout of a ring is over. */
function pinned({ service }: World, ring: RingName, model: string): () => boolean {
  return () => service.revision.policy.rings.find(({ name }) => name === ring)?.pins.opus?.model === model;
}

/** When a stage in the last ring has stood for some minutes. */
function stood(world: World, family: Family, share: number, minutes: number): () => boolean {
  return () => {
    const { stages = [], stage = 0, stageSince = '' } = underWay(world, family) ?? {};
    return stages[stage] === share && world.service.since(stageSince) >= minutes * 60;
  };
}

function underWay({ service }: World, family: Family) {
  return service.revision.rollouts.find((rollout) => rollout.ring === 'everyone' && rollout.family === family);
}
