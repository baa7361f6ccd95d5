// What is rendered holds: the real Claude Code, in versions that differ, against shells and settings of developers that
// would lead it off the pins. `npm run test:claude` runs these tests.

import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lockNeeds, refusesLockedSuffix } from '../../../shared/domain/models/claude-code.ts';
import { compareVersions } from '../../../shared/domain/models/version.ts';
import { type CliVersion, holdingVersions, runAgent, whyNoClient } from './client.ts';
import { fleetForEach, pinned, pins } from './fleet.ts';

const exactFrom = lockNeeds[1]?.version ?? '';
const enforcedFrom = lockNeeds[0]?.version ?? '';
const providers = ['BEDROCK', 'FOUNDRY', 'MANTLE', 'ANTHROPIC_AWS', 'ANTHROPIC_GOOGLE_CLOUD', 'GATEWAY'];
const switches = Object.fromEntries(providers.map((name) => [`CLAUDE_CODE_USE_${name}`, '1']));
const overrides = Object.fromEntries(Object.values(pinned).map((model) => [model, 'claude-opus-4-1@20250805']));
/** Nothing answers there, so the client says in its log which address it would call. */
const blocked = { ANTHROPIC_LOG: 'debug', HTTPS_PROXY: 'http://127.0.0.1:9', CLAUDE_CODE_MAX_RETRIES: '0' };

