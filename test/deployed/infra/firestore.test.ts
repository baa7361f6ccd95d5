// What is deployed beside the functions says the same as the code: Firestore's rules, indexes and expiry.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type Emulator, startFirestoreEmulator, whyNoEmulators } from '../../../functions/local/emulators.ts';
import { openFirestore } from '../../../shared/adapters/firestore.ts';
import { keptDays, schemas } from '../../../shared/domain/documents.ts';
import { testKeys } from '../../support/document-keys.ts';
import { revision } from '../../support/world.ts';
import { at, readTerraform } from './terraform.ts';

interface Override {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  readonly ttl?: boolean;
  readonly indexes: readonly unknown[];
}

const { indexes, fieldOverrides } = JSON.parse(readFileSync('infra/firestore.indexes.json', 'utf8'));
const overrides: readonly Override[] = fieldOverrides;

test('every query of the store is served by the index that Firestore keeps of a single field, so no other is listed', () => {
  const sources = globSync('shared/adapters/firestore*.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const shapes = [...sources.matchAll(/\.(?:where|orderBy)\([^)]*\)/g)].map(([shape]) => shape);

  assert.deepEqual(shapes, [".orderBy('id', order === 'ascending' ? 'asc' : 'desc')"]);
  assert.deepEqual(indexes, []);
});

test('no field that is never asked for is indexed, in any kind of document', () => {
  const listed = overrides
    .filter(({ ttl }) => ttl !== true)
    .map(({ collectionGroup, fieldPath }) => `${collectionGroup}/${fieldPath}`);
  const expected = Object.keys(schemas).flatMap((kind) =>
    ['body', 'digest', 'commit'].map((field) => `${kind}/${field}`),
  );

  assert.deepEqual(listed.sort(), expected.sort());
  assert.ok(overrides.every((override) => override.indexes.length === 0));
});

test('what the code lets expire is what Firestore is told to take away', () => {
  const expiring = overrides
    .filter(({ ttl }) => ttl === true)
    .map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`);

  assert.deepEqual(
    expiring,
    Object.keys(keptDays).map((kind) => `${kind}.expireAt`),
  );
});

test('firebase.json names the database that Terraform makes unless told otherwise: rules are of one database', async () => {
  const { firestore } = JSON.parse(readFileSync('firebase.json', 'utf8'));
  const { variables } = await readTerraform('infra');

  assert.equal(firestore.database, at(variables.find(({ name }) => name === 'database')?.body, 'default'));
  assert.deepEqual([firestore.rules, firestore.indexes], ['infra/firestore.rules', 'infra/firestore.indexes.json']);
});

describe('the rules of Firestore', { skip: whyNoEmulators() }, () => {
  let emulator: Emulator;
  const project = 'demo-rules';
  const documents = () => `http://${emulator.host}/v1/projects/${project}/databases/(default)/documents`;

  before(async () => {
    emulator = await startFirestoreEmulator();
    const files = [{ name: 'firestore.rules', content: readFileSync('infra/firestore.rules', 'utf8') }];
    const url = `http://${emulator.host}/emulator/v1/projects/${project}:securityRules`;
    const put = await fetch(url, { method: 'PUT', body: JSON.stringify({ rules: { files } }) });
    assert.equal(put.status, 200, await put.text());
    const store = openFirestore({ project, emulator: emulator.host, keys: testKeys });
    await store.commit([{ kind: 'published', id: 'current', expect: 'absent', value: { revision: revision() } }]);
    await store.close();
  });
  after(() => emulator.stop());

  test("let no client read or write, and don't stand in the way of the functions", async () => {
    const read = await fetch(`${documents()}/published/current`);
    const list = await fetch(`${documents()}/revision`);
    const write = await fetch(`${documents()}/published?documentId=mine`, { method: 'POST', body: '{"fields": {}}' });
    const asFunction = await fetch(`${documents()}/published/current`, { headers: { Authorization: 'Bearer owner' } });

    assert.deepEqual([read.status, list.status, write.status], [403, 403, 403]);
    assert.equal(asFunction.status, 200);
  });
});
