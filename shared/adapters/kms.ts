// Google Cloud KMS: signs with keys that never leave KMS. The first call loads the SDK by a deep import. Responses are
// checked by the key's name and by CRC32C: https://docs.cloud.google.com/kms/docs/data-integrity-guidelines

import { createHash, createPublicKey } from 'node:crypto';
import type { KeyManagementServiceClient } from '@google-cloud/kms/build/src/v1/key_management_service_client.js';
import { fail, ok, type Result } from '../domain/fault.ts';
import { type PublicKey, publicKeyOf } from '../domain/serving/statement.ts';
import type { Signer } from '../ports.ts';

export interface KmsOptions {
  /** HOST:PORT of a fake, without TLS or credentials. Default: Google, with application default credentials. */
  readonly endpoint?: string;
  /** For one call with its retries. */
  readonly timeoutMs?: number;
}

/** One client for any number of keys. */
export interface Kms {
  /** `version`: the full resource name of a key version. Throws at once when the form is wrong. */
  signer(version: string): Signer;
  close(): Promise<void>;
}

type Client = KeyManagementServiceClient;
type ClientOptions = NonNullable<ConstructorParameters<typeof KeyManagementServiceClient>[0]>;
/** The SDK's types for bytes and 64-bit numbers of protobuf. */
type Bytes = Uint8Array | string | null | undefined;
type Wrapped = { readonly value?: unknown } | null | undefined;

const algorithm = 'EC_SIGN_P256_SHA256';
const exampleName = 'projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/1';
const versionName = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+\/cryptoKeyVersions\/\d+$/;

export function openKms({ endpoint, timeoutMs = 10_000 }: KmsOptions = {}): Kms {
  let connected: Promise<Client> | null = null;

  /** A client that failed to get credentials stays useless, so it isn't kept. */
  function client(): Promise<Client> {
    if (connected !== null) return connected;
    const connecting = connect(endpoint ?? null);
    connected = connecting;
    connecting.catch(() => {
      connected = null;
    });
    return connecting;
  }

  return {
    signer(version) {
      if (!versionName.test(version))
        throw new Error(`not the name of a key version of Cloud KMS: ${version} (${exampleName})`);
      let cached: PublicKey | null = null;
      return {
        async publicKey() {
          if (cached !== null) return ok(cached);
          const read = await attempt(async () => readPublicKey(await client(), version, timeoutMs));
          if (read.ok) cached = read.value;
          return read;
        },
        sign: (text) => attempt(async () => signDigest(await client(), version, text, timeoutMs)),
      };
    },
    async close() {
      const client = await connected?.catch(() => null);
      await client?.close();
    },
  };
}

async function attempt<T>(call: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await call());
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return fail({ code: 'signer_unavailable', detail: detail.slice(0, 500) });
  }
}

async function connect(endpoint: string | null): Promise<Client> {
  const options = endpoint === null ? await optionsForGoogle() : await optionsForFake(endpoint);
  const { KeyManagementServiceClient } = await import(
    '@google-cloud/kms/build/src/v1/key_management_service_client.js'
  );
  const client = new KeyManagementServiceClient(options);
  await client.initialize();
  return client;
}

async function optionsForGoogle(): Promise<ClientOptions> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloudkms' });
  // Gets credentials first: a client that fails to get them throws an error that nobody can catch.
  await auth.getClient();
  return { auth };
}

async function optionsForFake(endpoint: string): Promise<ClientOptions> {
  const { PassThroughClient } = await import('google-auth-library');
  const { credentials } = await import('@grpc/grpc-js');
  const [apiEndpoint = '', port] = endpoint.split(':');
  const sslCreds = credentials.createInsecure();
  return {
    apiEndpoint,
    port: Number(port),
    sslCreds,
    authClient: new PassThroughClient(),
    // Its own connection for each client, so that tests can count clients.
    'grpc.use_local_subchannel_pool': 1,
  };
}

async function readPublicKey(client: Client, name: string, timeout: number): Promise<PublicKey> {
  const [response] = await client.getPublicKey({ name }, { timeout });
  const pem = response.pem ?? '';
  if (response.name !== name) throw new Error(`Cloud KMS returned another key: ${response.name}`);
  if (!matches(Buffer.from(pem), response.pemCrc32c)) throw new Error('the public key arrived damaged');
  if (response.algorithm !== algorithm) throw new Error(`the key is ${response.algorithm}, but must be ${algorithm}`);
  return publicKeyOf(createPublicKey(pem).export({ type: 'spki', format: 'der' }));
}

async function signDigest(client: Client, name: string, text: string, timeout: number): Promise<Buffer> {
  const sha256 = createHash('sha256').update(text).digest();
  const request = { name, digest: { sha256 }, digestCrc32c: { value: crc32cOf(sha256) } };
  const [response] = await client.asymmetricSign(request, { timeout });
  const signature = bytesOf(response.signature);
  if (response.name !== name) throw new Error(`Cloud KMS signed with another key: ${response.name}`);
  if (response.verifiedDigestCrc32c !== true) throw new Error('Cloud KMS did not check the checksum of the digest');
  if (!matches(signature, response.signatureCrc32c)) throw new Error('the signature arrived damaged');
  return signature;
}

function bytesOf(bytes: Bytes): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : Buffer.from(bytes ?? []);
}

/** False for empty bytes: their checksum is 0, which is also the value of a missing field. */
function matches(bytes: Buffer, checksum: Wrapped): boolean {
  return bytes.length > 0 && Number(checksum?.value) === crc32cOf(bytes);
}

/** CRC-32C (RFC 3720, appendix B.4). zlib's crc32 is another one. Bit by bit is fast enough for so few bytes. */
export function crc32cOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
