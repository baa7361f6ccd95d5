// The functions as they are deployed: each a process of its own under the functions-framework.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { draft } from './world.ts';

const token = 'a-token-of-thirty-two-characters-or-more';
const framework = 'node_modules/@google-cloud/functions-framework/build/src/main.js';

interface Deployed {
  readonly process: ChildProcess;
  readonly port: number;
  readonly output: () => string;
}

describe('a deployed function', () => {
  test('answers what is under way when it is told to stop, then ends', async () => {
    const api = await deploy('api');
    await untilAnswers(api);
    const body = JSON.stringify(draft());
    const headers = {
      Authorization: `Bearer ${token}`,
      'If-Match': '"0"',
      'Content-Type': 'application/json',
      'Content-Length': body.length,
    };
    const put = request({ host: '127.0.0.1', port: api.port, path: '/v1/policy', method: 'PUT', headers });
    put.write(body.slice(0, 10));
    await once(put, 'socket');
    await untilAnswers(api);
    api.process.kill('SIGTERM');
    put.end(body.slice(10));
    const [response] = await once(put, 'response');
    const [code] = await once(api.process, 'exit');

    assert.equal(response.statusCode, 200);
    assert.equal(code, 0, api.output());
  });

  test('ends at once when there is nothing under way', async () => {
    const probe = await deploy('probe');
    await untilAnswers(probe);
    probe.process.kill('SIGTERM');
    const [code] = await once(probe.process, 'exit');

    assert.equal(code, 0, probe.output());
  });

  test('says which setting is missing instead of starting without it', async () => {
    const api = await deploy('api', { PINWARD_MACHINE_TOKEN: '' });
    const [code] = await once(api.process, 'exit');

    assert.equal(code, 1);
    assert.match(api.output(), /PINWARD_MACHINE_TOKEN is not set: it must be 32 or more random characters/);
  });

  test('answers malformed JSON with its own problem, not with the HTML of the framework', async () => {
    const api = await deploy('api');
    await untilAnswers(api);
    const headers = { Authorization: `Bearer ${token}`, 'If-Match': '*', 'Content-Type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${api.port}/v1/policy`, { method: 'PUT', headers, body: '{' });
    api.process.kill('SIGTERM');

    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.match(await response.text(), /"code": "json_malformed"/);
  });
});

async function deploy(target: string, over: Record<string, string> = {}): Promise<Deployed> {
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    GOOGLE_CLOUD_PROJECT: 'demo-pinward',
    PINWARD_SQLITE: join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db'),
    PINWARD_ADMIN_TOKEN: token,
    PINWARD_MACHINE_TOKEN: `${token}-machine`,
    ...over,
  };
  const child = spawn(
    process.execPath,
    [framework, '--source=functions/index.ts', `--target=${target}`, `--port=${port}`],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { process: child, port, output: () => output };
}

/** Polls until the function answers anything; its process must be there. */
async function untilAnswers({ process: child, port, output }: Deployed): Promise<void> {
  while (child.exitCode === null) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/healthz`)).text();
      return;
    } catch {
      await new Promise(setImmediate);
    }
  }
  throw new Error(`the function ended: ${output()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address has this form
  server.close();
  await once(server, 'close');
  return port;
}
