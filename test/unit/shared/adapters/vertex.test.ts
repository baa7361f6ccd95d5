// What the real client makes of each answer of Vertex, over gRPC against the fake garden.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openVertex } from '../../../../shared/adapters/vertex.ts';
import type { BlindCause, Verdict } from '../../../../shared/domain/availability/observation.ts';
import type { ModelEndpoint } from '../../../../shared/domain/models/model-endpoint.ts';
import type { Garden } from '../../../../shared/ports.ts';
import { type FakeGarden, type RowName, rows, startFakeGarden } from '../../../support/fakes/garden.ts';
import { now } from '../../../support/world.ts';

const endpoint: ModelEndpoint = { project: 'acme-claude', location: 'us-east5', model: 'claude-haiku-4-5@20251001' };

/** What each row is seen as: by the screen, then by the confirmation if that sees something else. */
const seen: Record<RowName, readonly [Verdict | BlindCause, (Verdict | BlindCause)?]> = {
  enabled: ['candidate', 'enabled'],
  'enabled, refuses one token': ['candidate', 'enabled'],
  'enabled, refuses in a body': ['candidate', 'enabled'],
  'enabled, counts tokens': ['candidate', 'enabled'],
  'terms not accepted': ['not_enabled'],
  'terms not accepted, screen unaware': ['candidate', 'not_enabled'],
  'not servable': ['not_served'],
  'blocked by policy': ['blocked_by_policy'],
  'not found': ['not_enabled'],
  'entity not found': ['not_enabled'],
  'wrong host': ['wrong_address'],
  'method unknown': ['wrong_address'],
  'token invalid': ['unauthenticated'],
  'key refused': ['unauthenticated'],
  'permission denied': ['permission_denied'],
  'api disabled': ['api_disabled'],
  'api disabled, in other words': ['api_disabled'],
  'billing disabled': ['billing_disabled'],
  'denied otherwise': ['permission_denied'],
  'locations forbidden': ['blocked_by_policy'],
  'infeasible, as a failed precondition': ['candidate', 'enabled'],
  'a sibling verb refused': ['candidate', 'enabled'],
  'enabled, refuses as a failed precondition': ['candidate', 'enabled'],
  'quota project denied': ['quota_project_denied'],
  'project suspended': ['project_suspended'],
  perimeter: ['perimeter'],
  'location denied': ['location_denied'],
  'scopes missing': ['scopes_missing'],
  'no quota project': ['quota_project_missing'],
  'denied for a reason that nobody knows': ['unknown'],
  'data sharing needed': ['needs_data_sharing'],
  'no quota': ['candidate', 'no_quota'],
  'no token quota': ['candidate', 'no_quota'],
  'no shared quota': ['candidate', 'no_quota'],
  busy: ['transient'],
  overloaded: ['candidate', 'transient'],
  'overloaded, in a body': ['candidate', 'transient'],
  cancelled: ['transient'],
  'server error': ['transient'],
  unavailable: ['transient'],
  'deadline exceeded': ['transient'],
  hang: ['transient'],
  cut: ['transient'],
  unheard: ['unknown'],
  'unheard, in a body': ['candidate', 'unknown'],
};

