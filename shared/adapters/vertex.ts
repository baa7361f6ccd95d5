// Vertex AI's Model Garden: lists Anthropic's models, and probes a model endpoint: for free by countTokens, or with one
// token by rawPredict. A failed call is an observation, too. Only an invalid id throws, before anything is sent.

import type { CallOptions } from 'google-gax';
import type { Observation } from '../domain/availability/observation.ts';
import { isLocation } from '../domain/models/location.ts';
import { parseModel } from '../domain/models/model.ts';
import type { ModelEndpoint } from '../domain/models/model-endpoint.ts';
import type { Clock, Garden } from '../ports.ts';
import { withTimeout } from '../with-timeout.ts';
import { type Clients, createClients } from './vertex-clients.ts';
import { type Judged, judgeBody, judgeCount, judgeError } from './vertex-verdict.ts';

export interface VertexOptions {
  /** HOST:PORT of a fake Vertex AI. Default: Google, with application default credentials. */
  readonly fakeHost?: string;
  readonly clock?: Clock;
  readonly timeoutsMs?: Partial<Timeouts>;
}

/** In milliseconds. */
interface Timeouts {
  /** Loading the SDK and getting credentials. A cold function with a fraction of a processor needs seconds. */
  readonly ready: number;
  readonly screen: number;
  readonly confirm: number;
  /** For all pages together. */
  readonly list: number;
}

const publisher = 'publishers/anthropic';
/** Far above any real list: in 2026 there were 25 models, and a page has up to 300 versions. */
const maxPages = 20;
const projectId = /^(?:[a-z0-9.-]{1,63}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const confirmBody = Buffer.from(
  JSON.stringify({
    anthropic_version: 'vertex-2023-10-16',
    max_tokens: 1,
    messages: [{ role: 'user', content: 'hi' }],
  }),
);

export function openVertex(options: VertexOptions = {}): Garden {
  const { clock = Date.now, fakeHost = null } = options;
  const timeouts: Timeouts = { ready: 20_000, screen: 10_000, confirm: 20_000, list: 30_000, ...options.timeoutsMs };
  const clients = createClients(fakeHost);

  async function observe(
    by: Observation['by'],
    endpoint: ModelEndpoint,
    probe: typeof countTokens,
  ): Promise<Observation> {
    checkEndpoint(endpoint);
    const judged = await probe(clients, endpoint, timeouts).catch((error) => judgeError(error, by));
    return { ...judged, by, at: new Date(clock()).toISOString() };
  }

  return {
    screen: (endpoint) => observe('screen', endpoint, countTokens),
    confirm: (endpoint) => observe('confirm', endpoint, predictOne),
    async list() {
      try {
        const models = await listModels(clients, timeouts);
        return { models, evidence: `OK: ${models.length} models` };
      } catch (error) {
        return { models: null, evidence: judgeError(error, 'screen').evidence };
      }
    },
    close: () => clients.close(),
  };
}

async function countTokens(clients: Clients, endpoint: ModelEndpoint, timeouts: Timeouts): Promise<Judged> {
  const client = await withReadyTimeout(timeouts.ready, clients.utility(endpoint.location));
  const request = { endpoint: nameOf(endpoint), contents: [{ role: 'user', parts: [{ text: 'ping' }] }] };
  await callWithCallback((callback) => client.countTokens(request, callOptions(clients, timeouts.screen), callback));
  return judgeCount();
}

async function predictOne(clients: Clients, endpoint: ModelEndpoint, timeouts: Timeouts): Promise<Judged> {
  const client = await withReadyTimeout(timeouts.ready, clients.prediction(endpoint.location));
  const request = { endpoint: nameOf(endpoint), httpBody: { contentType: 'application/json', data: confirmBody } };
  const body = await callWithCallback<{ data?: Uint8Array | string | null }>((callback) =>
    client.rawPredict(request, callOptions(clients, timeouts.confirm), callback),
  );
  return judgeBody(textOf(body?.data));
}

/**
 * Calls the SDK with a callback. For each error with details, the SDK's promises parse 4 MB of definitions again, which
 * blocks the process for 0.1 s or more. A probe without permission gets such an error for every endpoint at once.
 */
async function callWithCallback<T>(
  call: (callback: (error: unknown, response?: T | null) => void) => void,
): Promise<T | null> {
  try {
    return await new Promise((resolve, reject) => {
      call((error, response) => (error ? reject(error) : resolve(response ?? null)));
    });
  } catch (error) {
    const { GoogleError } = await import('google-gax');
    throw error instanceof Error && 'metadata' in error
      ? GoogleError.parseGRPCStatusDetails(Object.assign(new GoogleError(error.message), error))
      : error;
  }
}

/** Page by page, because the SDK's own paging has a time-out for each page but none for all. */
async function listModels(clients: Clients, timeouts: Timeouts): Promise<readonly string[]> {
  const client = await withReadyTimeout(timeouts.ready, clients.modelGarden());
  const end = performance.now() + timeouts.list;
  const ids = new Set<string>();
  let pageToken = '';
  for (let page = 0; page < maxPages; page++) {
    const [, , response] = await client.listPublisherModels(
      { parent: publisher, listAllVersions: true, pageSize: 300, pageToken },
      { ...callOptions(clients, end - performance.now()), autoPaginate: false },
    );
    for (const { name, versionId } of response.publisherModels ?? []) {
      const id = idOf(name ?? '', versionId ?? '');
      if (parseModel(id) !== null) ids.add(id);
    }
    pageToken = response.nextPageToken ?? '';
    if (pageToken === '') return [...ids];
  }
  throw new Error(`the list did not end within ${maxPages} pages`);
}

/** The id to call: the last part of the name, and @version unless the version is `default`. */
function idOf(name: string, versionId: string): string {
  const tail = name.startsWith(`${publisher}/models/`) ? name.slice(`${publisher}/models/`.length) : '';
  return versionId === '' || versionId === 'default' || tail.includes('@') ? tail : `${tail}@${versionId}`;
}

function checkEndpoint({ project, location, model }: ModelEndpoint): void {
  if (!projectId.test(project)) throw new Error(`not a project id: ${JSON.stringify(project)}`);
  if (!isLocation(location)) throw new Error(`not a location: ${JSON.stringify(location)}`);
  if (parseModel(model) === null) throw new Error(`not a model id: ${JSON.stringify(model)}`);
}

function nameOf({ project, location, model }: ModelEndpoint): string {
  return `projects/${project}/locations/${location}/${publisher}/models/${model}`;
}

function textOf(data: Uint8Array | string | null | undefined): string {
  return typeof data === 'string' ? data : Buffer.from(data ?? []).toString();
}

/** Without retries by the SDK, because the next run of the probe asks again. */
function callOptions({ signal }: Clients, remainingMs: number): CallOptions {
  return { timeout: Math.max(1, remainingMs), retry: null, signal };
}

function withReadyTimeout<C>(ms: number, client: Promise<C>): Promise<C> {
  return withTimeout(client, ms, () => {
    throw Object.assign(new Error('no credentials were found in time'), { code: 4 });
  });
}
