// The schemas of the OpenAPI document, as generators of clients need them. What clients send has schemas of its own, such as
// PolicyInput: there, what has a default may be left out.

import { z } from 'zod';
import { named } from './schemas/common.ts';

export type Json = Record<string, unknown>;
type Io = 'input' | 'output';

const registries = { input: z.registry<{ id: string }>(), output: z.registry<{ id: string }>() };
for (const [id, schema] of Object.entries(named)) {
  registries.input.add(schema, { id: `${id}Input` });
  registries.output.add(schema, { id });
}

export function schemaOf(schema: z.ZodType, io: Io): Json {
  const id = registries[io].get(schema)?.id;
  if (id !== undefined) return { $ref: refOf(id) };
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: forClients });
  return rest;
}

function forClients({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  describeDefault(jsonSchema);
  nameProperties(jsonSchema);
}

/** Generators of clients take a `default` for a promise that the value is there. */
function describeDefault(schema: z.core.JSONSchema.BaseSchema): void {
  if (!('default' in schema)) return;
  const { description, default: value } = schema;
  schema.description = `${description === undefined ? '' : `${description} `}Default: ${JSON.stringify(value)}.`;
  delete schema.default;
}

/** A record with known keys, such as pins by family, becomes an object with these properties. */
function nameProperties(schema: z.core.JSONSchema.BaseSchema): void {
  const { propertyNames: names, additionalProperties: value } = schema;
  if (typeof names !== 'object' || names.enum === undefined || typeof value !== 'object') return;
  schema.properties = Object.fromEntries(names.enum.map((name) => [String(name), value]));
  schema.additionalProperties = false;
  delete schema.propertyNames;
}

/** The named schemas that the paths lead to. */
export function usedSchemas(paths: Json): Json {
  const all = { ...componentSchemas('input'), ...componentSchemas('output') };
  const used: Record<string, Json> = {};
  const waiting = idsIn(paths);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const schema = all[id];
    if (schema === undefined || id in used) continue;
    used[id] = schema;
    waiting.push(...idsIn(schema));
  }
  return Object.fromEntries(Object.entries(used).toSorted(([a], [b]) => a.localeCompare(b)));
}

function idsIn(part: Json): string[] {
  return [...JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, id = '']) => id);
}

function componentSchemas(io: Io): Record<string, Json> {
  const options = { io, uri: refOf, unrepresentable: 'any', override: forClients } as const;
  const { schemas } = z.toJSONSchema(registries[io], options);
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]));
}

function refOf(id: string): string {
  return `#/components/schemas/${id}`;
}
