// The listing, and what the clients cost: connections and time.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openVertex, type VertexOptions } from '../../../../shared/adapters/vertex.ts';
import { hostOf } from '../../../../shared/adapters/vertex-clients.ts';
import type { ModelEndpoint } from '../../../../shared/domain/models/model-endpoint.ts';
import type { Garden } from '../../../../shared/ports.ts';
import { type FakeGarden, type FakeGardenOptions, startFakeGarden } from '../../../support/fakes/garden.ts';

const endpoint: ModelEndpoint = { project: 'acme-claude', location: 'us-east5', model: 'claude-opus-4-8' };

test('the listing has all pages and versions, and only what can be pinned', async (t) => {
  const { garden, vertex } = await meet(t, {}, { pageSize: 2 });
  garden.list(
    { name: 'claude-opus-4-8', versionId: 'default' },
    { name: 'claude-haiku-4-5', versionId: '20251001' },
    { name: 'claude-3-5-sonnet-v2', versionId: '20241022' },
    { name: 'claude-3-opus', versionId: '20240229' },
    { name: 'claude-opus-4', versionId: '20250514' },
    { name: 'claude-opus-4', versionId: 'default' },
    { name: 'claude-sonnet-5', versionId: '' },
    { name: 'claude-fable-5@20261109', versionId: '20261109' },
    { name: 'claude-opus-4-8', versionId: 'default' },
    { name: 'claude-instant', versionId: '1' },
    { name: 'claude-opus-4-8', versionId: 'preview' },
    { name: '../claude-opus-9', versionId: 'default' },
  );

  assert.deepEqual(await vertex.list(), {
    models: [
      'claude-opus-4-8',
      'claude-haiku-4-5@20251001',
      'claude-3-5-sonnet-v2@20241022',
      'claude-3-opus@20240229',
      'claude-opus-4@20250514',
      'claude-opus-4',
      'claude-sonnet-5',
      'claude-fable-5@20261109',
    ],
    evidence: 'OK: 8 models',
  });
  assert.equal(garden.calls().list, 6);
});

test('a listing that fails on any page is none, with the evidence', async (t) => {
  const { garden, vertex } = await meet(t, {}, { pageSize: 1 });
  garden.list({ name: 'claude-opus-4-8', versionId: 'default' }, { name: 'claude-opus-5', versionId: 'default' });
  garden.failList('unavailable');
  const failed = await vertex.list();
  const well = await vertex.list();

  assert.deepEqual(failed, { models: null, evidence: 'UNAVAILABLE: The service is currently unavailable.' });
  assert.deepEqual(well.models, ['claude-opus-4-8', 'claude-opus-5']);
});

test('a listing without an end is given up', async (t) => {
  const { garden, vertex } = await meet(t, {}, { pageSize: 1 });
  garden.list(...Array.from({ length: 99 }, (_, at) => ({ name: `claude-opus-${at}`, versionId: 'default' })));

  assert.deepEqual(await vertex.list(), { models: null, evidence: 'the list did not end within 20 pages' });
  assert.equal(garden.calls().list, 20);
});

test('retired models are listed and early ones, too; only asking tells', async (t) => {
  const { garden, vertex } = await meet(t);
  garden.list({ name: 'claude-3-opus', versionId: '20240229' }, { name: 'claude-opus-9', versionId: 'default' });
  garden.script({ model: 'claude-opus-9' }, 'not servable');

  assert.deepEqual((await vertex.list()).models, ['claude-3-opus@20240229', 'claude-opus-9']);
  assert.equal((await vertex.screen({ ...endpoint, model: 'claude-3-opus@20240229' })).verdict, 'not_enabled');
  assert.equal((await vertex.screen({ ...endpoint, model: 'claude-opus-9' })).verdict, 'not_served');
});

test('what hangs ends when its time is over', async (t) => {
  const { garden, vertex } = await meet(t, { timeoutsMs: { screen: 200, confirm: 200, list: 200 } });
  garden.script({}, 'hang');
  garden.failList('hang', 'hang', 'hang');
  const [screen, confirm, list] = await Promise.all([vertex.screen(endpoint), vertex.confirm(endpoint), vertex.list()]);

  for (const { verdict } of [screen, confirm]) assert.equal(verdict, 'transient');
  for (const { evidence } of [screen, confirm, list]) assert.match(evidence, /^DEADLINE_EXCEEDED: /);
  assert.equal(list.models, null);
});

test('the time of a listing is for all of its pages together', async (t) => {
  const { garden, vertex } = await meet(t, { timeoutsMs: { list: 900 } }, { pageSize: 1, latencyMs: 250 });
  garden.list(...Array.from({ length: 10 }, (_, at) => ({ name: `claude-opus-${at}`, versionId: 'default' })));

  assert.match((await vertex.list()).evidence, /^DEADLINE_EXCEEDED: /);
});

test('a refused connection is transient, and the same clients find their way back', async (t) => {
  const { garden, vertex } = await meet(t);
  garden.script({}, 'enabled');
  assert.equal((await vertex.confirm(endpoint)).verdict, 'enabled');
  await garden.refuse();
  const refused = await vertex.confirm(endpoint);
  const unlisted = await vertex.list();
  await garden.accept();
  // gRPC itself waits for a second before it connects again, and refuses at once until then.
  const end = performance.now() + 60_000;
  let seen = refused;
  while (seen.verdict === 'transient' && performance.now() < end) seen = await vertex.confirm(endpoint);

  assert.equal(refused.verdict, 'transient');
  assert.match(refused.evidence, /^UNAVAILABLE: /);
  assert.equal(unlisted.models, null);
  assert.equal(seen.verdict, 'enabled');
});

test('there is one connection for each host and kind of call, however many calls', async (t) => {
  const { garden, vertex } = await meet(t);
  const locations = ['global', 'us', 'eu', 'us-east5'];
  for (let round = 0; round < 3; round++) {
    const endpoints = locations.flatMap((location) => Array.from({ length: 5 }, () => ({ ...endpoint, location })));
    await Promise.all([
      ...endpoints.map(vertex.screen),
      ...endpoints.map(vertex.confirm),
      vertex.list(),
      vertex.list(),
    ]);
  }

  assert.deepEqual(garden.calls(), { list: 6, screen: 60, confirm: 60 });
  assert.equal(garden.connections().ever, 2 * locations.length + 1);
});

test('each location has its host', () => {
  assert.deepEqual(['global', 'us', 'eu', 'us-east5', 'asia-southeast1'].map(hostOf), [
    'aiplatform.googleapis.com',
    'aiplatform.us.rep.googleapis.com',
    'aiplatform.eu.rep.googleapis.com',
    'us-east5-aiplatform.googleapis.com',
    'asia-southeast1-aiplatform.googleapis.com',
  ]);
});

async function meet(
  t: TestContext,
  options: VertexOptions = {},
  fake: FakeGardenOptions = {},
): Promise<{ garden: FakeGarden; vertex: Garden }> {
  const garden = await startFakeGarden(fake);
  const vertex = openVertex({ ...options, fakeHost: garden.endpoint });
  t.after(async () => {
    await vertex.close();
    await garden.close();
    assert.deepEqual(garden.complaints, []);
  });
  return { garden, vertex };
}
