// The clients of Vertex AI: one for each host and kind, and one of the Model Garden, all with the same credentials. The SDK
// is loaded with the first of them, by deep imports: its root costs half a second more. Only gRPC carries rawPredict whole.

import { setMaxListeners } from 'node:events';
import type { LlmUtilityServiceClient } from '@google-cloud/aiplatform/build/src/v1/llm_utility_service_client.js';
import type { PredictionServiceClient } from '@google-cloud/aiplatform/build/src/v1/prediction_service_client.js';
import type { ModelGardenServiceClient } from '@google-cloud/aiplatform/build/src/v1beta1/model_garden_service_client.js';

export interface Clients {
  utility(location: string): Promise<LlmUtilityServiceClient>;
  prediction(location: string): Promise<PredictionServiceClient>;
  /** There is exactly one: in some modes each costs 10 MB. */
  modelGarden(): Promise<ModelGardenServiceClient>;
  /** Cancels the calls that it was given to. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

interface Client {
  initialize(): Promise<unknown>;
  close(): Promise<void>;
}

/** The API's host for a location, as Anthropic's and Google's own SDKs have it; another host answers with a web page. */
export function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  if (location === 'us' || location === 'eu') return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}

/** `fakeHost`: host and port of a fake for all locations, without encryption or credentials. */
export function createClients(fakeHost: string | null): Clients {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const held = new Map<string, Promise<Client>>();
  const ready = new Set<Client>();
  let connecting: ReturnType<typeof connectReal> | null = null;
  const connect = () => (connecting ??= fakeHost === null ? connectReal() : connectFake(fakeHost));

  /**
   * Kept only when it can be used: a client that has failed to get credentials stays useless, and throws where nobody
   * catches it.
   */
  function hold<T extends Client>(key: string, create: () => Promise<T>): Promise<T> {
    const found = held.get(key);
    if (found !== undefined) return found as Promise<T>; // a key has the kind of client in it
    const created = create().then(async (client) => {
      await client.initialize();
      if (closing.signal.aborted) await client.close();
      else ready.add(client);
      return client;
    });
    held.set(key, created);
    created.catch(() => held.delete(key));
    return created;
  }

  return {
    signal: closing.signal,
    utility: (location) =>
      hold(`utility ${hostOf(location)}`, async () => {
        const options = await (await connect())(hostOf(location));
        const { LlmUtilityServiceClient: Client } = await import(
          '@google-cloud/aiplatform/build/src/v1/llm_utility_service_client.js'
        );
        return new Client(options);
      }),
    prediction: (location) =>
      hold(`prediction ${hostOf(location)}`, async () => {
        const options = await (await connect())(hostOf(location));
        const { PredictionServiceClient: Client } = await import(
          '@google-cloud/aiplatform/build/src/v1/prediction_service_client.js'
        );
        return new Client(options);
      }),
    modelGarden: () =>
      hold('model garden', async () => {
        const options = await (await connect())(hostOf('global'));
        const { ModelGardenServiceClient: Client } = await import(
          '@google-cloud/aiplatform/build/src/v1beta1/model_garden_service_client.js'
        );
        return new Client(options);
      }),
    async close() {
      closing.abort();
      // Those that still wait for credentials close themselves.
      await Promise.all([...ready].map((client) => client.close()));
    },
  };
}

type Options = NonNullable<ConstructorParameters<typeof LlmUtilityServiceClient>[0]>;

async function connectReal(): Promise<(host: string) => Promise<Options>> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  return async (host) => {
    // Asked for before there is a client: one whose credentials fail later throws where nobody catches it.
    await auth.getClient();
    return { apiEndpoint: host, auth };
  };
}

async function connectFake(fakeHost: string): Promise<(host: string) => Promise<Options>> {
  const { PassThroughClient } = await import('google-auth-library');
  const { credentials } = await import('@grpc/grpc-js');
  const [apiEndpoint, port] = fakeHost.split(':');
  if (apiEndpoint === undefined || !/^\d+$/.test(port ?? '')) throw new Error(`not an endpoint: ${fakeHost}`);
  return async () => ({
    apiEndpoint,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    authClient: new PassThroughClient(),
    // A connection for each client, as the real ones have it; it makes them worth counting.
    'grpc.use_local_subchannel_pool': 1,
  });
}
