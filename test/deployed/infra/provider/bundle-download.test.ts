// What Terraform downloads for a release: infra/bundle.sh keeps nothing but the bytes that were asked for.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, test } from 'node:test';
import { isMissing } from '../../../support/needs.ts';

const script = resolve('infra/bundle.sh');
const zip = Buffer.from('the bytes of a zip');
const sha256 = createHash('sha256').update(zip).digest('hex');

describe('a bundle of a release', { skip: isMissing('curl') }, () => {
  let server: Server;
  let url: string;
  let served: Buffer | null;
  let requests: number;
  let folder: string;

  before(async () => {
    server = createServer((_request, response) => {
      requests++;
      response.writeHead(served === null ? 404 : 200).end(served);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/pinward-api-1.0.0.zip`;
  });
  after(() => server.close());
  beforeEach(() => {
    served = zip;
    requests = 0;
    folder = mkdtempSync(join(tmpdir(), 'pinward-bundle-'));
  });

  test('is downloaded once, into the folder that Terraform ignores', async () => {
    const first = await download();
    const second = await download();
    const { path } = JSON.parse(first.stdout);

    assert.deepEqual([first.status, second.status, requests], [0, 0, 1]);
    assert.equal(second.stdout, first.stdout);
    assert.ok(path.startsWith('.terraform/'));
    assert.deepEqual(readFileSync(join(folder, path)), zip);
    rmSync(folder, { recursive: true });
  });

  test('is refused with other bytes, and nothing of it is kept', async () => {
    served = Buffer.from('other bytes');
    const { status, stderr, stdout } = await download();

    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, new RegExp(`has the SHA-256 [0-9a-f]{64}, not ${sha256}`));
    assert.deepEqual(readdirSync(join(folder, '.terraform/pinward-bundles')), []);
    rmSync(folder, { recursive: true });
  });

  test('is refused when there is none', async () => {
    served = null;
    const { status, stdout } = await download();

    assert.deepEqual([status === 0, stdout], [false, '']);
    rmSync(folder, { recursive: true });
  });

  test('is downloaded again when what was kept has been changed', async () => {
    const { path } = JSON.parse((await download()).stdout);
    writeFileSync(join(folder, path), 'changed');
    const again = await download();

    assert.deepEqual([again.status, requests], [0, 2]);
    assert.ok(existsSync(join(folder, path)));
    assert.deepEqual(readFileSync(join(folder, path)), zip);
    rmSync(folder, { recursive: true });
  });

  async function download() {
    const child = spawn('sh', [script, url, sha256], { cwd: folder });
    const ended = new Promise<number | null>((done, failed) => child.on('error', failed).on('close', done));
    const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { status, stdout, stderr };
  }
});
