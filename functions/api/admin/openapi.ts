// The OpenAPI 3.1 document, made from the table of routes and the zod schemas: there is no second description to keep true.

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
    description: 'ETag of what is changed, such as that of GET /v1/policy, or *.',
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
      200: { description: 'Done.', content: { [route.mediaType]: { schema: schemaOf(route.reply, 'output') } } },
      default: problemResponse,
    },
  };
}

const problemResponse = {
  description: 'Not done: what is wrong and how to mend it.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function pollPaths(): Record<string, Json> {
  const operation = (operationId: string, content: Json) => ({
    get: {
      operationId,
      summary: 'What this machine should have, as the bytes of the file to write.',
      parameters: [
        ...queryParameters(PinsQuery),
        { name: 'If-None-Match', in: 'header', required: false, schema: { type: 'string' } },
      ],
      responses: {
        200: { description: 'The pins; ETag is the SHA-256 of the bytes.', headers: pollHeaders, content },
        304: { description: 'The machine has them already.', headers: pollHeaders },
        default: problemResponse,
      },
    },
  });
  const contentOf = ({ extension, contentType }: Format) => {
    if (extension === '.json') return { schema: schemaOf(ResolutionReply, 'output') };
    return { schema: { type: contentType.includes('json') ? 'object' : 'string' } };
  };
  // Named as they are answered, where three formats are JSON.
  const negotiated = Object.fromEntries(formats.map((format) => [format.contentType, contentOf(format)]));
  const { get } = operation('getPins', negotiated);
  const description = `Accept chooses: ${formats.map(({ accept, extension }) => `${accept} as ${extension}`).join(', ')}.`;
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
    ETag: 'The SHA-256 of the bytes of a 200, in hex and quotes.',
    'Pinward-Revision': 'The revision that was served; it only grows.',
    'Pinward-Poll-After': 'Seconds after which to ask again.',
    'Pinward-Valid-Until': 'When this answer is to be trusted no longer (ISO 8601, UTC).',
    'Pinward-Organisation': 'The organisation whose keys sign; GET /v1/keys has them.',
    'Pinward-Signature': 'v1, the id of the key, and in base64 the DER of its ES256 signature of the statement.',
    'Pinward-Unsigned': 'Present in place of a signature, and why.',
    'Pinward-Stale': 'Present when the store could not be reached and the pins served are the last known.',
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
