// Google Cloud KMS: signs with keys that never leave it. The SDK is loaded with the first question, by a deep import. What
// arrives is checked as Google documents it: by CRC32C both ways, and by the name of the key that answered.

import { createHash, createPublicKey } from 'node:crypto';
import type { KeyManagementServiceClient } from '@google-cloud/kms/build/src/v1/key_management_service_client.js';
import { fail, ok, type Result } from '../domain/fault.ts';
import { type PublicKey, publicKeyOf } from '../domain/serving/statement.ts';
import type { Signer } from '../ports.ts';

export interface KmsOptions {
  /** Host and port of a fake, without encryption or credentials. Without it: Google, with the credentials of the process. */
  readonly endpoint?: string;
  /** How long one call may take, its repetitions included (milliseconds). */
  readonly timeoutMs?: number;
}

/** One client, however many keys. */
export interface Kms {
  /** Signs with the version of this full resource name. Throws at once when it can't be one. */
  signer(version: string): Signer;
  close(): Promise<void>;
}

type Client = KeyManagementServiceClient;
type ClientOptions = NonNullable<ConstructorParameters<typeof KeyManagementServiceClient>[0]>;
/** How protobuf brings bytes and 64-bit numbers. */
type Bytes = Uint8Array | string | null | undefined;
type Wrapped = { readonly value?: unknown } | null | undefined;

const algorithm = 'EC_SIGN_P256_SHA256';
const shape = 'projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/1';
const versionName = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+\/cryptoKeyVersions\/\d+$/;

export function openKms({ endpoint, timeoutMs = 10_000 }: KmsOptions = {}): Kms {
  let connected: Promise<Client> | null = null;

  /** Kept only when it can be used: one that failed to get credentials stays useless. */
  function client(): Promise<Client> {
    if (connected !== null) return connected;
    const mine = connect(endpoint ?? null);
    connected = mine;
    mine.catch(() => {
      connected = null;
    });
    return mine;
  }

  return {
    signer(version) {
      if (!versionName.test(version))
        throw new Error(`not the name of a key version of Cloud KMS: ${version} (${shape})`);
      let known: PublicKey | null = null;
      return {
        async publicKey() {
          if (known !== null) return ok(known);
          const read = await attempt(async () => readPublicKey(await client(), version, timeoutMs));
          if (read.ok) known = read.value;
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

async function attempt<T>(ask: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await ask());
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
  // Asked for before there is a client: one whose credentials fail later throws where nobody catches it.
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
    // A connection for each client; it makes them worth counting.
    'grpc.use_local_subchannel_pool': 1,
  };
}

async function readPublicKey(client: Client, name: string, timeout: number): Promise<PublicKey> {
  const [answer] = await client.getPublicKey({ name }, { timeout });
  const pem = answer.pem ?? '';
  if (answer.name !== name) throw new Error(`Cloud KMS answered for another key: ${answer.name}`);
  if (!holds(Buffer.from(pem), answer.pemCrc32c)) throw new Error('the public key arrived damaged');
  if (answer.algorithm !== algorithm) throw new Error(`the key is ${answer.algorithm}, but must be ${algorithm}`);
  return publicKeyOf(createPublicKey(pem).export({ type: 'spki', format: 'der' }));
}

async function signDigest(client: Client, name: string, text: string, timeout: number): Promise<Buffer> {
  const sha256 = createHash('sha256').update(text).digest();
  const request = { name, digest: { sha256 }, digestCrc32c: { value: crc32cOf(sha256) } };
  const [answer] = await client.asymmetricSign(request, { timeout });
  const signature = bytesOf(answer.signature);
  if (answer.name !== name) throw new Error(`Cloud KMS signed with another key: ${answer.name}`);
  if (answer.verifiedDigestCrc32c !== true) throw new Error('the digest reached Cloud KMS without its checksum');
  if (!holds(signature, answer.signatureCrc32c)) throw new Error('the signature arrived damaged');
  return signature;
}

function bytesOf(bytes: Bytes): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : Buffer.from(bytes ?? []);
}

/** Empty bytes hold nothing: their checksum is 0, which is also that of a missing field. */
function holds(bytes: Buffer, checksum: Wrapped): boolean {
  return bytes.length > 0 && Number(checksum?.value) === crc32cOf(bytes);
}

/** CRC-32C (RFC 3720, appendix B.4), which zlib's crc32 is not. Bit by bit: there are few bytes. */
export function crc32cOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
