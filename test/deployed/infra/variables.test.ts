// What the variables of the Terraform take and refuse, asked of Terraform itself, which needs no provider for it: the
// examples are taken, and nothing that a variable can't be.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  at,
  type Block,
  blocksAt,
  isBlock,
  type Json,
  parseFile,
  readTerraform,
  textOf,
  withValue,
} from './terraform.ts';

const isMissing = spawnSync('terraform', ['version']).status === 0 ? false : 'terraform is not installed';

const account = '0123AB-4567CD-89EF01';
const vertex = { project: 'example-claude-code', billing_account: account, group: 'all@example.com' };

const hash = 'a'.repeat(64);
const sha256 = { advance: hash, announce: hash, api: hash, probe: hash };

/** By variable, values that it must refuse. */
const refused: Readonly<Record<string, readonly Json[]>> = {
  project: ['Pinward', 'a', '123456789012'],
  region: ['eu', 'europe-west1-b'],
  database: ['Default', 'x'],
  organisation: ['', 'example com', 'a/b'],
  owners: [[], ['ada'], ['ada@example.com,eve@example.org']],
  hosted_domains: [[], ['example'], ['ada@example.com']],
  audiences: [['a,b'], ['']],
  labels: [{ Team: 'a' }, { team: 'A team' }],
  secret_locations: [['eu'], ['europe-west1-b']],
  release: [
    { url: 'http://example.com/1', version: '1.0.0', sha256 },
    { url: 'https://example.com/1/', version: '1.0.0', sha256 },
    { url: 'https://example.com/1', version: 'v1', sha256 },
    { url: 'https://example.com/1', version: '1.0.0', sha256: { api: hash } },
    { url: 'https://example.com/1', version: '1.0.0', sha256: { ...sha256, api: 'abc' } },
  ],
  probe_projects: [['Example'], ['123456789012']],
  probe_locations: [[], ['world'], ['us-east5-a']],
  probe_permissions: [['aiplatform.endpoints.delete'], ['resourcemanager.projects.get'], ['aiplatform.*']],
  api_instances: [{ max: 0 }, { min: 3, max: 2 }, { min: -1 }, { max: 1001 }],
  api_invokers: [['everybody'], ['ada@example.com']],
  signing_protection: ['EXTERNAL'],
  signing_versions: [{ current: 0 }, { next: 1 }, { current: 2, old: 2 }, { next: 1.5 }],
  writer_versions: [{ api: [1] }, { api: [], advance: [1], probe: [1] }, { api: [0], advance: [1], probe: [1] }],
  unsigned_documents: ['believe'],
  history_days: [0, 4000],
  alert_email: ['platform', 'a b@example.com'],
  alert_channels: [['email']],
  budget: [
    { billing_account: '123', monthly: 10 },
    { billing_account: account, monthly: 0 },
    { billing_account: account, monthly: 1.5 },
    { billing_account: account, monthly: 1, currency: 'euro' },
  ],
  load_balancer: [
    { domain: 'localhost' },
    { domain: 'a.example.com', console_domain: 'a.example.com' },
    { domain: 'a.example.com', console_domain: 'b.example.com', console_members: ['ada@example.com'] },
    { domain: 'a.example.com', console_members: ['user:ada@example.com'] },
  ],
  vertex: [
    vertex,
    { ...vertex, folder: '1', organisation: '2' },
    { ...vertex, folder: '1', group: 'group:all' },
    { ...vertex, folder: 'folders/1' },
    { ...vertex, folder: '1', billing_account: '123' },
    { ...vertex, folder: '1', currency: 'euro' },
    { ...vertex, folder: '1', monthly_budget: 0 },
    { ...vertex, folder: '1', monthly_budget: 1.5 },
  ],
};

describe('the variables of Terraform', { skip: isMissing }, () => {
  for (const example of ['small', 'large'])
    test(`take those of examples/${example}`, async () => {
      const { status, output } = plan(await argumentsOf(example));

      assert.equal(status, 0, output);
    });

  test('refuse what they can not be', async () => {
    const good = await argumentsOf('small');
    const most = Math.max(...Object.values(refused).map((each) => each.length));
    for (let round = 0; round < most; round++) {
      const bad = Object.entries(refused).flatMap(([name, values]) =>
        values.slice(round, round + 1).map((value) => [name, value]),
      );
      const { output } = plan({ ...good, ...Object.fromEntries(bad) });

      for (const [name, value] of bad) assert.match(output, refusalOf(name), `${name} takes ${JSON.stringify(value)}`);
    }
  });

  test('with a condition are all in the table', async () => {
    const { variables } = await readTerraform('infra');
    const conditional = variables.filter(({ body }) => at(body, 'validation') !== undefined);

    assert.deepEqual(conditional.map(({ name }) => name).sort(), Object.keys(refused).sort());
  });
});

/** What the module is given in an example, with the locals of the example filled in. */
async function argumentsOf(example: string): Promise<Block> {
  const file = await parseFile(join('infra/examples', example, 'main.tf'));
  const [module = {}] = blocksAt(file, 'module.pinward');
  const given = withValue(module, 'source', undefined);
  const text = JSON.stringify(given).replace(/\$\{local\.(\w+)\}/g, (_all, name) => textOf(at(file, `locals.${name}`)));
  const filled: Json = JSON.parse(text);
  return isBlock(filled) ? filled : {};
}

/** A plan of the variables alone. */
function plan(values: Block): { readonly status: number | null; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-variables-'));
  try {
    cpSync('infra/variables.tf', join(folder, 'variables.tf'));
    writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify(values));
    const env = { PATH: process.env['PATH'], HOME: folder, CHECKPOINT_DISABLE: '1' };
    const words = ['plan', '-input=false', '-no-color', '-lock=false'];
    const { status, stdout, stderr } = spawnSync('terraform', words, { cwd: folder, env, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refusalOf(name: Json | undefined): RegExp {
  return new RegExp(`Invalid value for variable[^╵]*?│ var\\.${textOf(name)}[. ]`);
}
