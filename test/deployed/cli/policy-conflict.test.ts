// `npm run policy -- apply` while others change the policy, and at a terminal, where it asks.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { adminToken, asAdmin, type Service, startService } from '../../support/service.ts';
import { draft } from '../../support/world.ts';
import { listen, newFile, run, surroundings } from './command.ts';

const wanted = JSON.stringify(draft({ lock: true }));
const others = { settings: { companyAnnouncements: ['meanwhile'] } };

describe('npm run policy -- apply', () => {
  let service: Service;
  let front: Server;
  let url: string;
  /** Happens before a change reaches the service, after it was planned. */
  let meanwhile: () => Promise<void>;

  beforeEach(async () => {
    service = startService();
    const behind = await listen(service.server);
    front = createServer(async (request, response) => {
      const { method = '', url: path = '', headers } = request;
      if (method === 'PUT' && !path.includes('dry-run')) await meanwhile();
      const body = method === 'GET' ? null : await buffer(request);
      const { authorization = '', 'if-match': ifMatch = '*' } = headers;
      const sent = { Authorization: authorization, 'If-Match': ifMatch, 'Content-Type': 'application/json' };
      const answer = await fetch(behind + path, { method, headers: sent, body });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    });
    url = await listen(front);
    meanwhile = async () => undefined;
    await service.state();
  });
  afterEach(async () => {
    for (const server of [front, service.server]) {
      server.closeAllConnections();
      server.close();
    }
    await service.close();
  });

  const currentPolicy = async () => (await service.ask().get('/v1/policy').set(asAdmin)).body;

  test('changes nothing and ends with 4 when somebody else was first', async () => {
    meanwhile = () => service.state(others);
    const ran = await run('policy-command', ['apply', '-', '--yes'], { url, input: wanted });

    assert.equal(ran.status, 4);
    assert.match(ran.stderr, /Not done: The policy has changed: you sent revision 1, but 2 is current/);
    assert.equal((await currentPolicy()).lock, false);
  });

  test('says the same to programs', async () => {
    meanwhile = () => service.state(others);
    const ran = await run('policy-command', ['apply', '-', '--yes', '--json'], { url, input: wanted });

    assert.equal(ran.status, 4);
    assert.deepEqual(
      [JSON.parse(ran.stdout).error.code, JSON.parse(ran.stdout).error.current],
      ['revision_conflict', 2],
    );
  });

  test('is done when somebody else made the very same change', async () => {
    meanwhile = () => service.state({ lock: true });
    const ran = await run('policy-command', ['apply', '-', '--yes'], { url, input: wanted });

    assert.equal(ran.status, 0);
    assert.match(ran.stdout, /Revision 2 already has this policy/);
  });

  describe('at a terminal', { skip: process.platform === 'linux' ? false : 'script works otherwise here' }, () => {
    const answers: readonly (readonly [string, number, boolean])[] = [
      ['y\n', 0, true],
      ['n\n', 1, false],
      ['\n', 1, false],
      ['\u0004', 1, false],
    ];
    for (const [keys, status, isDone] of answers) {
      test(`asks, and takes ${JSON.stringify(keys)} for ${isDone ? 'yes' : 'no'}`, async () => {
        const shown = await type(url, newFile('policy.json', wanted), keys, {});

        assert.match(shown.text, /would make revision 2[\s\S]+Make revision 2\? \[y\/N\]/);
        assert.match(shown.text, isDone ? /Applied: revision 2 is current/ : /You did not confirm/);
        assert.equal(shown.status, status);
        assert.equal((await currentPolicy()).lock, isDone);
      });
    }

    test('colors the diff, but not where NO_COLOR is set', async () => {
      const file = newFile('policy.json', wanted);
      const colored = await type(url, file, 'n\n', {});
      const bare = await type(url, file, 'n\n', { NO_COLOR: '1' });

      assert.equal(colored.text.includes('\u001b[33m  ~ /lock: false -> true\u001b[39m'), true);
      assert.equal(bare.text.includes('\u001b[33m'), false);
    });
  });
});

/** Applies a file in a pseudo-terminal and types `keys` once it asks. */
async function type(url: string, file: string, keys: string, over: Readonly<Record<string, string>>) {
  const env = { ...surroundings(), TERM: 'xterm', PINWARD_URL: url, PINWARD_TOKEN: adminToken, ...over };
  const command = `${process.execPath} functions/cli/policy-command.ts apply ${file}`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], { env, timeout: 60_000 });
  let text = '';
  terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const asked = text.includes('[y/N]');
    text += chunk;
    if (!asked && text.includes('[y/N]')) terminal.stdin.write(keys);
  });
  const [status] = await once(terminal, 'close');
  return { status, text };
}
