// Terraform itself takes the configurations of infra/examples, against the provider's schema: every argument, block and type.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { apisAreOn } from '../apis-are-on.ts';
import { at, readTerraform, textOf } from '../terraform.ts';
import { type Checkout, checkout } from './run-terraform.ts';
import { readSchema } from './schema.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

const isMissing = spawnSync('terraform', ['version']).status === 0 ? false : 'terraform is not installed';
const answers = { google_project: { number: '123456789012' }, external: { result: { path: resolve('package.json') } } };

/** What Terraform writes of a plan. */
const Plan = z.object({
  resource_changes: z.array(
    z.object({
      address: z.string(),
      previous_address: z.string().optional(),
      change: z.object({ actions: z.array(z.string()), after: z.looseObject({}).nullable() }),
    }),
  ),
});
type Change = z.infer<typeof Plan>['resource_changes'][number];

describe('Terraform', { skip: isMissing }, () => {
  let standIn: StandIn;
  let copy: Checkout;

  before(async () => {
    standIn = await startStandIn(answers);
    copy = checkout(standIn);
  });
  after(() => {
    copy.remove();
    standIn.stop();
  });

  for (const example of ['small', 'large', 'github'])
    test(`takes and plans examples/${example}`, async () => {
      const changes = await plan(`infra/examples/${example}`);

      assert.ok(changes.length > 10);
      // A data source of something that isn't there yet is read when that was made.
      const actions = new Set(
        changes.map(({ address, change }) => `${address.includes('data.') ? 'data: ' : ''}${change.actions}`),
      );
      assert.deepEqual(
        [...actions].filter((action) => !['create', 'data: read'].includes(action)),
        [],
      );
    });

  test('plans with the zips of a release, without a folder of bundles', async () => {
    edit('small', 'alert_email ', `release = ${release}\n  bundles = "/nowhere"\n  alert_email `);
    const changes = await plan('infra/examples/small');
    const names = changes.filter(({ address }) => address.includes('storage_bucket_object')).map(nameOf);

    assert.deepEqual(names.length, 4);
    reset('small');
  });

  test('says how to get zips where there are none', async () => {
    edit('small', 'alert_email ', 'bundles = "/nowhere"\n  alert_email ');
    const { status, output } = await copy.run('infra/examples/small', ['plan', '-lock=false']);
    reset('small');

    assert.equal(status, 1);
    assert.match(output.replaceAll(/[\s│]+/g, ' '), /There is no \/nowhere\/api\.zip: run `npm run build`, or set/);
  });

  test('keeps secrets where it is told to', async () => {
    const small = await secretsOf('small');
    const large = await secretsOf('large');

    assert.deepEqual(new Set(small), new Set(['[{"auto":[{"customer_managed_encryption":[]}],"user_managed":[]}]']));
    assert.ok(large.every((text) => text.includes('"europe-west4"') && text.includes('"auto":[]')));
  });

  test('moves what was renamed, instead of making it anew', async () => {
    const old = {
      module: 'module.pinward',
      mode: 'managed',
      type: 'google_monitoring_alert_policy',
      name: 'stale_snapshot',
    };
    const provider = 'provider["registry.terraform.io/hashicorp/google"]';
    const instances = [{ schema_version: 0, attributes: { display_name: 'Pinward: stale snapshot', combiner: 'OR' } }];
    const state = { version: 4, serial: 1, lineage: 'test', outputs: {}, resources: [{ ...old, provider, instances }] };
    const file = join(copy.path, 'infra/examples/small/terraform.tfstate');
    writeFileSync(file, JSON.stringify(state));
    const changes = await plan('infra/examples/small');
    rmSync(file);

    const moved = changes.find(({ address }) => address.endsWith('.stale_policy'));
    assert.equal(moved?.previous_address, 'module.pinward.google_monitoring_alert_policy.stale_snapshot');
    assert.deepEqual(moved?.change.actions, ['update']);
  });

  for (const [what, from, to] of [
    ['an argument that is not there', 'organisation ', 'organization '],
    ['a value of another type', '["ada@example.com"]', '"ada@example.com"'],
  ] as const)
    test(`refuses ${what}`, async () => {
      edit('small', from, to);
      const { status } = await copy.run('infra/examples/small', ['validate']);
      reset('small');

      assert.equal(status, 1);
    });

  test('refuses an argument that the provider does not know', async () => {
    const path = join(copy.path, 'infra/events.tf');
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, source.replace('enable_message_ordering', 'enable_message_order'));
    const { status, output } = await copy.run('infra/examples/small', ['validate']);
    writeFileSync(path, source);

    assert.equal(status, 1);
    assert.match(output, /Unsupported argument/);
  });

  async function plan(folder: string): Promise<readonly Change[]> {
    for (const words of [['init', '-backend=false'], ['validate'], ['plan', '-lock=false', '-out=plan']]) {
      const { status, output } = await copy.run(folder, words);
      assert.equal(status, 0, output);
    }
    const { output } = await copy.run(folder, ['show', '-json', 'plan']);
    return Plan.parse(JSON.parse(output)).resource_changes;
  }

  async function secretsOf(example: string): Promise<readonly string[]> {
    const changes = await plan(`infra/examples/${example}`);
    const secrets = changes.filter(({ address }) => address.includes('google_secret_manager_secret.'));
    return secrets.map(({ change }) => JSON.stringify(change.after?.['replication']));
  }

  function edit(example: string, from: string, to: string): void {
    const source = readFileSync(mainOf(example), 'utf8');
    assert.ok(source.includes(from), from);
    writeFileSync(join(copy.path, mainOf(example)), source.replace(from, to));
  }

  function reset(example: string): void {
    writeFileSync(join(copy.path, mainOf(example)), readFileSync(mainOf(example)));
  }
});

const hash = 'a'.repeat(64);
const release = `{ url = "https://example.com/1", version = "1.0.0", sha256 = { ${[
  'advance',
  'announce',
  'api',
  'probe',
]
  .map((name) => `${name} = "${hash}"`)
  .join(', ')} } }`;

test('examples/github waits for the APIs that it uses', async () => {
  assert.deepEqual(apisAreOn(await readTerraform('infra/examples/github')), []);
});

test('everything that can have labels has those of var.labels', async () => {
  const { resources } = await readTerraform('infra');
  const schemas = readSchema().resource_schemas;
  // The labels of a channel say where it sends.
  const nameOfLabels = (type: string) =>
    ['user_labels', 'labels'].find((name) => schemas[type]?.attributes[name]?.optional === true);
  const bare = resources.filter(({ type, body }) => {
    const name = nameOfLabels(type);
    return name !== undefined && textOf(at(body, name)) !== `\${var.labels}`;
  });

  assert.deepEqual(
    bare.map(({ address }) => address),
    [],
  );
});

function mainOf(example: string): string {
  return `infra/examples/${example}/main.tf`;
}

function nameOf({ change }: Change): unknown {
  return change.after?.['name'];
}
