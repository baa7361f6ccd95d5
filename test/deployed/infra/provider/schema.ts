// The part of the google provider's schema that infra/ uses, as `terraform providers schema -json` writes it: what stands in
// schema.json. See extract-schema.ts for where it is from.

import { readFileSync } from 'node:fs';

/** A type as Terraform writes it in JSON. */
export type Type =
  | 'string'
  | 'number'
  | 'bool'
  | readonly ['list' | 'set' | 'map', Type]
  | readonly ['object', Readonly<Record<string, Type>>];

export interface Attribute {
  readonly type: Type;
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
}

export interface BlockType {
  readonly nesting_mode: 'single' | 'list' | 'set';
  readonly block: Block;
  readonly min_items?: number;
  readonly max_items?: number;
}

export interface Block {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly block_types?: Readonly<Record<string, BlockType>>;
}

export interface Schema {
  /** The version of the provider. */
  readonly version: string;
  readonly resource_schemas: Readonly<Record<string, Block>>;
  readonly data_source_schemas: Readonly<Record<string, Block>>;
}

export function readSchema(): Schema {
  return JSON.parse(readFileSync(new URL('schema.json', import.meta.url), 'utf8'));
}
