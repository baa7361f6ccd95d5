/** The agent on networks with proxies and private authorities, as its configuration and nothing else says. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createProxy, request as forward } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { describe, it } from 'node:test';
import { fragment, type Machine, newMachine, until, write } from './machine.ts';
import { newPatient } from './patient.ts';
import { answering, first, startServer } from './server.ts';

const strange = 'http://127.0.0.1:9';
const exported = {
  ...Object.fromEntries(
    ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].map((name) => [name, strange]),
  ),
  CURL_CA_BUNDLE: '/nowhere',
  SSL_CERT_FILE: '/nowhere',
  CURL_HOME: '/nowhere',
  no_proxy: 'example.com',
  proxy: strange,
  unproxied: 'x',
  ca_file: '/nowhere',
  token: 'theirs',
  header: 'X-Theirs: 1',
};

describe('pinward on networks as they are', { concurrency: 4 }, () => {
  it("takes nothing for its requests from its caller's variables, and gives its own to no program", async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url, token_command: 'echo from-command' });
    write(machine.path('bin/curl'), `#!/bin/sh\nenv >>'${machine.path('curl.env')}'\nexec /usr/bin/curl "$@"\n`, 0o755);
    const PATH = `${machine.path('bin')}:${process.env['PATH']}`;
    const { code } = await machine.run(['login'], { env: { ...exported, PATH } });
    assert.equal(code, 0);
    const names = machine
      .read('curl.env')
      .split('\n')
      .map((line) => line.replace(/=.*/, ''))
      .filter(Boolean);
    assert.deepEqual(
      [...new Set(names)].filter((name) => !['PATH', 'PWD', 'OLDPWD', '_', 'SHLVL'].includes(name)),
      [],
    );
  });

  it('asks by the proxy of its configuration, and not for the hosts that need none', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    await using proxy = await startProxy();
    machine.configure({ server: server.url, proxy: proxy.url.replace('//', '//me:pass@') });
    assert.equal((await machine.run(['login'])).code, 0);
    assert.ok(proxy.asked.some((url) => url.startsWith(`${server.url}/v1/pins`)));
    assert.ok(proxy.passwords.every((password) => password === `Basic ${btoa('me:pass')}`));
    await until(() => server.reports.length === 1); // the report goes by the proxy, too
    const before = proxy.asked.length;
    machine.configure({ server: server.url, proxy: proxy.url, no_proxy: 'example.com,127.0.0.1' });
    assert.equal((await machine.run(['login'])).code, 0);
    assert.equal(proxy.asked.length, before);
  });

  it('says that a proxy of the shell is not used when that may be why nothing answers', async () => {
    using machine = newMachine();
    machine.configure({ server: strange });
    const { err } = await machine.run(['login'], { env: { HTTPS_PROXY: 'http://proxy.example.com' } });
    assert.match(err, /Could.*connect.*the proxy of this shell is not used: name it by proxy in \S+agent\.conf/);
  });

  it('trusts the authority of ca_file, and without it names that setting', async () => {
    using machine = newMachine();
    await using server = await startSecure(machine);
    machine.configure({ server: server.url });
    assert.match((await machine.run(['login'])).err, /certificate.*name that authority by ca_file in \S+agent\.conf/);
    machine.configure({ server: server.url, ca_file: '/authority.pem' });
    assert.equal((await machine.run(['login'])).err, '');
    assert.equal(machine.read(fragment), first.body);
  });

  for (const lines of [{ ca_file: '/missing.pem' }, { proxy: 'proxy:8080' }, { no_proxy: 'a"b' }]) {
    it(`does not start with ${JSON.stringify(lines)}`, async () => {
      using machine = newMachine();
      machine.configure({ server: strange, ...lines });
      const { code, err } = await machine.run(['login']);
      assert.equal(code, 2);
      assert.match(err, new RegExp(Object.keys(lines).join()));
    });
  }

  it('keeps what install was told about the network', async () => {
    using machine = newMachine();
    await using server = await startServer(answering(first));
    const words = ['--server', server.url, '--proxy', strange, '--no-proxy', '127.0.0.1', '--token-stdin'];
    assert.equal((await machine.run(['install', ...words], { input: 't\n' })).code, 0);
    assert.match(machine.read('etc/pinward/agent.conf'), /^proxy=http:\/\/127\.0\.0\.1:9\nno_proxy=127\.0\.0\.1$/m);
  });

  for (const [name, server, says] of [
    ['nobody listens', strange, /Could.*connect/i],
    ['no such host exists', 'https://nowhere.invalid', /resolve|proxy|host/i],
  ] as const) {
    it(`says in each question of the doctor why, when ${name}`, async () => {
      await using patient = await newPatient();
      patient.machine.configure({ server, state_dir: '/var/lib/pinward' });
      const { out, checks } = await patient.examine();
      assert.match(checks['server'] ?? '', /^problem /);
      assert.match(checks['server'] ?? '', says);
      assert.doesNotMatch(out, /HTTP 000/);
    });
  }

  it('says in the doctor that the server refuses the token, and which command mends it', async () => {
    await using patient = await newPatient();
    patient.server.behave((_request, response) => {
      response.writeHead(401).end('{"title": "No valid token", "hint": "Ask for one"}');
    });
    const { code, checks, commands } = await patient.examine();
    assert.match(checks['server'] ?? '', /^problem .*HTTP 401: No valid token: Ask for one$/);
    assert.ok(commands.some((command) => /sudo tee \S+\/etc\/pinward\/token >/.test(command)));
    assert.equal(code, 1);
  });

  it('says in the doctor why the last poll failed, also to who may not ask', async () => {
    await using patient = await newPatient();
    patient.note({ last_error: '2026-11-28T10:00:00Z HTTP 401: No valid token' });
    const { code, checks } = await patient.examine({ args: ['--offline'] });
    assert.match(checks['age'] ?? '', /^problem the last poll failed: .*HTTP 401/);
    assert.equal(code, 1);
  });
});

async function startProxy() {
  const asked: string[] = [];
  const passwords: unknown[] = [];
  const server = createProxy((request, response) => {
    asked.push(request.url ?? '');
    if (request.headers['proxy-authorization'] !== undefined) passwords.push(request.headers['proxy-authorization']);
    const { method, headers } = request;
    const onward = forward(request.url ?? '', { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  return { ...(await listening(server, 'http')), asked, passwords };
}

/** Serves the pins by https, with a certificate of an authority whose file is authority.pem on the machine. */
async function startSecure(machine: Machine) {
  const [key, certificate] = [machine.path('key.pem'), machine.path('authority.pem')];
  const options = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x'.split(' ');
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', ...options, ...names], { stdio: 'ignore' });
  return await listening(
    createSecure({ key: readFileSync(key), cert: readFileSync(certificate) }, answering(first)),
    'https',
  );
}

async function listening(server: Server, scheme: string) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address has this form
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
        server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
