// The OpenAPI document as the fuzzer reads it: each operation with its schemas, and what an answer is held against.

import { z } from 'zod';

/** A JSON schema, as far as it is read. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface MachineQuery {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, MachineQuery>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Operation extends MachineQuery {
  readonly method: string;
  readonly path: string;
  readonly body: Schema | null;
  /** Faults of an answer of 200 or 202, or null. */
  faultsOf(contentType: string, text: string): string | null;
}

export function operationsOf(document: Document): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      ...described,
      method: method.toUpperCase(),
      path,
      body: described.requestBody?.content?.['application/json']?.schema ?? null,
      // A call answers the same with each status of success.
      faultsOf: faultsOf(document, described.responses['200'] ?? described.responses['202'] ?? {}),
    })),
  );
}

/** The operation that an address reaches. It need not be the one that was meant: with an empty id, a list's. */
export function operationAt(operations: readonly Operation[], method: string, target: string): Operation | undefined {
  const path = new URL(target, 'http://localhost').pathname.replace(/\/+$/, '');
  return operations
    .filter((each) => each.method === method && patternOf(each.path).test(path))
    .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
}

export function problemSchemaOf(document: Document): z.ZodType {
  return toZod(document, { $ref: '#/components/schemas/Problem' });
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}

function faultsOf(document: Document, { content = {} }: Content): Operation['faultsOf'] {
  const schemas = new Map(Object.entries(content).map(([type, { schema }]) => [type, toZod(document, schema)]));
  return (contentType, text) => {
    const type = contentType.split(';')[0]?.trim() ?? '';
    const schema = schemas.get(type) ?? schemas.get(contentType);
    if (schema === undefined) return `its type ${contentType} is not one of ${[...schemas.keys()]}`;
    const parsed = schema.safeParse(type.endsWith('json') ? JSON.parse(text) : text);
    return parsed.success ? null : parsed.error.message.slice(0, 500);
  };
}

function toZod({ components }: Document, schema: Schema): z.ZodType {
  // References of OpenAPI lead elsewhere than those that zod follows.
  const text = JSON.stringify({ ...schema, $defs: components.schemas });
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
}