describe('Vertex', () => {
  let garden: FakeGarden;
  let vertex: Garden;
  let hurried: Garden;

  before(async () => {
    garden = await startFakeGarden();
    vertex = openVertex({ fakeHost: garden.endpoint, clock: () => now });
    hurried = openVertex({ fakeHost: garden.endpoint, timeoutsMs: { screen: 2000, confirm: 2000 } });
  });
  beforeEach(() => garden.script({}, 'not found'));
  after(async () => {
    await Promise.all([vertex.close(), hurried.close()]);
    await garden.close();
    assert.deepEqual(garden.complaints, []);
  });

  for (const [name, [screened, confirmed = screened]] of Object.entries(seen)) {
    test(`"${name}" is ${screened} by the screen and ${confirmed} by the confirmation, asked once each`, async () => {
      garden.script(endpoint, name as RowName); // the keys are the rows
      const before = garden.calls();
      const asked = name === 'hang' ? hurried : vertex;
      const screen = await asked.screen(endpoint);
      const confirm = await asked.confirm(endpoint);
      const { screen: screens, confirm: confirms } = garden.calls();

      assert.deepEqual([screen.cause ?? screen.verdict, confirm.cause ?? confirm.verdict], [screened, confirmed]);
      for (const { verdict, cause } of [screen, confirm]) assert.equal(verdict === 'misconfigured', cause !== null);
      assert.deepEqual([screens - before.screen, confirms - before.confirm], [1, 1]);
    });
  }

  test('every row of the fake garden is seen here', () => {
    assert.deepEqual(Object.keys(seen).sort(), Object.keys(rows).sort());
  });

  test('an observation says what was seen, how, when, and with what evidence', async () => {
    garden.script(endpoint, 'entity not found', 'enabled');

    assert.deepEqual(await vertex.screen(endpoint), {
      verdict: 'not_enabled',
      cause: null,
      evidence: 'NOT_FOUND: Requested entity was not found.',
      by: 'screen',
      at: '2026-11-24T12:00:00.000Z',
    });
    assert.deepEqual(await vertex.confirm(endpoint), {
      verdict: 'enabled',
      cause: null,
      evidence: 'OK: the model answered',
      by: 'confirm',
      at: '2026-11-24T12:00:00.000Z',
    });
  });

  test('evidence has the id of a denial by a perimeter, which Google sends beside the text', async () => {
    garden.script(endpoint, 'perimeter');

    assert.match((await vertex.screen(endpoint)).evidence, /policy\. \(q7Rw_A-9\)$/);
  });

  test('each place is asked for itself, whatever its project, location and form of model id', async () => {
    const endpoints = [
      { project: 'example.com:acme-claude', location: 'global', model: 'claude-opus-5' },
      { project: 'acme-claude', location: 'us', model: 'claude-3-5-haiku@20241022' },
      { project: 'acme-claude', location: 'eu', model: 'claude-3-5-sonnet-v2@20241022' },
      { project: 'acme-claude', location: 'asia-southeast1', model: 'claude-fable-5-2@default' },
    ];
    for (const each of endpoints) garden.script(each, 'enabled');
    const verdicts = await Promise.all(
      [...endpoints, { ...endpoint, model: 'claude-opus-5' }].map(async (each) => (await vertex.confirm(each)).verdict),
    );

    assert.deepEqual(verdicts, ['enabled', 'enabled', 'enabled', 'enabled', 'not_enabled']);
  });

  test('a model that flaps is seen to flap', async () => {
    garden.script(endpoint, 'enabled', 'unavailable', 'not servable', 'enabled');
    const verdicts: Verdict[] = [];
    for (let at = 0; at < 5; at++) verdicts.push((await vertex.confirm(endpoint)).verdict);

    assert.deepEqual(verdicts, ['enabled', 'transient', 'not_served', 'enabled', 'enabled']);
  });

  test('a batch of denials doesn’t hold everything up', async () => {
    const time = async (name: RowName) => {
      garden.script({}, name);
      await vertex.confirm(endpoint);
      const start = performance.now();
      await Promise.all(Array.from({ length: 50 }, () => vertex.confirm(endpoint)));
      return performance.now() - start;
    };
    const [plain, detailed]: [number[], number[]] = [[], []];
    for (let round = 0; round < 3; round++) {
      plain.push(await time('denied otherwise'));
      detailed.push(await time('permission denied'));
    }

    // Through the SDK's promises it is fifty times as long. Of each the fastest round, since other work slows some down.
    assert.ok(Math.min(...detailed) < 10 * Math.min(...plain), `${detailed} ms against ${plain} ms`);
  });

  test('an id that no path may hold is a bug, and nothing is sent', async (t) => {
    const before = garden.calls();
    const bad: readonly Partial<ModelEndpoint>[] = [
      { project: '' },
      { project: '../acme-claude' },
      { project: 'acme-claude/locations/us' },
      { project: 'Acme-Claude' },
      { project: 'acme-claude\n' },
      { location: '' },
      { location: 'us-east5-a' },
      { location: 'evil.example.com/' },
      { location: 'us-east5.evil.example.com#' },
      { location: 'US' },
      { model: '' },
      { model: 'gemini-3-pro' },
      { model: 'claude-opus-4-8[1m]' },
      { model: '../claude-opus-4-8' },
      { model: 'claude-opus-4-8:countTokens' },
      { model: 'claude-opus-4-8@latest' },
    ];
    for (const over of bad)
      await t.test(JSON.stringify(over), async () => {
        await assert.rejects(vertex.screen({ ...endpoint, ...over }), /^Error: not a (?:project id|location|model id)/);
        await assert.rejects(
          vertex.confirm({ ...endpoint, ...over }),
          /^Error: not a (?:project id|location|model id)/,
        );
      });

    assert.deepEqual(garden.calls(), before);
  });
});
