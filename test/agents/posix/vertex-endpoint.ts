/**
 * A fake Vertex AI for tests of the doctor: rawPredict of Claude models over HTTP. A test sets the answer for each model, in
 * Google's words. By default a model answers one token.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

export interface VertexAnswer {
  readonly status: number;
  readonly body: string;
}

export interface VertexCall {
  readonly project: string;
  readonly location: string;
  readonly model: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface VertexEndpoint extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly VertexCall[];
  /** Sets the answer for this model or for all (`*`). `null` keeps callers waiting. */
  answer(model: string, answer: VertexAnswer | null): void;
  /** Closes the connections of waiting callers. */
  release(): void;
}

const path = /^\/v1\/projects\/([^/]+)\/locations\/([^/]+)\/publishers\/anthropic\/models\/([^/]+):rawPredict$/;
const oneToken = { status: 200, body: '{"id":"msg_vrtx_1","type":"message","role":"assistant","content":[]}' };

export async function startVertexEndpoint(): Promise<VertexEndpoint> {
  const answers = new Map<string, VertexAnswer | null>();
  const calls: VertexCall[] = [];
  const server = createServer(async (request, response) => {
    const [, project, location, model] = path.exec(decodeURIComponent(request.url ?? '')) ?? [];
    const body = await text(request);
    if (project === undefined || location === undefined || model === undefined || request.method !== 'POST') {
      response.writeHead(404, { 'Content-Type': 'text/html' }).end('<!DOCTYPE html><html lang=en>404</html>');
      return;
    }
    calls.push({ project, location, model, headers: request.headers, body });
    const answer = answers.has(model) ? answers.get(model) : answers.get('*');
    if (answer === null) return;
    const { status, body: said } = answer ?? oneToken;
    response.writeHead(status, { 'Content-Type': 'application/json; charset=UTF-8' }).end(said);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    answer: (model, answer) => answers.set(model, answer),
    release: () => {
      answers.clear();
      server.closeAllConnections();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An error as Google's front end writes it. */
export function googleError(status: number, code: string, message: string, reason?: string): VertexAnswer {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' };
  const error = { code: status, message, status: code, ...(reason === undefined ? {} : { details: [info] }) };
  return { status, body: JSON.stringify({ error }, null, 2) };
}

export const refused = {
  notFound: googleError(
    404,
    'NOT_FOUND',
    'Publisher Model `projects/acme-claude/locations/global/publishers/anthropic/models/claude-opus-4-8` was not found or your project does not have access to it.',
  ),
  notAllowed: googleError(
    400,
    'FAILED_PRECONDITION',
    'Project `1` is not allowed to use Publisher Model `projects/acme-claude/locations/global/publishers/anthropic/models/claude-opus-4-8`',
  ),
  notServable: googleError(400, 'FAILED_PRECONDITION', 'Publisher Model `x` is not servable in region global.'),
  forbidden: googleError(
    400,
    'FAILED_PRECONDITION',
    'Organization Policy constraint constraints/vertexai.allowedModels violated attempting to use a disallowed Gen AI model x',
  ),
  dataSharing: googleError(
    403,
    'PERMISSION_DENIED',
    "Access to this model requires data sharing to be enabled for publisher 'anthropic'.",
  ),
  noPermission: googleError(
    403,
    'PERMISSION_DENIED',
    "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/x' (or it may not exist).",
    'IAM_PERMISSION_DENIED',
  ),
  apiDisabled: googleError(
    403,
    'PERMISSION_DENIED',
    'Vertex AI API has not been used in project 1 before or it is disabled.',
    'SERVICE_DISABLED',
  ),
  noBilling: googleError(
    403,
    'PERMISSION_DENIED',
    'This API method requires billing to be enabled.',
    'BILLING_DISABLED',
  ),
  noQuota: googleError(
    429,
    'RESOURCE_EXHAUSTED',
    'Quota exceeded for aiplatform.googleapis.com/online_prediction_requests_per_base_model with base model: anthropic-claude-opus.',
  ),
  busy: googleError(429, 'RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later.'),
  badToken: googleError(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
  down: googleError(503, 'UNAVAILABLE', 'The service is currently unavailable.'),
  /** An error of Claude itself, not of Vertex. */
  byClaude: {
    status: 400,
    body: '{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens"},"request_id":"req_vrtx_1"}',
  },
};
