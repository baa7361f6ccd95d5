// What the one line refuses, what it keeps, and what root does not run by it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { finished, isRoot, newMachine, write } from '../posix/machine.ts';
import { sha256, startServer } from '../posix/server.ts';
import { read } from './files.ts';
import { filled, type Handing, runLine, startHanding } from './one-line.ts';

describe('the one line', { skip: isMissing('systemd-analyze') || isMissing('curl') || isMissing('openssl') }, () => {
  let service: Handing;
  let get: string;

  before(async () => {
    service = await startHanding();
    get = `curl -fsS ${service.url}/install.sh`;
  });
  after(() => service[Symbol.asyncDispose]());

  test('refuses, and installs nothing, where nobody can type the token, and names the option that helps', async () => {
    using machine = newMachine();
    const { code, err } = await runLine(machine, `${get} | sh -s -- --token-stdin --root ${machine.root}`);

    assert.equal(code, 2);
    assert.match(err, /no terminal .* --token-file FILE/);
    assert.deepEqual(machine.files(), []);
  });

  test('installs the agent of a hash that came by another way, and no other', async () => {
    using machine = newMachine();
    const options = `--root ${machine.root} --token-file ${service.tokenFile}`;
    const text = await (await fetch(`${service.url}/install.sh`)).text();
    const hash = /agent_sha256='([0-9a-f]{64})'/.exec(text)?.[1] ?? '';
    const other = await runLine(machine, `${get} | sh -s -- ${options} --sha256 ${'0'.repeat(64)}`);
    const found = machine.files();
    const same = await runLine(machine, `${get} | sh -s -- ${options} --sha256 ${hash.toUpperCase()}`);

    assert.equal(other.code, 2);
    assert.match(other.err, new RegExp(`has the SHA-256 ${hash}, not 0{64}; nothing was installed`));
    assert.deepEqual(found, []);
    assert.equal(same.code, 0, same.err);
  });

  test('runs no agent whose bytes are not those of the script', async () => {
    using machine = newMachine();
    const agent = `#!/bin/sh\ntouch ${machine.path('ran')}\n`;
    await using server = await startServer((_request, response) => response.end(`${agent}# and more\n`));
    write(machine.path('install.sh'), filled(server.url, sha256(agent)));
    const { code, err } = await runLine(machine, `sh ${machine.path('install.sh')} --root ${machine.path('new')}`);

    assert.equal(code, 2);
    assert.match(err, /the download has the SHA-256 .* nothing was installed/);
    assert.deepEqual(machine.files(), ['install.sh']);
  });

  test('replaces the agent alone on --update: configuration, token and keys stay', async () => {
    using machine = newMachine();
    const options = `--root ${machine.root} --token-file ${service.tokenFile} --delivery helper --machine m-7`;
    await runLine(machine, `${get} | sh -s -- ${options}`);
    const kept = ['agent.conf', 'token', 'made'].map((name) => machine.read(`etc/pinward/${name}`));
    write(machine.path('usr/local/bin/pinward'), '#!/bin/sh\necho old\n', 0o755);
    const { code, err } = await runLine(machine, `${get} | sh -s -- --update --root ${machine.root}`);

    assert.equal(code, 0, err);
    assert.equal(machine.read('usr/local/bin/pinward'), read('infra/agents/posix/pinward.sh'));
    assert.deepEqual(
      ['agent.conf', 'token', 'made'].map((name) => machine.read(`etc/pinward/${name}`)),
      kept,
    );
    // The service takes the request form of proxies.
    const network = `--proxy ${service.url} --no-proxy example.com`;
    const byProxy = await runLine(machine, `${get} | sh -s -- ${network} --update --root ${machine.root}`);
    assert.equal(byProxy.code, 0, byProxy.err);
    const refused = await runLine(machine, `${get} | sh -s -- --update --machine m-8 --root ${machine.root}`);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /--update keeps the configuration/);
  });

  test('pins the keys that the caller names instead of its own', async () => {
    using machine = newMachine();
    write(machine.path('key'), 'no key');
    const options = `--root ${machine.path('new')} --token-file ${service.tokenFile} --organisation local --key ${machine.path('key')}`;
    const { code, err } = await runLine(machine, `${get} | sh -s -- ${options}`);

    assert.equal(code, 2);
    assert.match(err, /there is no single public key in .*\/key/);
  });

  test('runs as root no program of a folder that somebody else may write', {
    skip: isRoot ? false : 'only root can try',
  }, async () => {
    using machine = newMachine();
    const folder = machine.path('open');
    mkdirSync(folder);
    for (const tool of ['curl', 'sha256sum', 'mktemp', 'id', 'sed', 'tr', 'cat', 'sh', 'stty', 'rm', 'env'])
      write(`${folder}/${tool}`, `#!/bin/sh\necho ${tool} >>${machine.path('ran')}\n`, 0o755);
    chmodSync(folder, 0o777);
    const line = `/usr/bin/${get} | /bin/sh -s -- --root ${machine.path('new')} --token-file ${service.tokenFile}`;
    const { code, err } = await runLine(machine, `PATH=${folder}:$PATH; export PATH; ${line}`, '', {
      TMPDIR: folder,
    });

    assert.equal(code, 0, err);
    assert.ok(!machine.files().includes('ran'), machine.files().includes('ran') ? machine.read('ran') : '');
  });

  test('is clean for shellcheck', { skip: isMissing('shellcheck') }, async () => {
    const { out } = await finished(spawn('shellcheck', ['-']), filled(service.url, 'a'.repeat(64)));

    assert.equal(out, '');
  });
});
