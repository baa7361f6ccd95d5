// The Terraform of a folder as data, by HashiCorp's own parser: resources with their addresses, and a way to take one thing
// away, so that tests can see what is missed. Expressions stay text, as Terraform's JSON syntax has them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';

export type Json = string | number | boolean | null | readonly Json[] | Block;
export interface Block {
  readonly [name: string]: Json;
}

export interface Resource {
  /** Such as `google_pubsub_topic.events`. */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly body: Block;
}

export interface Terraform {
  readonly resources: readonly Resource[];
  readonly data: readonly Resource[];
  readonly variables: readonly Resource[];
  readonly outputs: readonly Resource[];
  readonly locals: Block;
}

export async function readTerraform(folder: string): Promise<Terraform> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const parsed = await Promise.all(files.map((name) => parseFile(join(folder, name))));
  const all = (kind: string) => parsed.map((file) => file[kind]).filter((each) => each !== undefined);
  return {
    resources: all('resource').flatMap(twoDeep),
    data: all('data').flatMap(twoDeep),
    variables: all('variable').flatMap(oneDeep),
    outputs: all('output').flatMap(oneDeep),
    locals: Object.assign({}, ...all('locals').flat()),
  };
}

export async function parseFile(path: string): Promise<Block> {
  return await parse(path, readFileSync(path, 'utf8'));
}

/** What stands at a path such as `service_config.timeout_seconds`; of a block that may be repeated, the first. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let here = value;
  for (const name of path.split('.')) {
    const block = isList(here) ? here[0] : here;
    here = isBlock(block) ? block[name] : undefined;
  }
  return here;
}

/** Every block of that name, in order. */
export function blocksAt(value: Json | undefined, path: string): readonly Block[] {
  const found = at(value, path);
  return isList(found) ? found.filter(isBlock) : [];
}

/** The text of a value, quotes and all, to look for words in. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null).replaceAll('\\"', '"');
}

export function ofType(terraform: Terraform, type: string): readonly Resource[] {
  return terraform.resources.filter((resource) => resource.type === type);
}

/** The resource with this address. */
export function resourceAt(terraform: Terraform, address: string): Resource | undefined {
  return terraform.resources.find((resource) => resource.address === address);
}

export function withoutResource(terraform: Terraform, address: string): Terraform {
  return { ...terraform, resources: terraform.resources.filter((resource) => resource.address !== address) };
}

/** The same with another body for one resource. */
export function withBody(terraform: Terraform, address: string, change: (body: Block) => Block): Terraform {
  const resources = terraform.resources.map((resource) =>
    resource.address === address ? { ...resource, body: change(resource.body) } : resource,
  );
  return { ...terraform, resources };
}

/** The same block with another value at a path; undefined takes it away. */
export function withValue(block: Block, path: string, value: Json | undefined): Block {
  const [name = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    const { [name]: _gone, ...others } = block;
    return value === undefined ? others : { ...others, [name]: value };
  }
  const inner = block[name];
  const [first, ...more] = isList(inner) ? inner : [inner ?? null];
  const changed = isBlock(first) ? withValue(first, rest.join('.'), value) : {};
  return { ...block, [name]: isList(inner) ? [changed, ...more] : changed };
}

export function isBlock(value: Json | undefined): value is Block {
  return typeof value === 'object' && value !== null && !isList(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function twoDeep(types: Json): readonly Resource[] {
  return Object.entries(types ?? {}).flatMap(([type, named]) => oneDeep(named, type));
}

function oneDeep(named: Json, type: string | number = ''): readonly Resource[] {
  const prefix = typeof type === 'string' && type !== '' ? `${type}.` : '';
  return Object.entries(named ?? {}).map(([name, blocks]) => ({
    address: `${prefix}${name}`,
    type: String(type),
    name,
    body: Array.isArray(blocks) ? blocks[0] : blocks,
  }));
}
