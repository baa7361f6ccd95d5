// The OpenAPI 3.1 document, made from the table of routes and the zod schemas. Only the poll, which is no route, is
// described here.

import { z } from 'zod';
import { type Format, formats } from '../polls/render/formats.ts';
import type { Route } from './routes/route.ts';
import { named, PinsQuery, ResolutionReply } from './schemas/common.ts';

type Json = Record<string, unknown>;

const registry = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });

export function openapiOf(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = { ...pollPaths() };
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  return {
    openapi: '3.1.0',
    info: { title: 'Pinward', version: '1', description: 'The fleet policy service for Claude Code on Vertex AI.' },
    security: [{ token: [] }],
    paths,
    components: { schemas: componentSchemas(), securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

function operationOf(route: Route): Json {
  const ifMatch = {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'The ETag of what you change, such as that of GET /v1/policy, or *.',
    schema: { type: 'string' },
  };
  const path = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    operationId: route.operation,
    summary: route.summary,
    ...(route.role === null ? { security: [] } : {}),
    parameters: [...path, ...queryParameters(route.query), ...(route.changes ? [ifMatch] : [])],
    ...(route.body === null
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
        }),
    responses: {
      200: {
        description: 'The call succeeded.',
        content: { [route.mediaType]: { schema: schemaOf(route.reply, 'output') } },
      },
      default: problemResponse,
    },
  };
}

const problemResponse = {
  description: 'The call failed. The problem says what is wrong and how to fix it.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function pollPaths(): Record<string, Json> {
  const operation = (operationId: string, content: Json) => ({
    get: {
      operationId,
      summary: 'Get the pins of a machine, as the content of the file to write.',
      parameters: [
        ...queryParameters(PinsQuery),
        { name: 'If-None-Match', in: 'header', required: false, schema: { type: 'string' } },
      ],
      responses: {
        200: { description: 'The pins. The ETag is the SHA-256 of the body.', headers: pollHeaders, content },
        304: { description: 'The machine already has these pins.', headers: pollHeaders },
        default: problemResponse,
      },
    },
  });
  const contentOf = ({ extension, contentType }: Format) => {
    if (extension === '.json') return { schema: schemaOf(ResolutionReply, 'output') };
    return { schema: { type: contentType.includes('json') ? 'object' : 'string' } };
  };
  // Three formats share one key, because their Content-Type is JSON.
  const negotiated = Object.fromEntries(formats.map((format) => [format.contentType, contentOf(format)]));
  const { get } = operation('getPins', negotiated);
  const choices = formats.map(({ accept, extension }) => `${accept} as ${extension}`);
  const description = `The Accept header chooses the format: ${choices.join(', ')}.`;
  return {
    '/v1/pins': { get: { ...get, description } },
    ...Object.fromEntries(
      formats.map((format) => [
        `/v1/pins${format.extension}`,
        operation(`getPins${format.extension.replace(/\.(\w)/g, (_, first: string) => first.toUpperCase())}`, {
          [format.contentType]: contentOf(format),
        }),
      ]),
    ),
  };
}

const pollHeaders = Object.fromEntries(
  Object.entries({
    ETag: 'The SHA-256 of the body of a 200, in hex and quotes.',
    'Pinward-Revision': 'The revision that was served. It never decreases.',
    'Pinward-Poll-After': 'Seconds to wait before the next poll.',
    'Pinward-Valid-Until': 'When the response expires (ISO 8601, UTC). Do not apply it after that.',
    'Pinward-Organisation': 'The organisation whose keys sign the response. GET /v1/keys returns the keys.',
    'Pinward-Signature': 'v1, the id of the key, and the ES256 signature of the statement as base64 of its DER.',
    'Pinward-Unsigned': 'The reason why there is no signature. Present only without one.',
    'Pinward-Stale': 'Since when the store has been unreachable. Present only then; the pins are the last known ones.',
  }).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
);

function queryParameters(query: z.ZodType): readonly Json[] {
  const { properties = {} } = schemaOf(query, 'input') as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const id = registry.get(schema)?.id;
  if (id !== undefined) return { $ref: refOf(id) };
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: refOf, unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]));
}

function refOf(id: string): string {
  return `#/components/schemas/${id}`;
}
