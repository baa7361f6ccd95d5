// The Terraform in infra/ and the code say the same; and what is taken from the code, or comes new there, is found.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { describe, test } from 'node:test';
import { readPages } from '../pages/code-blocks.ts';
import { type Code, readCode } from './code.ts';
import { roles } from './expected.ts';
import { findings } from './findings.ts';
import { rolesAgree } from './roles-agree.ts';
import { at, type Block, blocksAt, ofType, parseFile, readTerraform, textOf } from './terraform.ts';
import { withTables } from './variables-table.ts';

const terraform = await readTerraform('infra');
const code = readCode();
const known = findings(terraform, code);

test('every file is Terraform that can be parsed', async () => {
  const files = globSync('infra/**/*.tf');

  assert.ok(files.length > 20);
  for (const file of files) await parseFile(file);
});

test('Terraform and code agree', () => {
  assert.deepEqual(known, []);
});

test('functions/README.md has a row for every variable that the code reads', () => {
  const told = readFileSync('functions/README.md', 'utf8').matchAll(/^\| (`[A-Z].*?`) \|/gm);
  const names = [...told].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));

  assert.deepEqual(names.toSorted(), code.variables.toSorted());
});

test('every variable of Terraform says what it is, and refuses what it can not be', () => {
  /** A switch, a folder, and a place that Google knows the names of. */
  const unchecked = ['admin_token', 'bundles', 'firestore_location'];
  const loose = terraform.variables.filter(
    ({ name, body }) =>
      textOf(at(body, 'type')) === 'null' ||
      textOf(at(body, 'description')).length < 20 ||
      (at(body, 'validation') === undefined && !unchecked.includes(name)),
  );

  assert.deepEqual(
    loose.map(({ name }) => name),
    [],
  );
  assert.ok(terraform.outputs.every(({ body }) => textOf(at(body, 'description')).length > 10));
});

test('step 0 of infra/README.md switches on what a plan needs, and nothing that Terraform does not list', () => {
  const [, list = ''] =
    /gcloud services enable ((?:[\w.]+ |\\\n *)+)/.exec(readFileSync('infra/README.md', 'utf8')) ?? [];
  const enabled: readonly string[] = list.match(/[\w.]+\.com/g) ?? [];
  const apis = textOf(terraform.locals['apis']);

  // A plan reads the project, and reads which APIs are on.
  for (const api of ['cloudresourcemanager', 'serviceusage']) assert.ok(enabled.includes(`${api}.googleapis.com`), api);
  assert.deepEqual(
    enabled.filter((api) => !apis.includes(`"${api}"`)),
    [],
  );
});

test('infra/README.md has the tables of variables and outputs that the Terraform makes', () => {
  const page = readFileSync('infra/README.md', 'utf8');

  assert.equal(page, withTables(page, terraform), 'run node test/deployed/infra/variables-table.ts');
});

test('each output that a page reads is one of the roots that it speaks of, and of the module of a release', async () => {
  const named = readPages().flatMap(({ text }) =>
    [...text.matchAll(/terraform (?:-chdir=\S+ )?output (?:-\w+ )*(\w+)/g)].map(([, name = '']) => name),
  );
  const asked = new Set([...named, 'next', 'url']);

  assert.ok(named.length > 4, named.join());
  for (const folder of ['infra/examples/small', 'infra/examples/large']) {
    const { outputs } = await readTerraform(folder);
    const has = outputs.map(({ name }) => name);
    assert.deepEqual(
      [...asked].filter((name) => !has.includes(name)),
      [],
      folder,
    );
    for (const { name, body } of outputs) {
      assert.equal(textOf(at(body, 'value')), `\${module.pinward.${name}}`);
      assert.ok(
        terraform.outputs.some((output) => output.name === name),
        name,
      );
    }
  }
});

test('a workflow that deploys keeps each file of the build that Terraform reads', () => {
  const read = globSync('infra/*.tf').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/local\.bundle_folder\}\/([^"]+)"/g)].map(([, name = '']) => name),
  );
  const kept = [...readFileSync('infra/examples/github/deploy.yml', 'utf8').matchAll(/^ +dist\/(\S+)$/gm)].map(
    ([, pattern = '']) => pattern,
  );

  assert.ok(read.length > 1, read.join());
  for (const name of read)
    assert.ok(
      kept.some((pattern) => matchesGlob(name.replaceAll(/\$\{.*?\}/g, 'x'), pattern)),
      name,
    );
});

