// Vertex in a process of its own: that it ends, that the SDK is loaded when needed, and what is said without credentials.

import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { compileCache } from '../../../support/compile-cache.ts';
import { startFakeGarden } from '../../../support/fakes/garden.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;

const folder = mkdtempSync(join(tmpdir(), 'pinward-'));
/** Without credentials, and without a search for them on the network. */
const poor = { HOME: folder, METADATA_SERVER_DETECTION: 'none' };
const opening = `import { openVertex } from './shared/adapters/vertex.ts';
  const place = { project: 'acme-claude', location: 'global', model: 'claude-opus-4-8' };
  const say = (said) => console.log(JSON.stringify(said));
  `;

test('a process that closed Vertex ends by itself', async (t) => {
  const garden = await startFakeGarden();
  t.after(() => garden.close());
  garden.script({}, 'enabled');
  const child = run(
    `const vertex = openVertex({ fakeHost: '${garden.endpoint}' });
     say([(await vertex.list()).models, (await vertex.screen(place)).verdict, (await vertex.confirm(place)).verdict]);
     await vertex.close();`,
  );

  assert.deepEqual(await ended(child), { code: 0, said: [[[], 'candidate', 'enabled']] });
});

test('closing ends calls that hang, long before their time', async (t) => {
  const garden = await startFakeGarden();
  t.after(() => garden.close());
  garden.script({}, 'hang');
  garden.failList('hang');
  const child = run(
    `const hour = 3600_000;
     const vertex = openVertex({ fakeHost: '${garden.endpoint}', timeoutsMs: { screen: hour, confirm: hour, list: hour } });
     const hanging = [vertex.screen(place), vertex.confirm(place), vertex.list()];
     process.stdin.once('data', async () => {
       await vertex.close();
       for (const { verdict, models, evidence } of await Promise.all(hanging)) say([verdict ?? models, evidence]);
       const { verdict, evidence } = await vertex.confirm(place);
       say([verdict, evidence]);
     });`,
  );
  await garden.reached(3);
  child.stdin.end('close');

  const { code, said } = await ended(child);
  assert.equal(code, 0);
  assert.deepEqual(said, [
    ['transient', 'CANCELLED: Cancelled on client'],
    ['transient', 'CANCELLED: Cancelled on client'],
    [null, 'CANCELLED: Cancelled on client'],
    ['transient', 'CANCELLED: cancelled'],
  ]);
});

test('the SDK is loaded by the first call and not before', async (t) => {
  const garden = await startFakeGarden();
  t.after(() => garden.close());
  const open = `const vertex = openVertex({ fakeHost: '${garden.endpoint}' });`;
  const tracing = ['--import', './test/support/trace-imports.mjs'];
  const [idle, called] = await Promise.all([
    text(run(`${open} await vertex.close();`, {}, tracing).stdout),
    text(run(`${open} await vertex.confirm(place); await vertex.close();`, {}, tracing).stdout),
  ]);

  assert.match(idle, /adapters\/vertex\.ts/);
  assert.doesNotMatch(idle, /node_modules/);
  assert.match(called, /prediction_service_client/);
  assert.doesNotMatch(called, /model_garden_service_client/);
});

test('without credentials every answer says so, and nothing breaks', async () => {
  const { code, said } = await ended(
    run(
      `const vertex = openVertex();
       for (const { verdict, cause, evidence } of await Promise.all([vertex.screen(place), vertex.confirm(place), vertex.confirm(place)]))
         say([verdict, cause, evidence]);
       say((await vertex.list()).models);
       await vertex.close();`,
      poor,
    ),
  );
  const missing = [
    'misconfigured',
    'unauthenticated',
    'Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication/getting-started for more information.',
  ];

  assert.deepEqual({ code, said }, { code: 0, said: [missing, missing, missing, null] });
});

test('a fake is asked without a search for credentials', async (t) => {
  const garden = await startFakeGarden();
  let searches = 0;
  const metadata = createServer((_, response) => response.writeHead(404).end(String(++searches))).listen(
    0,
    '127.0.0.1',
  );
  await once(metadata, 'listening');
  t.after(() => Promise.all([garden.close(), metadata.close()]));
  const { port } = metadata.address() as AddressInfo; // a TCP server's address has this form
  const child = run(
    `const vertex = openVertex({ fakeHost: '${garden.endpoint}' });
     say([(await vertex.confirm(place)).verdict, (await vertex.list()).models]);
     await vertex.close();`,
    { HOME: folder, GCE_METADATA_HOST: `127.0.0.1:${port}` },
  );

  assert.deepEqual(await ended(child), { code: 0, said: [['not_enabled', []]] });
  assert.equal(searches, 0);
});

test('credentials that come later are found', async () => {
  const file = join(folder, 'late.json');
  const child = run(
    `import { createClients } from './shared/adapters/vertex-clients.ts';
     import { writeFileSync } from 'node:fs';
     const vertex = openVertex();
     const { cause, evidence } = await vertex.confirm(place);
     say([cause, evidence]);
     await vertex.close();
     const clients = createClients(null);
     say(await clients.prediction('global').then(() => 'a client', () => 'none'));
     writeFileSync(process.env.GOOGLE_APPLICATION_CREDENTIALS, JSON.stringify({
       type: 'authorized_user', client_id: 'id', client_secret: 'secret', refresh_token: 'token' }));
     say(await clients.prediction('global').then(() => 'a client', () => 'none'));
     await clients.close();`,
    { ...poor, GOOGLE_APPLICATION_CREDENTIALS: file },
  );
  const { code, said } = await ended(child);

  assert.equal(code, 0);
  const [[cause, evidence], ...clients] = said as [[string, string], string, string]; // as the child says them
  assert.equal(cause, 'unauthenticated');
  assert.match(evidence, /GOOGLE_APPLICATION_CREDENTIALS/);
  assert.deepEqual(clients, ['none', 'a client']);
});

test('credentials that never come are waited for no longer than the call may take', async (t) => {
  const metadata = createServer(() => {}).listen(0, '127.0.0.1');
  await once(metadata, 'listening');
  t.after(() => {
    metadata.close();
    metadata.closeAllConnections();
  });
  const { port } = metadata.address() as AddressInfo; // a TCP server's address has this form
  const child = run(
    `const vertex = openVertex({ timeoutsMs: { ready: 300 } });
     const { verdict, evidence } = await vertex.confirm(place);
     say([verdict, evidence]);
     say((await vertex.list()).models);
     await vertex.close();
     process.exit();`,
    { HOME: folder, METADATA_SERVER_DETECTION: 'assume-present', GCE_METADATA_HOST: `127.0.0.1:${port}` },
  );

  assert.deepEqual(await ended(child), {
    code: 0,
    said: [['transient', 'DEADLINE_EXCEEDED: no credentials were found in time'], null],
  });
});

function run(script: string, env: Record<string, string> = {}, flags: readonly string[] = []): Child {
  return spawn(process.execPath, [...flags, '--input-type=module', '-e', opening + script], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** What it said until it ended by itself; killed, and so without an exit code, after a minute. */
async function ended(child: Child): Promise<{ code: number | null; said: readonly unknown[] }> {
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const [lines] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  clearTimeout(watchdog);
  const said = lines.split('\n').filter((line) => line !== '');
  return { code: child.exitCode, said: said.map((line) => JSON.parse(line)) };
}
