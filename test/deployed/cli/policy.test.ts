// `npm run policy`: a policy in git, planned and applied by real processes.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';
import { asAdmin, type Service } from '../../support/service.ts';
import { cell, draft, matrix, ring } from '../../support/world.ts';
import { newFile, run, serve } from './command.ts';
import { newerYaml as newer, policyYaml as yaml } from './policy-file.ts';

describe('npm run policy', () => {
  let service: Service;
  let url: string;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ service, url, close } = await serve());
  });
  afterEach(() => close());

  const policy = (words: readonly string[], input = '') => run('policy-command', words, { url, input });
  const currentPolicy = async () => (await service.ask().get('/v1/policy').set(asAdmin)).body;
  const revisions = async () => (await service.ask().get('/v1/revisions').set(asAdmin).expect(200)).body.revisions;

  test('plan shows the diff, the effects, the machines and the lint, changes nothing, and ends with 2', async () => {
    await service.state();
    const { status, stdout, stderr } = await policy(['plan', newFile('policy.yaml', newer)]);

    assert.equal(stderr, '');
    assert.match(stdout, /policy\.yaml changes revision 1 and would make revision 2/);
    assert.match(stdout, /~ \/rings\/everyone\/pins\/opus\/model: "claude-opus-4-8" -> "claude-opus-5-5"/);
    assert.match(stdout, /opus · ring everyone: claude-opus-4-8 in global → claude-opus-5-5 in global/);
    assert.match(stdout, /Price per million tokens: .+\$5 → \$4 \(−20%\)/);
    assert.match(stdout, /Minimum Claude Code: 2\.1\.280 for claude-opus-5-5/);
    assert.match(stdout, /Machines affected:\n {2}ring everyone: \*/);
    assert.match(
      stdout,
      /warning \S+policy\.yaml:10 \/rings\/0\/pins\/haiku\/model: Google promises .+\n {4}Pin a newer model/,
    );
    assert.equal(stdout.includes('\u001b'), false);
    assert.equal(status, 2);
    assert.equal((await currentPolicy()).rings[0].pins.opus.model, 'claude-opus-4-8');
  });

  test('says where to go for a policy that a repository manages', async () => {
    const repository = 'https://git.acme.example/platform/claude-policy';
    await service.state({ managedBy: { repository, identity: 'ci@acme.iam.gserviceaccount.com' } });
    const managed = `managedBy: {repository: "${repository}", identity: ci@acme.iam.gserviceaccount.com}\n`;
    const file = newFile('policy.yaml', newer + managed);
    const planned = await policy(['plan', file]);
    const applied = await policy(['apply', file, '--yes']);

    assert.equal(planned.status, 2);
    assert.match(planned.stdout, /warning .*this change would be refused, because the policy is managed in https:/);
    assert.equal(applied.status, 1);
    assert.match(applied.stderr, /managed in https:\/\/git\.acme\.example\/platform\/claude-policy/);
  });

  test('plan ends with 0 where there is nothing to change, in YAML, JSON and from standard input', async () => {
    await service.state();
    const ran = await Promise.all([
      policy(['plan', newFile('policy.yml', yaml)]),
      policy(['plan', newFile('policy.json', JSON.stringify(draft()))]),
      policy(['plan', '-'], yaml),
      policy(['plan', '-'], JSON.stringify(draft())),
    ]);

    assert.deepEqual(
      ran.map(({ status }) => status),
      [0, 0, 0, 0],
    );
    for (const { stdout } of ran) assert.match(stdout, /^Nothing to change: revision 1/);
  });

  test('plan --json is one document with all of it', async () => {
    await service.state();
    const { status, stdout } = await policy(['plan', newFile('policy.yaml', newer), '--json']);
    const { command, base: against, revision, changed, changes, pinChanges, findings, touched } = JSON.parse(stdout);

    assert.equal(status, 2);
    assert.deepEqual([command, against, revision, changed], ['plan', 1, 2, true]);
    assert.deepEqual(changes, [
      { path: '/rings/everyone/pins/opus/model', from: 'claude-opus-4-8', to: 'claude-opus-5-5' },
    ]);
    assert.equal(pinChanges[0].to.minimumCli, '2.1.280');
    assert.deepEqual([findings[0].code, findings[0].line], ['model_past_floor', 10]);
    assert.deepEqual(touched, [{ ring: 'everyone', match: ['*'] }]);
  });

  test('what all rings share touches those that do not say it for themselves', async () => {
    const early = ring({ name: 'early', match: ['machine:one'], project: 'acme-early' });
    await service.state({ rings: [early, ring()] });
    const after = draft({ project: 'acme-other', rings: [early, ring()] });
    const { stdout } = await policy(['plan', '-', '--json'], JSON.stringify(after));

    assert.deepEqual(JSON.parse(stdout).touched, [{ ring: 'everyone', match: ['*'] }]);
  });

  test('apply --yes makes the change with its note; doing it again changes nothing', async () => {
    const file = newFile('policy.yaml', yaml);
    const first = await policy(['apply', file, '--yes', '--note', 'from git']);
    const again = await policy(['apply', file]);

    assert.match(first.stdout, /Applied: revision 1 is current/);
    assert.match(again.stdout, /Nothing to change/);
    assert.deepEqual([first.status, again.status], [0, 0]);
    assert.deepEqual(
      (await revisions()).map(({ number, note }: { number: number; note: string }) => [number, note]),
      [[1, 'from git']],
    );
  });

  test('apply without --yes changes nothing where nobody can be asked', async () => {
    const { status, stderr } = await policy(['apply', newFile('policy.yaml', yaml)]);

    assert.equal(status, 1);
    assert.match(stderr, /Confirmation needs a terminal\n {2}Add --yes/);
    await service.ask().get('/v1/policy').set(asAdmin).expect(404);
  });

  test('apply --dry-run is plan', async () => {
    const { status, stdout } = await policy(['apply', newFile('policy.yaml', yaml), '--dry-run', '--yes']);

    assert.equal(status, 2);
    assert.match(stdout, /would make revision 1/);
    await service.ask().get('/v1/policy').set(asAdmin).expect(404);
  });

  test('a policy with mistakes is refused with each of them, its line and its fix', async () => {
    await service.state();
    const wrong = yaml.replace('claude-opus-4-8', 'claude-opus-9-9').replace('    match', '    mtach: 1\n    match');
    const form = await policy(['plan', newFile('policy.yaml', wrong)]);
    const lint = await policy([
      'apply',
      newFile('policy.yaml', yaml.replace('opus-4-8', 'opus-9-9')),
      '--yes',
      '--json',
    ]);
    const { error } = JSON.parse(lint.stdout);

    assert.deepEqual([form.status, lint.status], [1, 1]);
    assert.match(form.stderr, /error \S+policy\.yaml:6 \/rings\/0\/mtach: no such key: mtach\n {4}Remove it/);
    assert.deepEqual(
      [error.code, error.findings[0].code, error.findings[0].line],
      ['policy_invalid', 'model_unknown', 8],
    );
    assert.equal((await revisions()).length, 1);
  });

  test('a pin that is not proven callable is refused with what was seen, and passes with --force', async () => {
    await service.state();
    const store = openSqlite(service.file, testKeys);
    const cells = [cell('claude-opus-4-8'), cell('claude-opus-5-5', { state: 'not_enabled', evidence: 'NOT_FOUND' })];
    await store.commit([{ kind: 'matrix', id: 'current', expect: 'any', value: matrix(cells) }]);
    await store.close();
    const file = newFile('policy.yaml', newer);
    const refused = await policy(['plan', file]);
    const forced = await policy(['apply', file, '--yes', '--force', 'Google enables it tonight']);

    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /opus of ring everyone: claude-opus-5-5 in global .+\(not_enabled, NOT_FOUND\)\n.+nearest: claude-opus-4-8/,
    );
    assert.equal(forced.status, 0);
    assert.equal((await revisions())[0].forced, 'Google enables it tonight');
  });

  test('what raises risk is proposed where a second person is needed, and ends with 3', async () => {
    await service.state({ secondPerson: true });
    const file = newFile('policy.yaml', `${newer}secondPerson: true\n`);
    const planned = await policy(['plan', file]);
    const applied = await policy(['apply', file, '--yes']);
    const document = JSON.parse((await policy(['apply', file, '--yes', '--json'])).stdout);

    assert.match(
      planned.stdout,
      /A second person must approve:\n {2}ring everyone: pins\/opus from claude-opus-4-8 .* to claude-opus-5-5 /,
    );
    assert.match(applied.stdout, /Proposed, not changed: .+POST \/v1\/proposals\/\d+\/approve/);
    assert.deepEqual([planned.status, applied.status], [2, 3]);
    assert.equal(document.applied, false);
    assert.equal(Number.isInteger(document.proposal), true);
    assert.equal((await currentPolicy()).rings[0].pins.opus.model, 'claude-opus-4-8');
  });
});
