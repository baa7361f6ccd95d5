// A stand-in for Cloud KMS that speaks gRPC with Google's own message definitions: it makes P-256 keys, gives out their
// public halves and signs digests, with the checksums of the real one, and misbehaves as it is told.

import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader';

/** What can be wrong with an answer; `hang` gives none, `late` one after 300 ms. */
export type HealthIssue =
  | 'unavailable'
  | 'disabled'
  | 'hang'
  | 'late'
  | 'damaged'
  | 'no checksum'
  | 'digest unchecked'
  | 'another key';

export interface FakeKey {
  /** The full resource name of the key version. */
  readonly name: string;
  /** Its public half, for openssl. */
  readonly pem: string;
}

export interface FakeKms {
  /** For `openKms`: address and port. */
  readonly endpoint: string;
  makeKey(algorithm?: string): FakeKey;
  /** From now on every call goes wrong so; null for well. */
  healthIssue(kind: HealthIssue | null): void;
  calls(): { readonly publicKey: number; readonly sign: number };
  /** Clients' connections so far. */
  connections(): number;
  /** Requests that the real one would have refused. */
  readonly complaints: readonly string[];
  close(): void;
}

interface Request {
  readonly name: string;
  readonly digest?: { readonly sha256?: Buffer };
  readonly digestCrc32c?: { readonly value: string } | null;
}
type Call = ServerUnaryCall<Request, object>;
type Handler = (call: Call, done: sendUnaryData<object>) => void;

interface Held extends FakeKey {
  readonly algorithm: string;
  /** Its private half, for openssl. */
  readonly file: string;
}

export async function startFakeKms(): Promise<FakeKms> {
  const keys = new Map<string, Held>();
  const complaints: string[] = [];
  const peers = new Set<string>();
  const calls = { publicKey: 0, sign: 0 };
  let healthIssue: HealthIssue | null = null;

  /** Finds the key and lets the answer go wrong as told; what is not told so is answered by `make`. */
  function answer(kind: keyof typeof calls, make: (key: Held, request: Request) => Promise<object>): Handler {
    return (call, done) => {
      const { request } = call;
      calls[kind]++;
      peers.add(call.getPeer());
      const key = keys.get(request.name);
      if (healthIssue === 'hang') return;
      if (healthIssue === 'unavailable')
        return done({ code: status.UNAVAILABLE, details: 'The service is unavailable.' });
      if (healthIssue === 'disabled') return done({ code: status.FAILED_PRECONDITION, details: 'It is not enabled.' });
      if (key === undefined) return done({ code: status.NOT_FOUND, details: `${request.name} not found.` });
      const wait = healthIssue === 'late' ? 300 : 0;
      const made = make(key, request).then((body) => spoil(body, healthIssue));
      made.then(
        (body) => setTimeout(() => done(null, body), wait),
        (error) => done({ code: status.INVALID_ARGUMENT, details: String(error) }),
      );
    };
  }

  async function sign(key: Held, { digest, digestCrc32c }: Request): Promise<object> {
    const bytes = digest?.sha256 ?? Buffer.alloc(0);
    if (bytes.length !== 32 || Number(digestCrc32c?.value) !== crc32c(bytes)) {
      complaints.push('a digest without its checksum');
      throw new Error('the digest is damaged');
    }
    const signature = await signDigest(key.file, bytes);
    return { name: key.name, signature, signatureCrc32c: wrap(crc32c(signature)), verifiedDigestCrc32c: true };
  }

  const server = new Server();
  server.addService(definition(), {
    getPublicKey: answer('publicKey', async ({ name, pem, algorithm }) => ({
      name,
      pem,
      algorithm,
      pemCrc32c: wrap(crc32c(Buffer.from(pem))),
    })),
    asymmetricSign: answer('sign', sign),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, accessIndex) =>
      error === null ? resolve(accessIndex) : reject(error),
    ),
  );
  return {
    endpoint: `127.0.0.1:${port}`,
    makeKey(algorithm = 'EC_SIGN_P256_SHA256') {
      const name = `projects/acme/locations/europe/keyRings/pinward/cryptoKeys/answers/cryptoKeyVersions/${keys.size + 1}`;
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'key.pem');
      writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const key = { name, algorithm, file, pem: String(publicKey.export({ type: 'spki', format: 'pem' })) };
      keys.set(name, key);
      return key;
    },
    healthIssue(kind) {
      healthIssue = kind;
    },
    calls: () => ({ ...calls }),
    connections: () => peers.size,
    complaints,
    close: () => server.forceShutdown(),
  };
}

function definition(): ServiceDefinition {
  const file = join(import.meta.dirname, '../../../node_modules/@google-cloud/kms/build/protos/protos.json');
  const all = fromJSON(JSON.parse(readFileSync(file, 'utf8')), {
    keepCase: false,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const service = all['google.cloud.kms.v1.KeyManagementService'];
  if (service === undefined || 'format' in service) throw new Error('the package has no KeyManagementService');
  return service;
}

function spoil(body: object, healthIssue: HealthIssue | null): object {
  if (healthIssue === 'damaged') return { ...body, signatureCrc32c: wrap(1), pemCrc32c: wrap(1) };
  if (healthIssue === 'no checksum') return { ...body, signatureCrc32c: null, pemCrc32c: null };
  if (healthIssue === 'digest unchecked') return { ...body, verifiedDigestCrc32c: false };
  if (healthIssue === 'another key') return { ...body, name: 'projects/mallory' };
  return body;
}

function wrap(value: number): { readonly value: string } {
  return { value: String(value) };
}

/** By openssl, since Node signs texts and no digests. */
async function signDigest(keyFile: string, digest: Buffer): Promise<Buffer> {
  const openssl = spawn('openssl', ['pkeyutl', '-sign', '-inkey', keyFile], { stdio: ['pipe', 'pipe', 'inherit'] });
  openssl.stdin.end(digest);
  return buffer(openssl.stdout);
}

/** Castagnoli's, with a table as in RFC 3720's sample. */
const table = Array.from({ length: 256 }, (_, byte) =>
  Array.from({ length: 8 }).reduce<number>((crc) => (crc & 1 ? 0x82f63b78 ^ (crc >>> 1) : crc >>> 1), byte),
);

function crc32c(bytes: Uint8Array): number {
  return ~bytes.reduce((crc, byte) => (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8), -1) >>> 0;
}
