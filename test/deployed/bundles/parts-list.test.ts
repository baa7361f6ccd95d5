// The list of a bundle's packages is CycloneDX, and names every package of the bundle with its version, and no other.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import { type Target, targets } from '../../../functions/environment.ts';
import { type Bundle, listParts, makeBundle, zipBundle } from '../../../infra/bundle.ts';
import { partsListOf } from '../../../infra/parts-list.ts';
import { root } from './installed.ts';

const Hash = z.discriminatedUnion('alg', [
  z.strictObject({ alg: z.literal('SHA-256'), content: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) }),
]);
const named = { 'bom-ref': z.string().min(1), name: z.string().min(1), version: z.string().min(1) };

/** What the schema bom-1.6.schema.json requires, and the fields that we use of it; it allows no others. */
const CycloneDx = z.strictObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  version: z.int().min(1),
  metadata: z.strictObject({
    component: z.strictObject({ type: z.literal('application'), ...named, hashes: z.array(Hash).length(1) }),
  }),
  components: z.array(
    z.strictObject({
      type: z.literal('library'),
      ...named,
      group: z.string().startsWith('@').optional(),
      purl: z.string().regex(/^pkg:npm\/(?:%40[a-z0-9._-]+\/)?[A-Za-z0-9._-]+@\d+\.\d+\.\d+\S*$/),
      hashes: z.array(Hash).length(1),
      licenses: z
        .array(
          z.union([
            z.strictObject({ license: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9.+-]+$/) }) }),
            z.strictObject({ expression: z.string() }),
          ]),
        )
        .length(1),
    }),
  ),
});

describe('the parts list of a bundle', () => {
  const made = new Map<Target, { readonly files: Bundle; readonly list: z.infer<typeof CycloneDx> }>();

  before(async () => {
    for (const target of targets) {
      const bundle = await makeBundle(root, target);
      const list = CycloneDx.parse(listParts(root, target, bundle, zipBundle(bundle.files)));
      made.set(target, { files: bundle.files, list });
    }
  });

  test('has what CycloneDX requires, and each reference once', () => {
    for (const [target, { list }] of made) {
      const references = [list.metadata.component, ...list.components].map((component) => component['bom-ref']);

      assert.equal(list.metadata.component.name, `pinward-${target}`);
      assert.equal(new Set(references).size, references.length);
    }
  });

  test('names the packages that the source map and the lock of the bundle name, and no other', () => {
    for (const [target, { files, list }] of made) {
      const { sources }: { sources: readonly string[] } = JSON.parse(Buffer.from(files['index.mjs.map']).toString());
      const { packages } = JSON.parse(Buffer.from(files['package-lock.json']).toString());
      const paths = [
        ...sources.filter((path) => path.startsWith('node_modules/')),
        ...Object.keys(packages).filter(Boolean),
      ];
      const names = paths.map((path) => {
        const [scope = '', name = ''] = (path.split('node_modules/').at(-1) ?? '').split('/');
        return scope.startsWith('@') ? `${scope}/${name}` : scope;
      });
      // A source map that a package brings may name folders that it was built in, such as `.build-data`.
      const packageNames = names.filter((name) => !/(?:^|\/)\./.test(name));
      const listed = list.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));

      assert.ok(names.length > 50, target);
      assert.deepEqual([...new Set(listed)].toSorted(), [...new Set(packageNames)].toSorted());
    }
  });

  test('names a package twice only in two versions, and the one of each function alone where it is', () => {
    const has = (target: Target, start: string) =>
      made.get(target)?.list.components.some(({ purl }) => purl.startsWith(start)) ?? false;

    assert.deepEqual(
      targets.filter((target) => has(target, 'pkg:npm/%40slack/webhook@')),
      ['announce'],
    );
    assert.deepEqual(
      targets.filter((target) => has(target, 'pkg:npm/%40google-cloud/functions-framework@')),
      targets,
    );
  });

  test('is not made of a package that the lock does not have', () => {
    const input = {
      name: 'x',
      version: '1.0.0',
      zip: new Uint8Array(),
      installed: [],
      lock: { lockfileVersion: 3, packages: {} },
    };

    assert.throws(
      () => partsListOf({ ...input, inputs: ['node_modules/evil/index.js'] }),
      /evil is in a bundle, but not/,
    );
    assert.doesNotThrow(() => partsListOf({ ...input, inputs: ['functions/index.ts'] }));
  });
});
