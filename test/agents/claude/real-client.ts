// End to end: an admin sets a policy by REST, the agent fetches the pins, and the real Claude Code follows them. `npm run
// test:claude` runs these tests. `npm test` doesn't, because they fetch Claude Code from the npm registry.

import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { cliVersions, fetchClaude, newMachine, runAgent, whyNoClient } from './client.ts';
import { Fleet, pinned, pins } from './fleet.ts';

const [newest] = cliVersions;

describe('the real Claude Code', { skip: whyNoClient() }, () => {
  let fleet: Fleet;

  before(async () => {
    for (const version of cliVersions) fetchClaude(version);
    fleet = await Fleet.start();
  });
  after(() => fleet.close());
  beforeEach(async () => {
    fleet.machine = newMachine();
    await fleet.state();
  });

  for (const version of cliVersions) {
    for (const delivery of ['fragment', 'helper']) {
      test(`${version} requests exactly the pinned models by way of the ${delivery}, before and after a pin is moved`, async () => {
        await fleet.install(delivery);
        for (const [family, model] of Object.entries(pinned)) {
          const { requests, output } = await fleet.asks(['--model', family], version);
          assert.deepEqual(requests[0], { project: 'acme-claude', location: 'global', model }, output);
        }

        await fleet.call('PUT', '/v1/rings/everyone/pins/opus', { model: 'claude-opus-4-7' });
        const { status, output } = await runAgent(fleet.machine, '--delivery', delivery, 'login');

        assert.equal(status, 0, output);
        assert.equal(await fleet.modelOf('opus', version), 'claude-opus-4-7');
        assert.equal(await fleet.modelOf('sonnet', version), pinned.sonnet);
      });
    }
  }

  test('sends a model to the location of its own pin and the others to the location of the ring', async () => {
    await fleet.state(
      {},
      {
        pins: {
          ...pins,
          haiku: { model: pinned.haiku, location: 'us-east5' },
          opus: { model: pinned.opus, location: 'us' },
        },
      },
    );
    await fleet.install('fragment');

    for (const version of cliVersions) {
      const endpoints = [];
      for (const family of ['opus', 'sonnet', 'haiku']) {
        endpoints.push((await fleet.asks(['--model', family], version)).requests[0]?.location);
      }
      assert.deepEqual(endpoints, ['us', 'global', 'us-east5']);
    }
  });

  test('never puts the 1M marker into the path', async () => {
    await fleet.state({}, { pins: { ...pins, sonnet: { model: pinned.sonnet, context1m: true } } });
    await fleet.install('fragment');

    assert.equal(await fleet.modelOf('sonnet'), pinned.sonnet);
  });

  test('is held to the pins by the lock: another model is refused and the pin runs', async () => {
    await fleet.state({ lock: true, settings: { env: { ANTHROPIC_VERTEX_BASE_URL: fleet.vertex.url } } });
    await fleet.install('fragment');
    const { requests, output } = await fleet.asks(['--model', 'claude-opus-4-6']);

    assert.ok(requests.length > 0 && requests.every(({ model }) => Object.values(pinned).includes(model)), output);
    assert.match(output, /restricted by your organization's settings\. Using claude-opus-4-8/);
  });

  test('obeys the pins and not what the shell exports', async () => {
    await fleet.install('fragment');
    const shell = {
      ANTHROPIC_DEFAULT_OPUS_MODEL: 'claude-opus-4-5@20251101',
      ANTHROPIC_SMALL_FAST_MODEL: 'claude-3-haiku@20240307',
      VERTEX_REGION_CLAUDE_4_8_OPUS: 'us-east5',
      CLOUD_ML_REGION: 'europe-west1',
      GOOGLE_CLOUD_PROJECT: 'somebody-else',
    };
    const { requests, output } = await fleet.asks(['--model', 'opus'], newest, shell);

    assert.deepEqual(requests[0], { project: 'acme-claude', location: 'global', model: pinned.opus }, output);
  });

  test('starts on the model that the passed-through settings name', async () => {
    await fleet.state({ settings: { model: 'sonnet' } });
    await fleet.install('fragment');

    for (const version of cliVersions) assert.equal((await fleet.asks([], version)).requests[0]?.model, pinned.sonnet);
  });

  test('reads the pins from exports of a shell where nothing is managed', async () => {
    await fleet.install('shell');
    const { output } = await runAgent(fleet.machine, 'env');
    const shell = Object.fromEntries(
      [...output.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const { requests } = await fleet.asks(['--model', 'opus'], newest, shell);

    assert.deepEqual(requests[0], { project: 'acme-claude', location: 'global', model: pinned.opus });
  });

  test('starts and keeps the pins beside an empty file and a hidden half-written one', async () => {
    await fleet.install('fragment');
    const folder = join(fleet.machine.root, 'etc/claude-code/managed-settings.d');
    writeFileSync(join(folder, '90-empty.json'), '');
    writeFileSync(join(folder, '.50-pinward.json.half'), '{"env": {"ANTHROPIC_DEFAULT_OPUS');

    assert.equal(await fleet.modelOf('opus'), pinned.opus);
  });

  test('starts every time while the agent rewrites the fragment', async () => {
    await fleet.install('fragment');
    let isOver = false;
    const rewriting = (async () => {
      for (let at = 0; !isOver; at++) {
        await fleet.call('PUT', '/v1/rings/everyone/pins/opus', {
          model: at % 2 === 0 ? 'claude-opus-4-7' : 'claude-opus-5',
        });
        await runAgent(fleet.machine, 'login');
      }
    })();
    for (let start = 0; start < 6; start++) {
      const { status, output, requests } = await fleet.asks(['--model', 'opus']);
      assert.equal(status, 0, output);
      assert.match(requests[0]?.model ?? '', /^claude-opus-(?:4-8|4-7|5)$/);
    }
    isOver = true;
    await rewriting;

    assert.deepEqual(readdirSync(join(fleet.machine.root, 'etc/claude-code/managed-settings.d')), ['50-pinward.json']);
  });

  test('starts with the last good pins when the helper finds no server, and with none when it never had any', async () => {
    await fleet.install('helper');
    writeFileSync(
      join(fleet.machine.root, 'etc/pinward/agent.conf'),
      'server = http://127.0.0.1:9\ndelivery = helper\n',
    );
    const kept = await fleet.asks(['--model', 'opus']);
    fleet.machine = newMachine();
    await fleet.install('helper', 'http://127.0.0.1:9');
    const never = await fleet.asks(['--model', 'claude-opus-4-8'], newest, {
      ANTHROPIC_VERTEX_PROJECT_ID: 'own',
      CLOUD_ML_REGION: 'global',
    });

    assert.deepEqual([kept.status, kept.requests[0]?.model], [0, pinned.opus], kept.output);
    assert.deepEqual([never.status, never.requests[0]?.project], [0, 'own'], never.output);
  });

  test('does not start on a fragment that is cut off, which is why the agent renames and the server parses back', async () => {
    await fleet.install('fragment');
    writeFileSync(join(fleet.machine.root, 'etc/claude-code/managed-settings.d/50-pinward.json'), '{"env": {');
    const { status, output } = await fleet.asks(['--model', 'opus']);

    assert.equal(status, 1);
    assert.match(output, /50-pinward\.json/);
    assert.equal((await runAgent(fleet.machine, 'login')).status, 0);
    assert.equal(await fleet.modelOf('opus'), pinned.opus);
  });
});
