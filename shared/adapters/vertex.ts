// Vertex AI's Model Garden: lists Anthropic's models, and asks for one in one place, first for free and then with one token.
// What can't be asked is an observation, too; only an id that no path may hold is a bug, and thrown before anything is sent.

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
  /** Host and port of a fake that stands for all of Vertex. Without it: Google, with the credentials found by default. */
  readonly fakeHost?: string;
  readonly clock?: Clock;
  readonly timeoutsMs?: Partial<Timeouts>;
}

/** How long each may take (milliseconds). */
interface Timeouts {
  /** Loading the SDK and finding credentials; a cold function with a share of a processor takes seconds to load. */
  readonly ready: number;
  readonly screen: number;
  readonly confirm: number;
  /** All pages together. */
  readonly list: number;
}

const publisher = 'publishers/anthropic';
/** More than there can be: 25 models were known in 2026, and a page holds 300 versions. */
const pagesAtMost = 20;
const projectId = /^(?:[a-z0-9.-]{1,63}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const question = Buffer.from(
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
    ask: typeof countTokens,
  ): Promise<Observation> {
    checkEndpoint(endpoint);
    const judged = await ask(clients, endpoint, timeouts).catch((error) => judgeError(error, by));
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
  const client = await inTime(timeouts.ready, clients.utility(endpoint.location));
  const request = { endpoint: nameOf(endpoint), contents: [{ role: 'user', parts: [{ text: 'ping' }] }] };
  await answered((heard) => client.countTokens(request, callOptions(clients, timeouts.screen), heard));
  return judgeCount();
}

async function predictOne(clients: Clients, endpoint: ModelEndpoint, timeouts: Timeouts): Promise<Judged> {
  const client = await inTime(timeouts.ready, clients.prediction(endpoint.location));
  const request = { endpoint: nameOf(endpoint), httpBody: { contentType: 'application/json', data: question } };
  const body = await answered<{ data?: Uint8Array | string | null }>((heard) =>
    client.rawPredict(request, callOptions(clients, timeouts.confirm), heard),
  );
  return judgeBody(textOf(body?.data));
}

/**
 * One call by callback. The SDK's promises read 4 MB of definitions again for each error that carries details, which
 * stops everything for 0.1 s and more; a prober that may not ask gets such an error everywhere at once.
 */
async function answered<T>(call: (heard: (error: unknown, answer?: T | null) => void) => void): Promise<T | null> {
  try {
    return await new Promise((resolve, reject) => {
      call((error, answer) => (error ? reject(error) : resolve(answer ?? null)));
    });
  } catch (error) {
    const { GoogleError } = await import('google-gax');
    throw error instanceof Error && 'metadata' in error
      ? GoogleError.parseGRPCStatusDetails(Object.assign(new GoogleError(error.message), error))
      : error;
  }
}

/** Page by page, since the SDK's own paging has a time-out for each page and none for all. */
async function listModels(clients: Clients, timeouts: Timeouts): Promise<readonly string[]> {
  const client = await inTime(timeouts.ready, clients.modelGarden());
  const end = performance.now() + timeouts.list;
  const ids = new Set<string>();
  let pageToken = '';
  for (let page = 0; page < pagesAtMost; page++) {
    const [, , answer] = await client.listPublisherModels(
      { parent: publisher, listAllVersions: true, pageSize: 300, pageToken },
      { ...callOptions(clients, end - performance.now()), autoPaginate: false },
    );
    for (const entry of answer.publisherModels ?? []) {
      const id = idOf(entry.name ?? '', entry.versionId ?? '');
      if (parseModel(id) !== null) ids.add(id);
    }
    pageToken = answer.nextPageToken ?? '';
    if (pageToken === '') return [...ids];
  }
  throw new Error(`the listing did not end within ${pagesAtMost} pages`);
}

/** What is called, of what is listed: the name's tail, and the version unless there is only the one. */
function idOf(name: string, versionId: string): string {
  const tail = name.startsWith(`${publisher}/models/`) ? name.slice(`${publisher}/models/`.length) : '';
  return versionId === '' || versionId === 'default' || tail.includes('@') ? tail : `${tail}@${versionId}`;
}

function checkEndpoint({ project, location, model }: ModelEndpoint): void {
  if (!projectId.test(project)) throw new Error(`not the id of a project: ${JSON.stringify(project)}`);
  if (!isLocation(location)) throw new Error(`not a location: ${JSON.stringify(location)}`);
  if (parseModel(model) === null) throw new Error(`not the id of a model: ${JSON.stringify(model)}`);
}

function nameOf({ project, location, model }: ModelEndpoint): string {
  return `projects/${project}/locations/${location}/${publisher}/models/${model}`;
}

function textOf(data: Uint8Array | string | null | undefined): string {
  return typeof data === 'string' ? data : Buffer.from(data ?? []).toString();
}

/** No retry by the SDK: the probe asks again itself, when and if it wants to. */
function callOptions({ signal }: Clients, restMs: number): CallOptions {
  return { timeout: Math.max(1, restMs), retry: null, signal };
}

function inTime<C>(ms: number, client: Promise<C>): Promise<C> {
  return withTimeout(client, ms, () => {
    throw Object.assign(new Error('no credentials were found in time'), { code: 4 });
  });
}
