// Changes that lead where nobody probed: what was seen beats what is written down, and ?probe gets it seen.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ProblemReply } from '../../../functions/api/admin/schemas/common.ts';
import { runProbe } from '../../../functions/probe/run.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import type { Matrix } from '../../../shared/domain/availability/availability.ts';
import { testKeys } from '../../support/document-keys.ts';
import { asAdmin, type Service, startService } from '../../support/service.ts';
import { catalogue, cell, draft, matrix, now, pins, ring } from '../../support/world.ts';

const known = Object.values(pins).map(({ model }) => cell(model));
const inEu = draft({ rings: [ring({ location: 'eu' })] });

describe('a change that leads where nobody probed', () => {
  let service: Service;

  beforeEach(async () => {
    service = startService();
    await service.state();
    await see(matrix(known));
  });
  afterEach(() => service.close());

  test('is refused with the way out: send it again with ?probe', async () => {
    const { body } = await put(draft({ project: 'acme-labs' })).expect(409);
    const unlisted = await put(inEu).expect(422);

    assert.match(ProblemReply.parse(body).hint, /Send the change again with \?probe/);
    assert.match(ProblemReply.parse(unlisted.body).hint, /send the change with \?probe/);
  });

  test('with ?probe is refused with the time of the next run, which asks about it', async () => {
    const problem = ProblemReply.parse((await put(draft({ project: 'acme-labs' }), '?probe').expect(409)).body);
    const asked = await run();

    assert.equal(problem.probedBy, '2026-11-24T12:15:00.000Z');
    assert.match(problem.hint, /due by 2026-11-24T12:15:00\.000Z.*again after that/);
    assert.ok(asked.includes('acme-labs/global/claude-opus-4-8'), 'the wanted model');
    assert.ok(asked.includes('acme-labs/global/claude-opus-5'), 'others, which may answer instead');
    await put(draft({ project: 'acme-labs' })).expect(200);
  });

  test('with ?probe is asked about, too, when the catalogue knows better, and then taken with a warning', async () => {
    const problem = ProblemReply.parse((await put(inEu, '?probe').expect(422)).body);
    await run();
    const { body } = await put(inEu).expect(200);

    assert.equal(problem.probedBy, '2026-11-24T12:15:00.000Z');
    const found = body.findings.filter(({ code }: { code: string }) => code === 'location_not_served');
    assert.deepEqual(
      found.map(({ severity, path }: { severity: string; path: string }) => `${severity} ${path}`),
      ['warning /rings/0/pins/sonnet/model', 'warning /rings/0/pins/haiku/model'],
    );
    assert.match(found[0].message, /by the catalogue; but claude-sonnet-4-6 answered project acme-claude in eu/);
  });

  test('is not asked about in a dry run, nor when it is taken, nor when all of it was answered', async () => {
    await put(draft({ project: 'acme-labs' }), '?probe&dry-run').expect(409);
    await put(draft({ settings: { model: 'opus' } }), '?probe').expect(200);
    await see(matrix([...known, cell('claude-opus-5', { state: 'not_enabled' })]));
    const moved = { ...pins, opus: { model: 'claude-opus-5' } };
    const { body } = await put(draft({ rings: [ring({ pins: moved })] }), '?probe').expect(409);

    assert.equal(body.probedBy, undefined);
    assert.equal((await run()).filter((endpoint) => endpoint.startsWith('acme-labs')).length, 0);
  });

  test('keeps what two people asked for', async () => {
    await put(draft({ project: 'acme-labs' }), '?probe').expect(409);
    await put(draft({ project: 'acme-other' }), '?probe').expect(409);
    const asked = await run();

    for (const project of ['acme-labs', 'acme-other']) assert.ok(asked.includes(`${project}/global/claude-opus-4-8`));
  });

  test('is asked about by the call that moves one pin, as well', async () => {
    const { body } = await service
      .ask()
      .put('/v1/rings/everyone/pins/opus?probe')
      .set(asAdmin)
      .set('If-Match', '*')
      .send({ model: 'claude-opus-4-7', location: 'us' })
      .expect(409);

    assert.equal(body.probedBy, '2026-11-24T12:15:00.000Z');
    assert.ok((await run()).includes('acme-claude/us/claude-opus-4-7'));
  });

  test('names a setting that calls a model which does not answer, by its place', async () => {
    await see(matrix([...known, cell('claude-opus-5', { state: 'not_enabled', evidence: 'NOT_FOUND' })]));
    const settings = { env: { CLAUDE_CODE_SUBAGENT_MODEL: 'claude-opus-5' } };
    const problem = ProblemReply.parse((await put(draft({ settings })).expect(409)).body);

    assert.equal(problem.field, '/settings/env/CLAUDE_CODE_SUBAGENT_MODEL');
    assert.match(problem.title, /claude-opus-5 is not known to be callable/);
  });

  const put = (body: object, query = '') =>
    service.ask().put(`/v1/policy${query}`).set(asAdmin).set('If-Match', '*').send(body);

  async function see(value: Matrix): Promise<void> {
    const store = openSqlite(service.file, testKeys);
    await store.commit([{ kind: 'matrix', id: 'current', expect: 'any', value }]);
    await store.close();
  }

  /** One run of the probe on a Vertex where everything answers; the endpoints that it asked. */
  async function run(): Promise<readonly string[]> {
    const asked: string[] = [];
    const store = openSqlite(service.file, testKeys);
    const at = new Date(now + 60_000).toISOString();
    const answer = { verdict: 'enabled', cause: null, evidence: 'OK', at } as const;
    const ran = await runProbe({
      store,
      garden: {
        list: async () => ({ models: [], evidence: '' }),
        screen: async ({ project, location, model }) => {
          asked.push(`${project}/${location}/${model}`);
          return { ...answer, by: 'screen' };
        },
        confirm: async () => ({ ...answer, by: 'confirm' }),
        close: async () => {},
      },
      catalogue,
      clock: () => now + 60_000,
      holder: 'test',
      projects: [],
      locations: [],
    });
    await store.close();
    assert.ok(ran.ok);
    return asked;
  }
});
