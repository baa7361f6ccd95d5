// `npm start` as a person runs it: a real process with a folder of its own.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { draft } from '../support/world.ts';

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

describe('npm start', () => {
  test('prints where it listens, the admin token it made and what to try next; and drains on SIGINT', async () => {
    const folder = newFolder();
    const local = await start(folder);
    const token = readFileSync(join(folder, 'admin-token'), 'utf8').trim();
    const page = await (await fetch(local.url)).text();
    local.process.kill('SIGINT');
    const [code] = await once(local.process, 'close');

    assert.ok(local.output().includes(token));
    assert.match(local.output(), /Console: http:\S+ \(signed in: the link in \S+ada-link\)/);
    assert.equal(readFileSync(join(folder, 'admin-link'), 'utf8'), `${local.url}/#token=${token}\n`);
    assert.match(page, /<title>Pinward<\/title>/);
    assert.match(local.output(), /1\. Publish a policy[\s\S]+2\. Fetch the pins[\s\S]+3\. Move one pin/);
    assert.match(local.output(), /Stopped\. The data is kept\./);
    assert.equal(code, 0);
    assert.equal(statSync(join(folder, 'admin-token')).mode & 0o777, 0o600);
  });

  test('comes back with its data and the same token, which it shows only once', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const headers = { Authorization: `Bearer ${readFileSync(join(folder, 'admin-token'), 'utf8').trim()}` };
    const write = { ...headers, 'If-Match': '"0"', 'Content-Type': 'application/json' };
    const put = await fetch(`${first.url}/v1/policy`, { method: 'PUT', headers: write, body: JSON.stringify(draft()) });
    await stop(first);
    const second = await start(folder);
    const get = await fetch(`${second.url}/v1/policy`, { headers });
    await stop(second);

    assert.equal(put.status, 200);
    assert.equal(get.status, 200);
    assert.equal(get.headers.get('etag'), '"1"');
    assert.doesNotMatch(second.output(), /made just now|Publish a policy/);
    assert.match(second.output(), /Revision 1 is current\./);
  });

  test('gives two people tokens that only they can read, and lets the second approve what the first proposes', async () => {
    const folder = newFolder();
    const local = await start(folder);
    const call = async (name: string, method: string, path: string, body?: unknown) => {
      const [header = ''] = readFileSync(join(folder, `${name}-header`), 'utf8').split('\n');
      const [, authorization = ''] = /^Authorization: (.+)$/.exec(header) ?? [];
      const headers = { Authorization: authorization, 'If-Match': '*', 'Content-Type': 'application/json' };
      const response = await fetch(local.url + path, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: response.status, body: await response.json() };
    };
    const stated = await call('ada', 'PUT', '/v1/policy', draft({ secondPerson: true }));
    const proposed = await call('ada', 'PUT', '/v1/policy', draft({ secondPerson: true, project: 'acme-other' }));
    const alone = await call('ada', 'POST', '/v1/proposals/1/approve');
    const approved = await call('grace', 'POST', '/v1/proposals/1/approve');
    const { body: health } = await call('grace', 'GET', '/v1/health');
    const old = await call('ada', 'GET', '/v1/policy');
    const [, linked] = readFileSync(join(folder, 'ada-link'), 'utf8').trim().split('#token=');
    await stop(local);
    const modes = ['ada', 'grace', 'admin'].flatMap((name) =>
      ['token', 'header', 'link'].map((kind) => statSync(join(folder, `${name}-${kind}`)).mode & 0o777),
    );

    assert.deepEqual(
      [stated.status, proposed.status, alone.status, approved.status, old.status],
      [200, 202, 409, 200, 200],
    );
    assert.equal(alone.body.code, 'second_person_needed');
    assert.deepEqual(health.warnings, []);
    assert.equal(linked, readFileSync(join(folder, 'ada-token'), 'utf8').trim());
    assert.deepEqual(modes, Array(9).fill(0o600));
    assert.match(local.output(), /ada@example\.com: \S+ada-token.*\n.*grace@example\.com: \S+grace-token/);
  });

  test('makes new people at each start: a token of an earlier one is refused', async () => {
    const folder = newFolder();
    await stop(await start(folder));
    const early = readFileSync(join(folder, 'ada-token'), 'utf8').trim();
    const local = await start(folder);
    const late = readFileSync(join(folder, 'ada-token'), 'utf8').trim();
    const statusOf = async (token: string) =>
      (await fetch(`${local.url}/v1/access`, { headers: { Authorization: `Bearer ${token}` } })).status;
    const statuses = [await statusOf(early), await statusOf(late)];
    await stop(local);

    assert.deepEqual(statuses, [401, 200]);
  });

  test('says which file of a token is empty, and how to get a new one', () => {
    for (const name of ['admin-token', 'machine-token']) {
      const folder = newFolder();
      writeFileSync(join(folder, name), '\n');
      const { status, stderr } = run('--port', '0', '--data', folder);

      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`Pinward did not start: .*${name} is empty\\. Delete it`));
    }
  });

  test('says which port is taken and which to try', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo; // a TCP server's address has this form
    const folder = join(newFolder(), 'of Ada');
    const { status, stderr } = run('--port', String(port), '--data', folder);
    squatter.close();

    assert.equal(status, 1);
    assert.match(stderr, /EADDRINUSE/);
    assert.ok(stderr.includes(`Use another port: npm start -- --port ${port + 1} --data '${folder}'\n`), stderr);
  });

  test('takes the URL of Slack from the environment, and refuses it among its arguments, without showing it', async () => {
    const secret = 'https://hooks.slack.com/services/T0/B0/secret';
    const local = await start(newFolder(), { PINWARD_SLACK_URL: secret });
    await stop(local);
    const listed = run('--data', newFolder(), '--slack', secret);
    const wrong = run('--data', newFolder(), { PINWARD_SLACK_URL: 'hooks.slack.com/secret' });

    assert.match(local.output(), /Announcements go to hooks\.slack\.com\./);
    assert.match(listed.stderr, /^--slack would show the URL to every user of this machine: .*PINWARD_SLACK_URL/);
    assert.match(wrong.stderr, /^PINWARD_SLACK_URL is not a URL/);
    assert.deepEqual([listed.status, wrong.status], [2, 2]);
    assert.doesNotMatch(local.output() + listed.stderr + wrong.stderr, /secret/);
  });
});

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pinward-'));
}

type Variables = Readonly<Record<string, string>>;

/** Words, and the variables that are set beside those of this process. */
function run(...given: (string | Variables)[]): { status: number | null; stdout: string; stderr: string } {
  const options = given.filter((one) => typeof one === 'string');
  const env = Object.assign({ ...process.env }, ...given.filter((one) => typeof one !== 'string'));
  const words = ['functions/local/start.ts', ...options];
  return spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000, env });
}

async function start(folder: string, variables: Variables = {}): Promise<Started> {
  const child = spawn(process.execPath, ['functions/local/start.ts', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...variables },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  while (!output.includes('Ctrl-C stops')) await once(child.stdout, 'data');
  const url = /listens on (\S+)/.exec(output)?.[1] ?? '';
  return { process: child, url, output: () => output };
}

async function stop(local: Started): Promise<void> {
  local.process.kill('SIGTERM');
  await once(local.process, 'close');
}
