// What the commands make of a service that can't be reached, or of something else that answers in its place.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { after, describe, test } from 'node:test';
import { readTarget } from '../../../functions/cli/read-target.ts';
import { type Attempt, call } from '../../../functions/cli/service-client.ts';
import { freePort } from '../../../functions/local/free-port.ts';
import { Policy } from '../../../shared/domain/policy/policy.ts';
import { adminToken, startService } from '../../support/service.ts';
import { listen, newFile } from './command.ts';

describe('a call of the service', () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  const serve = (listener: RequestListener) => {
    const server = createServer(listener);
    servers.push(server);
    return listen(server);
  };

  const answers: readonly (readonly [string, (response: ServerResponse) => unknown, string, RegExp])[] = [
    ['a page', (to) => page(to, 200), 'not_pinward', /^GET http:\S+\/v1\/policy returned 200 with text\/html/],
    ['a page that forbids', (to) => page(to, 403), 'not_pinward', /returned 403 with text\/html/],
    ['other JSON', (to) => to.end('{"hello": "world"}'), 'not_understood', /\/project: /],
    ['nothing', (to) => to.end(), 'not_pinward', /returned 200 with nothing/],
    ['a redirect', (to) => to.writeHead(302, { Location: '/login' }).end(), 'redirected', /to \/login/],
    ['half an answer', (to) => to.write('{', () => to.destroy()), 'unreachable', /can't be reached/],
  ];
  for (const [name, answer, code, title] of answers) {
    test(`tells ${name} from Pinward`, async () => {
      const { commandError } = failed(await ask(await serve((_, response) => answer(response))));

      assert.equal(commandError.code, code);
      assert.match(commandError.title, title);
    });
  }

  test('never shows its token to where it is redirected', async () => {
    const seen: unknown[] = [];
    const other = await serve(({ headers }, response) => {
      seen.push(headers.authorization);
      response.end();
    });
    await ask(await serve((_, response) => response.writeHead(307, { Location: other }).end()));

    assert.deepEqual(seen, []);
  });

  test('says so when nobody listens, and of a change that it may have been made', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const read = failed(await ask(url)).commandError;
    const written = failed(await ask(url, 'PUT')).commandError;

    assert.deepEqual([read.code, written.code], ['unreachable', 'unreachable']);
    assert.match(read.title, /\(ECONNREFUSED\)/);
    assert.doesNotMatch(read.hint, /run plan/);
    assert.match(written.hint, /The change may have been made: run plan to see/);
  });

  test('says whether it is the certificate or no TLS at all', async () => {
    const key = newFile('key.pem', '');
    const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -days 2 -keyout';
    const { stdout: cert } = spawnSync('openssl', [...words.split(' '), key]);
    const server = createTlsServer({ key: readFileSync(key), cert }, (_, response) => response.end());
    servers.push(server);
    const untrusted = failed(await ask((await listen(server)).replace('http:', 'https:'))).commandError;
    const bare = failed(await ask((await serve((_, to) => to.end())).replace('http:', 'https:'))).commandError;

    assert.deepEqual([untrusted.code, bare.code], ['tls_failed', 'tls_failed']);
    assert.match(untrusted.title, /DEPTH_ZERO_SELF_SIGNED_CERT/);
    assert.match(untrusted.hint, /NODE_EXTRA_CA_CERTS/);
    assert.match(bare.title, /the server does not speak TLS/);
  });

  test('passes on what Pinward says, and where the token comes from when it is not known', async () => {
    const service = startService();
    servers.push(service.server);
    const url = await listen(service.server);
    const empty = failed(await ask(url)).commandError;
    const wrong = failed(await ask(url, 'GET', 'another-token-of-thirty-two-characters')).commandError;
    await service.close();

    assert.deepEqual([empty.code, wrong.code], ['no_policy', 'unauthenticated']);
    assert.match(wrong.hint, /PINWARD_TOKEN or --token-file/);
  });
});

describe('where the service is, and the token', () => {
  const near = 'http://127.0.0.1:8787';
  const file = newFile('token', `${adminToken}\n`);

  test('come from options, else from the environment; a path below the host is kept', () => {
    const environment = { PINWARD_URL: 'https://pinward.test', PINWARD_TOKEN: 'from-environment' };

    assert.deepEqual(readTarget({}, environment), {
      ok: true,
      value: { url: 'https://pinward.test/', token: 'from-environment' },
    });
    assert.deepEqual(readTarget({ url: `${near}/below/`, 'token-file': file }, environment), {
      ok: true,
      value: { url: `${near}/below/`, token: adminToken },
    });
  });

  const wrong: readonly (readonly [string, string, { readonly url?: string; readonly 'token-file'?: string }])[] = [
    ['nothing', 'url_invalid', {}],
    ['what is no URL', 'url_invalid', { url: 'pinward' }],
    ['another scheme', 'url_invalid', { url: 'ftp://127.0.0.1' }],
    ['a name and password', 'url_invalid', { url: 'https://me:secret@pinward.test' }],
    ['what would carry the token in clear', 'url_invalid', { url: 'http://pinward.test' }],
    ['no token', 'token_missing', { url: near }],
    ['a token file that is not there', 'token_missing', { url: near, 'token-file': '/nowhere' }],
    ['a token file that holds none', 'token_missing', { url: near, 'token-file': newFile('token', 'two words') }],
  ];
  for (const [name, code, options] of wrong) {
    test(`are refused when they are ${name}`, () => {
      assert.equal(failed(readTarget(options, {})).commandError.code, code);
    });
  }
});

async function ask(url: string, method: 'GET' | 'PUT' = 'GET', token = adminToken) {
  return call({ url: `${url}/`, token }, { method, path: 'v1/policy' }, Policy);
}

function failed<T>(attempt: Attempt<T>) {
  assert.equal(attempt.ok, false);
  return attempt;
}

function page(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'text/html' }).end('<h1>Hello</h1>');
}
