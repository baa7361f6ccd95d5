// The clients of Vertex AI: one for each host and service, and one for the Model Garden, with shared credentials. The
// first client loads the SDK, by deep imports that are half a second faster than the root import. The clients use gRPC,
// because in REST mode version 7.4.0 of the SDK sends the wrong body for rawPredict.

import { setMaxListeners } from 'node:events';
import type { LlmUtilityServiceClient } from '@google-cloud/aiplatform/build/src/v1/llm_utility_service_client.js';
import type { PredictionServiceClient } from '@google-cloud/aiplatform/build/src/v1/prediction_service_client.js';
import type { ModelGardenServiceClient } from '@google-cloud/aiplatform/build/src/v1beta1/model_garden_service_client.js';
import type { CredentialKind } from '../catalogue/vertex-advice.ts';

export interface Clients {
  utility(location: string): Promise<LlmUtilityServiceClient>;
  prediction(location: string): Promise<PredictionServiceClient>;
  /** Exactly one, because in some modes each costs 10 MB. */
  modelGarden(): Promise<ModelGardenServiceClient>;
  /** Aborted by `close`. Pass it to each call. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

interface Client {
  initialize(): Promise<unknown>;
  close(): Promise<void>;
}

const scopes = 'https://www.googleapis.com/auth/cloud-platform';

/** The API's host for a location, as in the SDKs of Anthropic and Google. A wrong host returns a web page. */
export function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  if (location === 'us' || location === 'eu') return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}

/** `fakeHost`: HOST:PORT of a fake for all locations, without TLS or credentials. */
export function createClients(fakeHost: string | null): Clients {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const clients = new Map<string, Promise<Client>>();
  const ready = new Set<Client>();
  let connecting: ReturnType<typeof connectReal> | null = null;
  const connect = () => (connecting ??= fakeHost === null ? connectReal() : connectFake(fakeHost));

  /** A client that failed to get credentials isn't kept: it stays useless and throws errors that nobody can catch. */
  function getOrCreate<T extends Client>(key: string, create: () => Promise<T>): Promise<T> {
    const existing = clients.get(key);
    if (existing !== undefined) return existing as Promise<T>; // safe: the key names the type of client
    const created = create().then(async (client) => {
      await client.initialize();
      if (closing.signal.aborted) await client.close();
      else ready.add(client);
      return client;
    });
    clients.set(key, created);
    created.catch(() => clients.delete(key));
    return created;
  }

  return {
    signal: closing.signal,
    utility: (location) =>
      getOrCreate(`utility ${hostOf(location)}`, async () => {
        const options = await (await connect())(hostOf(location));
        const { LlmUtilityServiceClient: Client } = await import(
          '@google-cloud/aiplatform/build/src/v1/llm_utility_service_client.js'
        );
        return new Client(options);
      }),
    prediction: (location) =>
      getOrCreate(`prediction ${hostOf(location)}`, async () => {
        const options = await (await connect())(hostOf(location));
        const { PredictionServiceClient: Client } = await import(
          '@google-cloud/aiplatform/build/src/v1/prediction_service_client.js'
        );
        return new Client(options);
      }),
    modelGarden: () =>
      getOrCreate('model garden', async () => {
        const options = await (await connect())(hostOf('global'));
        const { ModelGardenServiceClient: Client } = await import(
          '@google-cloud/aiplatform/build/src/v1beta1/model_garden_service_client.js'
        );
        return new Client(options);
      }),
    async close() {
      closing.abort();
      // Clients that still wait for credentials close themselves.
      await Promise.all([...ready].map((client) => client.close()));
    },
  };
}

/** Of the application default credentials; `person` when there are none, because a person can log in. */
export async function findCredentialKind(): Promise<CredentialKind> {
  const library = await import('google-auth-library');
  // With a project given, the library doesn't look for one, which needs working credentials.
  const auth = new library.GoogleAuth({ scopes, projectId: 'none' });
  const client = await auth.getClient().catch(() => null);
  if (client instanceof library.Compute) return 'metadata';
  if (client instanceof library.Impersonated) return 'impersonation';
  if (client instanceof library.ExternalAccountAuthorizedUserClient) return 'workforce';
  if (client instanceof library.BaseExternalAccountClient)
    return JSON.stringify(auth.jsonContent).includes('/workforcePools/') ? 'workforce' : 'federation';
  return client instanceof library.JWT || client instanceof library.GdchClient ? 'key' : 'person';
}

type Options = NonNullable<ConstructorParameters<typeof LlmUtilityServiceClient>[0]>;

async function connectReal(): Promise<(host: string) => Promise<Options>> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes });
  return async (host) => {
    // Gets credentials first: a client that fails to get them throws an error that nobody can catch.
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
    // Its own connection for each client, like real ones, so that tests can count clients.
    'grpc.use_local_subchannel_pool': 1,
  });
}