describe('what is rendered holds', { skip: whyNoClient() }, () => {
  const fleet = fleetForEach(holdingVersions);

  for (const version of holdingVersions) {
    for (const delivery of ['fragment', 'helper']) {
      const name = `${version}, by way of the ${delivery},`;

      test(`${name} stays on Vertex whatever switches of other providers are set`, async () => {
        await fleet().state();
        await fleet().install(delivery);
        for (const [shell, user] of [
          [switches, {}],
          [{}, { env: switches }],
        ] as const) {
          const { requests, output } = await fleet().asks(['--model', 'opus'], version, shell, user);
          assert.deepEqual(requests[0], { project: 'acme-claude', location: 'global', model: pinned.opus }, output);
        }
      });

      test(`${name} runs the pins whatever a developer's modelOverrides say`, async () => {
        await fleet().state();
        await fleet().install(delivery);
        for (const family of ['opus', 'haiku'] as const) {
          const user = { modelOverrides: overrides };
          const { requests, output } = await fleet().asks(['--model', family], version, {}, user);
          assert.equal(requests[0]?.model, pinned[family], output);
        }
      });

      test(`${name} is held to whole ids by the lock, or is said not to be`, async () => {
        await fleet().state({ lock: true, settings: throughGateway() });
        await fleet().install(delivery);
        const { requests, output } = await fleet().asks(['--model', 'claude-fable-5-2'], version);
        const isHeld = Object.values(pinned).includes(requests[0]?.model ?? '');

        assert.equal(isHeld, compareVersions(version, exactFrom) >= 0, output);
        if (!isHeld) assert.ok((await reasonsFor(version)).includes('lock_not_held'));
      });

      test(`${name} runs a locked pin with a 1M context once it is known, or lint says that it does not`, async () => {
        const sonnet = { model: pinned.sonnet, context1m: true };
        await fleet().state({ lock: true, settings: throughGateway() }, { pins: { ...pins, sonnet } });
        await fleet().install(delivery);
        const unstated = await fleet().asks(['--model', 'sonnet'], version);
        appendFileSync(join(fleet().machine.root, 'etc/pinward/agent.conf'), `cli = ${version}\n`);
        await runAgent(fleet().machine, 'login');
        const stated = await fleet().asks(['--model', 'sonnet'], version);

        assert.equal(unstated.requests[0]?.model === pinned.sonnet, !refusesLockedSuffix(version), unstated.output);
        assert.equal(stated.requests[0]?.model, pinned.sonnet, stated.output);
      });

      test(`${name} runs a pin although shell and developer choose another model by variables`, async () => {
        const chosen = { ANTHROPIC_MODEL: 'claude-opus-4-6', ANTHROPIC_DEFAULT_MODEL: 'claude-opus-4-6' };
        await fleet().state({ lock: true, settings: throughGateway() });
        await fleet().install(delivery);
        for (const [shell, user] of [
          [chosen, {}],
          [{}, { env: chosen, model: 'claude-opus-4-6' }],
        ] as const) {
          const { requests, output } = await fleet().asks([], version, shell, user);
          const isHeld = Object.values(pinned).includes(requests[0]?.model ?? '');
          // The setting `model` is no variable: only the list stops it, which this version may not enforce yet.
          const mustHold = !('model' in user) || compareVersions(version, enforcedFrom) >= 0;
          assert.ok(isHeld || !mustHold, `${requests[0]?.model} ${output}`);
        }
      });

      test(`${name} starts under a lock without a gateway, and calls Vertex itself, whatever the shell says`, async () => {
        await fleet().state({ lock: true });
        await fleet().install(delivery);
        const { requests, output } = await fleet().asks(['--model', 'opus'], version, blocked);

        assert.deepEqual(requests, []);
        assert.match(output, addressOf('aiplatform', 'global', pinned.opus));
      });

      test(`${name} calls no known model outside of its residency, whatever a dotfile says`, async () => {
        await fleet().state(resident(throughGateway()), { residency: true, location: 'eu' });
        await fleet().install(delivery);
        const regions = { VERTEX_REGION_CLAUDE_5_OPUS: 'global', VERTEX_REGION_CLAUDE_4_6_OPUS: 'us-east5' };
        const dotfile = { ...regions, CLOUD_ML_REGION: 'global' };
        for (const [model, shell, user] of [
          ['claude-opus-5', dotfile, {}],
          ['claude-opus-4-6', {}, { env: dotfile }],
          ['opus', dotfile, { env: dotfile }],
        ] as const) {
          const { requests, output } = await fleet().asks(['--model', model], version, shell, user);
          assert.deepEqual([...new Set(requests.map(({ location }) => location))], ['eu'], output);
        }
      });

      test(`${name} calls the host of its residency, whatever gateway the shell names`, async () => {
        await fleet().state(resident({}), { residency: true, location: 'eu' });
        await fleet().install(delivery);
        const { requests, output } = await fleet().asks(['--model', 'opus'], version, blocked);

        assert.deepEqual(requests, []);
        assert.match(output, addressOf('aiplatform\\.eu\\.rep', 'eu', pinned.opus));
      });
    }
  }

  test('without the map, the newest client follows the developer: so the map is what holds', async () => {
    await fleet().state();
    await fleet().install('fragment');
    const file = join(fleet().machine.root, 'etc/claude-code/managed-settings.d/50-pinward.json');
    const { modelOverrides: _, ...settings } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(settings));
    const { requests } = await fleet().asks(['--model', 'opus'], '2.1.332', {}, { modelOverrides: overrides });

    assert.equal(requests[0]?.model, 'claude-opus-4-1@20250805');
  });

  function throughGateway(): object {
    return { env: { ANTHROPIC_VERTEX_BASE_URL: fleet().vertex.url } };
  }

  async function reasonsFor(cli: CliVersion): Promise<readonly string[]> {
    const headers = { Authorization: `Bearer ${fleet().service.adminToken}` };
    const response = await fetch(`${fleet().service.url}/v1/explain?machine=laptop-7&cli=${cli}`, { headers });
    const { reasons } = (await response.json()) as { reasons: { code: string }[] }; // the reply of explain
    return reasons.map(({ code }) => code);
  }
});

/** A policy whose everyday pins are served in eu. */
function resident(settings: object): Record<string, unknown> {
  return { settings, models: Object.values(pins).map(({ model }) => ({ id: model, locations: ['eu', 'global'] })) };
}

function addressOf(host: string, location: string, model: string): RegExp {
  return new RegExp(
    `https://${host}\\.googleapis\\.com/v1/projects/acme-claude/locations/${location}/publishers/anthropic/models/${model}:`,
  );
}
