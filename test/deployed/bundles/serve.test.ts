// Every bundle does its work from its unpacked zip, with the packages of its own `npm ci`: on Google's emulators, a fake
// garden behind gRPC and a fake Slack.

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { targets } from '../../../functions/environment.ts';
import { whyNoEmulators } from '../../../functions/local/emulators.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';
import { draft, revision } from '../../support/world.ts';
import { adminHeaders, Deployed, tokens } from '../deployed.ts';
import { type DeployedService, startDeployedService } from '../deployed-service.ts';
import { type Installed, installBundles } from './installed.ts';

const project = 'demo-bundles';
const machineHeaders = { Authorization: `Bearer ${tokens.PINWARD_MACHINE_TOKEN}` };

let installed: Installed;

before(async () => {
  installed = await installBundles();
});

describe('an installed bundle', () => {
  test('answers a poll without loading gRPC, which a change then loads, and no HTTP client', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
    const store = openSqlite(file, testKeys);
    await store.commit([{ kind: 'published', id: 'current', expect: 'absent', value: { revision: revision() } }]);
    await store.close();
    const preload = pathToFileURL(join(import.meta.dirname, 'trace-loaded.mjs'));
    const environment = { GOOGLE_CLOUD_PROJECT: project, PINWARD_SQLITE: file, ...tokens };
    // Nobody listens there, so the events of the change stay in the outbox.
    const nowhere = { PUBSUB_EMULATOR_HOST: '127.0.0.1:9', NODE_OPTIONS: `--import=${preload}` };
    const api = await Deployed.start('api', { ...environment, ...nowhere }, installed.api);
    const polled = await untilAnswered(`${api.url}/v1/pins.json`, { headers: machineHeaders });
    await api.stop();
    const outputOfPoll = api.output;
    await api.killAndRestart();
    const headers = { ...adminHeaders, 'If-Match': '*' };
    const body = JSON.stringify(draft({ settings: { companyAnnouncements: ['moved'] } }));
    await untilAnswered(`${api.url}/v1/policy`, { method: 'PUT', headers, body });
    await api.stop();

    assert.equal(polled.status, 200, polled.body);
    assert.doesNotMatch(outputOfPoll, /was loaded/);
    assert.match(api.output, /^gRPC was loaded$/m);
  });

  test('answers bytes that are no request with a problem, also as the first ones', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
    const environment = { GOOGLE_CLOUD_PROJECT: project, PINWARD_SQLITE: file, ...tokens };
    const api = await Deployed.start('api', environment, installed.api);
    const answers = [await api.send('no request\r\n\r\n'), await api.send('no request\r\n\r\n')];
    await api.stop();

    for (const answer of answers) {
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*^Content-Type: application\/problem\+json\r$/im);
      assert.match(answer, /"code": "request_malformed"/);
    }
  });

  test('has the console in its zip', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
    const environment = { GOOGLE_CLOUD_PROJECT: project, PINWARD_SQLITE: file, ...tokens };
    const api = await Deployed.start('api', environment, installed.api);
    const page = await untilAnswered(`${api.url}/rings`, {});
    const scripts = [...page.body.matchAll(/src="([^"]+)"/g)].map(([, path]) => `${api.url}${path}`);
    const loaded = await Promise.all(scripts.map((url) => untilAnswered(url, {})));
    await api.stop();

    assert.deepEqual([page.status, ...loaded.map(({ status }) => status)], [200, 200, 200]);
    assert.ok(loaded.some(({ body }) => body.includes('Search rings, models, machines and revisions')));
  });

  test('names the line of the source when Node is told to use source maps', async () => {
    const api = await Deployed.start('api', { NODE_OPTIONS: '--enable-source-maps' }, installed.api);
    await api.ended();

    assert.match(api.output, /GOOGLE_CLOUD_PROJECT is not set[\s\S]*functions\/environment\.ts:\d+/);
  });
});

describe('the installed bundles', { skip: whyNoEmulators() }, () => {
  let service: DeployedService;

  before(async () => {
    service = await startDeployedService(project, targets, installed);
  });
  after(() => service.stop());

  test('api takes a policy, moves a pin and serves both from Firestore', async () => {
    const stated = await change('/v1/policy', draft());
    const moved = await change('/v1/rings/everyone/pins/opus', { model: 'claude-opus-4-7' });
    const polled = await untilAnswered(`${service.functionOf('api').url}/v1/pins.env`, { headers: machineHeaders });

    assert.deepEqual([stated.status, moved.status, polled.status], [200, 200, 200], stated.body + moved.body);
    assert.match(polled.body, /^ANTHROPIC_DEFAULT_OPUS_MODEL='?"?claude-opus-4-7\b/m);
    assert.match(polled.body, /^ANTHROPIC_DEFAULT_SONNET_MODEL='?"?claude-sonnet-4-6\b/m);
  });

  test('probe asks the garden over gRPC, and api tells what it saw', async () => {
    const probed = await untilAnswered(service.functionOf('probe').url, { method: 'POST' });
    const done: { confirmations: number; fault: string | null } = JSON.parse(probed.body);
    const matrix = await untilAnswered(`${service.functionOf('api').url}/v1/availability`, { headers: adminHeaders });

    assert.equal(probed.status, 200, probed.body);
    assert.equal(done.fault, null);
    assert.ok(done.confirmations > 0 && service.garden.calls().confirm === done.confirmations, probed.body);
    assert.match(matrix.body, /"model": "claude-opus-4-7",\s+"state": "enabled"/);
  });

  test('advance runs on the same store', async () => {
    const advanced = await untilAnswered(service.functionOf('advance').url, { method: 'POST' });

    assert.equal(advanced.status, 200, advanced.body);
    assert.match(advanced.body, /"moves":\d/);
  });

  test('announce takes what Pub/Sub pushes and posts it to Slack', async () => {
    const end = performance.now() + 60_000;
    while (revisionsTold().length < 2 && performance.now() < end) await new Promise((done) => setTimeout(done, 50));

    assert.deepEqual(revisionsTold(), ['1', '2'], service.functionOf('announce').output);
    assert.deepEqual(service.slack.complaints, []);
  });

  function revisionsTold(): readonly string[] {
    const texts = service.slack.messages.map(({ payload }) => JSON.stringify(payload));
    return texts.flatMap((text) => /published revision (\d+)/.exec(text)?.[1] ?? []).sort();
  }

  function change(path: string, body: unknown): Promise<Answered> {
    const headers = { ...adminHeaders, 'If-Match': '*' };
    return untilAnswered(service.functionOf('api').url + path, { method: 'PUT', headers, body: JSON.stringify(body) });
  }
});

interface Answered {
  readonly status: number;
  readonly body: string;
}

/** Asks again while nobody listens yet, or the store is too slow. */
async function untilAnswered(url: string, request: RequestInit): Promise<Answered> {
  const end = performance.now() + 60_000;
  for (;;) {
    const response = await fetch(url, request).catch(() => null);
    const body = await response?.text();
    if (response !== null && body !== undefined && response.status !== 503) return { status: response.status, body };
    if (performance.now() > end) throw new Error(`no answer at ${url}: ${body}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
