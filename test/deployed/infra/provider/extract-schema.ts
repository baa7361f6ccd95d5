// Makes schema.json: the part of the google provider's schema that infra/ uses, in the form of `terraform providers schema -json`.
// It is read from code that HashiCorp generated from that schema, since the registry of providers may be out of reach:
//   npm pack @cdktf/provider-google@16.12.1 && tar xzf cdktf-provider-google-16.12.1.tgz
//   node test/deployed/infra/provider/extract-schema.ts package > test/deployed/infra/provider/schema.json
//   npx biome format --write test/deployed/infra/provider/schema.json

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTerraform } from '../terraform.ts';
import type { Attribute, Block, BlockType, Schema, Type } from './schema.ts';

/** What the generated code says of a field, and the expression that reads it. */
interface Field {
  readonly name: string;
  readonly flags: Pick<Attribute, 'required' | 'optional' | 'computed'>;
  readonly reader: string;
}

type Classes = ReadonlyMap<string, readonly Field[]>;

const simpleTypes: readonly (readonly [reader: RegExp, Type])[] = [
  [/Fn\.tolist\(this\.getNumberListAttribute/, ['set', 'number']],
  [/Fn\.tolist\(this\.getListAttribute/, ['set', 'string']],
  [/getStringMapAttribute|cdktf\.StringMap\(/, ['map', 'string']],
  [/getBooleanMapAttribute|cdktf\.BooleanMap\(/, ['map', 'bool']],
  [/getNumberListAttribute/, ['list', 'number']],
  [/getListAttribute/, ['list', 'string']],
  [/getStringAttribute/, 'string'],
  [/getNumberAttribute/, 'number'],
  [/getBooleanAttribute/, 'bool'],
];

async function main(folder: string): Promise<void> {
  const used = await Promise.all(['infra', 'infra/examples/github'].map(readTerraform));
  const types = (of: 'resources' | 'data') => [
    ...new Set(used.flatMap((each) => each[of]).map(({ address }) => address.replace(/\..*/, ''))),
  ];
  const ofGoogle = (all: readonly string[]) => all.filter((type) => type.startsWith('google_')).toSorted();
  const schemas = (all: readonly string[], prefix: string) =>
    Object.fromEntries(ofGoogle(all).map((type) => [type, schemaOf(folder, prefix + type.replace('google_', ''))]));
  const manifest = readFileSync(join(folder, 'README.md'), 'utf8');
  const schema: Schema = {
    version: /provider version (\S+)/.exec(manifest)?.[1] ?? 'unknown',
    resource_schemas: schemas(types('resources'), ''),
    data_source_schemas: schemas(types('data'), 'data_google_'),
  };
  process.stdout.write(`${JSON.stringify(schema, null, 1)}\n`);
}

function schemaOf(folder: string, name: string): Block {
  const [file] = globSync(join(folder, 'lib', name.replaceAll('_', '-'), 'index.js'));
  if (file === undefined) throw new Error(`the package has no ${name}`);
  const source = typescriptOf(readFileSync(file, 'utf8'));
  const [resource = ''] = /\w+(?= extends cdktf\.Terraform(?:Resource|DataSource))/.exec(source) ?? [];
  return blockOf(resource, classesIn(source));
}

/** The source that the file was compiled from, which its source map holds. */
function typescriptOf(compiled: string): string {
  const [, map = ''] = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(compiled) ?? [];
  return JSON.parse(Buffer.from(map, 'base64').toString()).sourcesContent[0];
}

function classesIn(source: string): Classes {
  const parts = source.split(/^export class (?=\w+ extends)/m).slice(1);
  return new Map(parts.map((part) => [/^\w+/.exec(part)?.[0] ?? '', fieldsIn(part)]));
}

function fieldsIn(part: string): readonly Field[] {
  const mark = /\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n(.*?)\n {2}\}/gs;
  const marks = part.matchAll(mark);
  return [...marks].map(([, name = '', computed, optional, required, reader = '']) => ({
    name,
    flags: {
      ...(required === 'true' ? { required: true as const } : {}),
      ...(optional === 'true' ? { optional: true as const } : {}),
      ...(computed === 'true' ? { computed: true as const } : {}),
    },
    reader,
  }));
}

function blockOf(name: string, classes: Classes): Block {
  const attributes: Record<string, Attribute> = {};
  const blocks: Record<string, BlockType> = {};
  for (const { name: field, flags, reader } of classes.get(name) ?? []) {
    const simple = simpleTypes.find(([pattern]) => pattern.test(reader))?.[1];
    if (simple !== undefined) attributes[field] = { type: simple, ...flags };
    else if (flags.computed === true) attributes[field] = { type: typeOf(reader, classes), ...flags };
    else blocks[field] = blockTypeOf(reader, flags, classes);
  }
  return { attributes, ...(Object.keys(blocks).length === 0 ? {} : { block_types: blocks }) };
}

function blockTypeOf(reader: string, { required }: Field['flags'], classes: Classes): BlockType {
  const { element, isOne, isSet } = nestedIn(reader);
  const block = blockOf(element, classes);
  if (/TimeoutsOutputReference$/.test(element)) return { nesting_mode: 'single', block };
  return {
    nesting_mode: isSet ? 'set' : 'list',
    block,
    ...(required === true ? { min_items: 1 } : {}),
    ...(isOne ? { max_items: 1 } : {}),
  };
}

/** The type of a block that is an attribute, because the provider fills it in. */
function typeOf(reader: string, classes: Classes): Type {
  const { element, isSet } = nestedIn(reader);
  const fields = (classes.get(element) ?? []).map(({ name, reader: inner }) => [
    name,
    simpleTypes.find(([pattern]) => pattern.test(inner))?.[1] ?? typeOf(inner, classes),
  ]);
  return [isSet ? 'set' : 'list', ['object', Object.fromEntries(fields)]];
}

function nestedIn(reader: string): { readonly element: string; readonly isOne: boolean; readonly isSet: boolean } {
  const [, name = '', isSet] = /new (\w+)\(this, "\w+"(?:, (true|false))?\)/.exec(reader) ?? [];
  if (name === '') throw new Error(`unknown reader: ${reader.trim()}`);
  return {
    element: name.replace(/List$/, 'OutputReference'),
    isOne: !name.endsWith('List'),
    isSet: isSet === 'true',
  };
}

if (import.meta.main) {
  const [, , folder] = process.argv;
  if (folder === undefined) throw new Error('say where @cdktf/provider-google is unpacked');
  await main(folder);
}