test('the page of costs counts the conditions of the alerts, for each of which Google takes a price', () => {
  const [, told = ''] = /\| (\d+) conditions at /.exec(readFileSync('infra/README.md', 'utf8')) ?? [];
  const counted = Object.keys(terraform.locals['counted_alerts'] as Block); // a map, in alerts.tf
  const conditions = ofType(terraform, 'google_monitoring_alert_policy').map(({ name, body }) =>
    name === 'counted' ? counted.length : blocksAt(body, 'conditions').length,
  );

  assert.equal(
    Number(told),
    conditions.reduce((sum, each) => sum + each, 0),
  );
});

test('the schema of the provider that the tests use is that of the oldest version that is allowed', async () => {
  const versions = readFileSync('infra/versions.tf', 'utf8');
  const { version } = JSON.parse(readFileSync('test/deployed/infra/provider/schema.json', 'utf8'));

  assert.equal(`${/hashicorp\/google"\n +version = ">= ([\d.]+),/.exec(versions)?.[1]}.0`, version);
});

describe('what is taken from the code, or comes new, is found:', () => {
  const pinStates: readonly (readonly [what: string, Code])[] = [
    ...code.variables.map((name) => [`without ${name}`, { ...code, variables: others(code.variables, name) }] as const),
    ['a new variable', { ...code, variables: [...code.variables, 'PINWARD_NEW'] }],
    ...code.targets.map((name) => [`without ${name}`, { ...code, targets: others(code.targets, name) }] as const),
    ['a new function', { ...code, targets: [...code.targets, 'report'] }],
    ['another topic', { ...code, topic: 'events' }],
    ...code.kinds.map((kind) => [`without ${kind}`, { ...code, kinds: others(code.kinds, kind) }] as const),
    ['a new kind of document', { ...code, kinds: [...code.kinds, 'wish'] }],
    ...code.expiring.map((kind) => [`${kind} is kept`, { ...code, expiring: others(code.expiring, kind) }] as const),
    ['events expire', { ...code, expiring: [...code.expiring, 'event'] }],
    ...code.overrides.map((override) => {
      const name = `no line for ${override.collectionGroup}.${override.fieldPath}`;
      return [name, { ...code, overrides: others(code.overrides, override) }] as const;
    }),
    ['an expiry that is none', { ...code, overrides: code.overrides.map((each) => ({ ...each, ttl: false })) }],
    ['an index', { ...code, indexes: [{}] }],
    ['a push without order', { ...code, push: code.push.replace('enableMessageOrdering: true', '') }],
    ['a longer claim', { ...code, announceLeaseMs: 60_000 }],
    ['a younger bound of events', { ...code, maxEventAgeMs: 7 * 86_400_000 }],
    ['announcements that expire early', { ...code, announcementKeptMs: code.maxEventAgeMs }],
    ['a shorter lease', { ...code, probeLeaseMs: 60_000 }],
    ['a new message', { ...code, messages: [...code.messages, { level: 'error', text: 'new', source: '' }] }],
    ...[...new Set(code.messages.map(({ text }) => text))].map((text) => {
      return [`never "${text}"`, { ...code, messages: code.messages.filter((each) => each.text !== text) }] as const;
    }),
    ['no such event', { ...code, events: '' }],
  ];
  for (const [what, pinState] of pinStates) test(what, () => assertFound(pinState));

  for (const [index, [who, role, on]] of roles.entries())
    test(`nobody allows ${who} ${role} on ${on}`, () => {
      assert.notDeepEqual(rolesAgree(terraform, roles.toSpliced(index, 1)), []);
    });
});

function assertFound(changedCode: Code): void {
  const fresh = findings(terraform, changedCode).filter((finding) => !known.includes(finding));
  assert.notDeepEqual(fresh, []);
}

function others<T>(all: readonly T[], one: T): readonly T[] {
  return all.filter((each) => each !== one);
}
