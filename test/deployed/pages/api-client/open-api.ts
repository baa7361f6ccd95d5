// What an OpenAPI document says of requests, and how the types of a generated client name it.

import type { Written } from './client.ts';
import type { CallExample, DocumentExample } from './examples.ts';

export interface OpenApi {
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema: Schema;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

const json = 'application/json';

/** The call with its parameters and its body, as the client would be given them. */
export function writeCall({ place, method, target, sent }: CallExample, { paths }: OpenApi): Written {
  const { pathname, searchParams } = new URL(target.replaceAll(/[{}]/g, '%'), 'http://localhost');
  const verb = method.toLowerCase();
  const [template] = Object.keys(paths)
    .filter((path) => verb in (paths[path] ?? {}) && isPath(path, pathname))
    .toSorted();
  if (template === undefined) return { place, ways: [`const unknown: never = '${method} ${pathname}';`] };
  const { parameters = [] } = paths[template]?.[verb] ?? {};
  const typed = (kind: string, name: string, value: string) => {
    const known = parameters.find((one) => one.in === kind && one.name.toLowerCase() === name.toLowerCase());
    return [known?.name ?? name, known?.schema.type === 'integer' ? Number(value) : value] as const;
  };
  const operation = `paths['${template}']['${verb}']`;
  const query = objectOf([...searchParams].map(([name, value]) => typed('query', name, value)));
  if (sent === null) {
    const type = query === undefined ? operation : `Partial<${operation}['parameters']['query']>`;
    return { place, ways: [`const mentioned: ${type} | undefined = ${JSON.stringify(query)};`] };
  }
  const { 'content-type': type = json, ...headers } = sent.headers;
  const names = template.split('/');
  const segments = pathname.split('/').map((value, at) => [names[at] ?? '', value] as const);
  const call = {
    parameters: {
      path: objectOf(
        segments
          .filter(([name]) => name.startsWith('{'))
          .map(([name, value]) => typed('path', name.slice(1, -1), value)),
      ),
      query,
      header: objectOf(Object.entries(headers).map(([name, value]) => typed('header', name, value))),
    },
    ...(sent.body === null ? {} : { requestBody: { content: { [type]: JSON.parse(sent.body) } } }),
  };
  return { place, ways: [`const call: Pick<${operation}, 'parameters' | 'requestBody'> = ${JSON.stringify(call)};`] };
}

/** The document as each object that a call takes, or takes a part of. */
export function writeDocument({ place, text }: DocumentExample, document: OpenApi): Written {
  return {
    place,
    ways: closedTypes(document).map((type) => `const document: ${type} = ${text.replaceAll('\n', ' ')};`),
  };
}

/** The types of the objects in requests that have a fixed set of properties: whatever else would take any example. */
function closedTypes({ paths, components }: OpenApi): readonly string[] {
  const found: string[] = [];
  const visit = (schema: Schema, type: string, above: readonly string[]): void => {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.replace('#/components/schemas/', '');
      const target = components.schemas[name];
      if (target !== undefined && !above.includes(name)) visit(target, type, [...above, name]);
      return;
    }
    const { properties, additionalProperties = false, items } = schema;
    if (properties !== undefined && additionalProperties === false) {
      found.push(type);
      for (const [name, property] of Object.entries(properties))
        visit(property, `NonNullable<${type}['${name}']>`, above);
    }
    if (typeof additionalProperties === 'object') visit(additionalProperties, `NonNullable<${type}[string]>`, above);
    if (items !== undefined) visit(items, `NonNullable<${type}[number]>`, above);
  };
  for (const [path, operations] of Object.entries(paths))
    for (const [method, { requestBody }] of Object.entries(operations)) {
      const schema = requestBody?.content[json]?.schema;
      const type = `paths['${path}']['${method}']['requestBody']['content']['${json}']`;
      if (schema !== undefined) visit(schema, type, []);
    }
  return found;
}

/** A template is as long as the path, and has its segments, but for parameters. */
function isPath(template: string, path: string): boolean {
  const segments = path.split('/');
  const wanted = template.split('/');
  return wanted.length === segments.length && wanted.every((name, at) => name.startsWith('{') || name === segments[at]);
}

/** Undefined when there are none: a client has no such property then. */
function objectOf(entries: readonly (readonly [string, string | number])[]): object | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
