// The OpenAPI 3.1 document, made from the table of routes and the zod schemas. Only the poll, which is no route, is
// described here.

import type { z } from 'zod';
import { type Format, formats } from '../polls/render/formats.ts';
import { type Json, schemaOf, usedSchemas } from './openapi-schemas.ts';
import { numericParameters, type Route } from './routes/route.ts';
import { PinsQuery, ResolutionReply } from './schemas/common.ts';

export function openapiOf(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = { ...pollPaths() };
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pinward',
      version: '1',
      description: 'The fleet policy service for Claude Code on Vertex AI.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The service that this document comes from.' }],
    security: [{ token: [] }],
    paths,
    components: { schemas: usedSchemas(paths), securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
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
    schema: numericParameters.includes(name ?? '') ? { type: 'integer', minimum: 1 } : { type: 'string' },
  }));
  const content = { [route.mediaType]: { schema: schemaOf(route.reply, 'output') } };
  const replies = route.statuses.map((status) => [status, { description: statusTexts[status], content }]);
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
    responses: { ...Object.fromEntries(replies), ...problems },
  };
}

const statusTexts: Record<Route['statuses'][number], string> = {
  200: 'The call succeeded.',
  202: 'The call was accepted. A change that became a proposal has not taken effect.',
  503: 'This instance can not serve pins.',
};

const problemResponse = {
  description: 'The call failed. The problem says what is wrong and how to fix it.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const problems = { '4XX': problemResponse, default: problemResponse };

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
        ...problems,
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

const headerSchemas: Readonly<Record<string, Json>> = {
  'Pinward-Revision': { type: 'integer' },
  'Pinward-Poll-After': { type: 'integer' },
  'Pinward-Valid-Until': { type: 'string', format: 'date-time' },
};

const pollHeaders = Object.fromEntries(
  Object.entries({
    ETag: 'The SHA-256 of the body of a 200, in hex and quotes.',
    'Pinward-Revision': 'The revision that was served. It never decreases.',
    'Pinward-Poll-After': 'Seconds to wait before the next poll.',
    'Pinward-Valid-Until': 'When the response expires (ISO 8601, UTC). Do not apply it after that.',
    'Pinward-Organisation': 'The organisation whose keys sign the response. GET /v1/keys returns the keys.',
    'Pinward-Signature': 'v1, the id of the key, and the ES256 signature of the statement as base64 of its DER.',
    'Pinward-Unsigned': 'The reason why there is no signature. Present only without one.',
    'Pinward-Agent':
      'The version of the agent that the service hands out. An agent says it; nothing updates by itself.',
    'Pinward-Stale': 'Since when the store has been unreachable. Present only then; the pins are the last known ones.',
  }).map(([name, description]) => [name, { description, schema: headerSchemas[name] ?? { type: 'string' } }]),
);

function queryParameters(query: z.ZodType): readonly Json[] {
  // A query is an object whose properties are its parameters.
  const { properties = {}, required = [] } = schemaOf(query, 'input') as Queried;
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

interface Queried {
  readonly properties?: Record<string, Json>;
  readonly required?: readonly string[];
}
