// `npm run policy -- pull`: what stands, as a file for git, written by real processes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { parse } from 'yaml';
import { asAdmin, type Service } from '../../support/service.ts';
import { newFile, run, serve } from './command.ts';
import { newerYaml as newer, policyYaml as yaml } from './policy-file.ts';

describe('npm run policy -- pull', () => {
  let service: Service;
  let url: string;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ service, url, close } = await serve());
  });
  afterEach(() => close());

  const policy = (words: readonly string[]) => run('policy-command', words, { url });
  const currentPolicy = async () => (await service.ask().get('/v1/policy').set(asAdmin)).body;

  test('writes what stands, which plan then finds unchanged, in YAML and JSON', async () => {
    await service.state({ settings: { companyAnnouncements: ['yes: no', '# not a comment', 'on'] } });
    for (const name of ['policy.yaml', 'policy.json']) {
      const file = newFile(name, '');
      const pulled = await policy(['pull', file]);
      const planned = await policy(['plan', file]);

      assert.deepEqual([pulled.status, planned.status], [0, 0], pulled.stderr + planned.stderr);
      assert.deepEqual(parse(readFileSync(file, 'utf8')), await currentPolicy());
    }
  });

  test('says in a comment what it wrote, keeps those of the file, and leaves alone what says so already', async () => {
    await service.state();
    const file = newFile('policy.yaml', newer);
    const first = await policy(['pull', file]);
    const text = readFileSync(file, 'utf8');
    const again = await policy(['pull', file]);

    assert.match(text, /^# Revision 1 of http:\S+, made 2026-11-24T12:00:00\.000Z by admin\n/);
    assert.equal(text.slice(text.indexOf('# Which')), yaml);
    assert.deepEqual([first.status, again.status], [0, 0]);
    assert.match(again.stdout, /already has the policy of revision 1/);
    assert.equal(readFileSync(file, 'utf8'), text);
  });

  test('of - writes to standard output, with --json one document', async () => {
    await service.state();
    const yamlOut = await policy(['pull', '-']);
    const jsonOut = JSON.parse((await policy(['pull', '-', '--json'])).stdout);

    assert.deepEqual(parse(yamlOut.stdout), await currentPolicy());
    assert.deepEqual(jsonOut, { command: 'pull', revision: 1, policy: await currentPolicy() });
  });

  test('says so where no policy was stated, and where the file can not be written', async () => {
    const none = await policy(['pull', newFile('policy.yaml', '')]);
    await service.state();
    const nowhere = await policy(['pull', '/nowhere/policy.yaml']);

    assert.match(none.stderr, /There is no policy yet/);
    assert.match(nowhere.stderr, /ENOENT/);
    assert.deepEqual([none.status, nowhere.status], [1, 1]);
  });
});
