// The response cache: every response to a poll that was made from one published revision on one day. A cached response
// costs two look-ups; a new one is resolved, rendered, hashed and signed. The key of a response is the parsed fields
// that decide it, so other parts of a request make no new one. The cache has a limit in bytes.

import { createHash } from 'node:crypto';
import { dayMs } from '../../../shared/domain/day.ts';
import type { Published } from '../../../shared/domain/documents.ts';
import { type Catalogue, extendCatalogue } from '../../../shared/domain/models/catalogue.ts';
import { ringWithRollouts } from '../../../shared/domain/serving/bucketing.ts';
import { ringChooser } from '../../../shared/domain/serving/machine.ts';
import { heldBackBy, resolve } from '../../../shared/domain/serving/resolve.ts';
import { validUntilOf } from '../../../shared/domain/serving/statement.ts';
import { agentVersion } from '../agents/agent-version.ts';
import { createBoundedMap } from '../caching/bounded-map.ts';
import { browserHeaders } from '../problems/browser-headers.ts';
import type { SignatureHeaders, Signatures } from '../signing/signatures.ts';
import { convergeForMs, pollSeconds } from './poll-interval.ts';
import type { PollRequest } from './poll-request.ts';
import type { Format } from './render/formats.ts';

/** The body that is the same for all machines with equal pins, with its headers. */
interface CachedBody {
  readonly etag: string;
  readonly bytes: Buffer;
  /** Names and values in turn, as Node's writeHead takes them; sent with 200 and 304. */
  readonly headers: readonly string[];
  /** Sent with 200 only. */
  readonly contentHeaders: readonly string[];
  readonly revision: number;
  readonly ring: string;
  readonly cli: string | null;
  readonly format: string;
  /** The counters of adoption in which a machine with this body counts, such as `held opus everyone`. */
  readonly counters: readonly string[];
}

export interface PollResponse {
  readonly body: CachedBody;
  readonly machine: string | null;
  /** Seconds until the machine polls again, in decimal. */
  readonly pollAfter: string;
}

export interface ResponseCache {
  /** When all responses expire (milliseconds). */
  readonly expires: number;
  /** Whether the responses were made for this revision and this `staleSince`, and have not expired at `now`. */
  isFor(revision: number, staleSince: number | null, now: number): boolean;
  /** The cached response to an equal request; null when there is none. */
  get(request: PollRequest): PollResponse | null;
  /** Makes a response and caches it. A promise while the response waits for its signature. */
  make(request: PollRequest): PollResponse | Promise<PollResponse>;
}

interface ResponseCacheInput {
  readonly published: Published;
  /** Since when the store has failed to answer (milliseconds); null while it answers. */
  readonly staleSince: number | null;
  readonly shipped: Catalogue;
  readonly signatures: Signatures;
  readonly now: number;
}

interface RenderedBody {
  readonly key: string;
  readonly body: CachedBody;
  /** `body` with the headers of its signature; null while there is none. */
  signed: CachedBody | null;
}

/** A cached response. It has the key of its body instead of the body, so that a dropped body can be freed. */
interface ResponseEntry {
  readonly bodyKey: string;
  readonly machine: string | null;
  readonly pollAfter: string;
}

const maxBodyBytes = 12 * 1024 * 1024;
const maxEntryBytes = 8 * 1024 * 1024;
/** Measured: the memory of an entry, without the text of its key and machine name. */
const entryBytes = 220;
/** The memory of a body's headers and fields. */
const bodyOverheadBytes = 2_500;

/** A 304 does not repeat them: a browser applies those of the response that it kept. */
const contentRules = Object.entries(browserHeaders).flat();

export function createResponseCache(input: ResponseCacheInput): ResponseCache {
  const { published, shipped, signatures, now } = input;
  const { number: revision, policy, at, rollouts, callableModels } = published.revision;
  const catalogue = extendCatalogue(shipped, policy.models);
  const chooseRing = ringChooser(policy);
  const quietFrom = rollouts.length > 0 ? Number.POSITIVE_INFINITY : Date.parse(at) + convergeForMs;
  const isConverging = now < quietFrom;
  const nextDay = (Math.floor(now / dayMs) + 1) * dayMs;
  const day = new Date(now).toISOString().slice(0, 10);
  const validUntil = validUntilOf(now);
  const commonHeaders = commonHeadersOf(input, validUntil);
  const bodies = createBoundedMap<string, RenderedBody>(maxBodyBytes, sizeOfBody);
  const entries = createBoundedMap<string, ResponseEntry>(maxEntryBytes, sizeOfEntry);

  function render({ machine, format }: PollRequest): RenderedBody {
    const { cli } = machine;
    const { ring: chosen, selector } = chooseRing(machine);
    const { ring, reached } = ringWithRollouts(chosen, rollouts, machine);
    const reachedIds = reached.map(({ id }) => id);
    const bodyKey = [ring.name, selector, cli, format.extension, ...reachedIds].join('\n');
    const cached = bodies.get(bodyKey);
    if (cached !== undefined) return cached;
    const resolution = resolve({ policy, ring, reached, selector, cli, catalogue, day, callableModels });
    const counters = [
      ...heldBackBy(resolution).map((family) => `held ${family} ${ring.name}`),
      ...reachedIds.map((id) => `reached ${id}`),
    ];
    const bytes = Buffer.from(format.render(resolution));
    const body = { ...toBody(format, bytes, commonHeaders), revision, ring: ring.name, cli, counters };
    const rendered = { key: bodyKey, body, signed: null };
    bodies.set(bodyKey, rendered);
    return rendered;
  }

  /**
   * Caches a response only with its final signature. An unsigned one is made again, because the signer may work by
   * then.
   */
  function respond(request: PollRequest, rendered: RenderedBody, { headers, isFinal }: SignatureHeaders): PollResponse {
    const body = rendered.signed ?? { ...rendered.body, headers: [...rendered.body.headers, ...headers] };
    const machine = request.machine.name;
    const pollAfter = String(pollSeconds(request.machine, isConverging));
    if (isFinal) {
      rendered.signed = body;
      entries.set(request.key, { bodyKey: rendered.key, machine, pollAfter });
    }
    return { body, machine, pollAfter };
  }

  const expires = isConverging ? Math.min(quietFrom, nextDay) : nextDay;
  return {
    expires,
    isFor: (number, staleSince, time) => number === revision && staleSince === input.staleSince && time < expires,
    get(request) {
      const entry = entries.get(request.key);
      if (entry === undefined) return null;
      const body = bodies.get(entry.bodyKey)?.signed ?? null;
      return body === null ? null : { body, machine: entry.machine, pollAfter: entry.pollAfter };
    },
    make(request) {
      const rendered = render(request);
      const { etag, format } = rendered.body;
      const signed = signatures.sign({ format: format.slice(1), revision, sha256: etag.slice(1, -1), validUntil });
      if (!(signed instanceof Promise)) return respond(request, rendered, signed);
      return signed.then((settled) => respond(request, rendered, settled));
    },
  };
}

function commonHeadersOf({ published, staleSince }: ResponseCacheInput, validUntil: string): readonly string[] {
  const since = staleSince === null ? null : new Date(staleSince).toISOString();
  return [
    ...['Pinward-Revision', String(published.revision.number)],
    ...['Pinward-Valid-Until', validUntil],
    ...['Pinward-Agent', agentVersion],
    ...['Cache-Control', 'private, no-cache'],
    ...['Vary', 'Authorization, Accept'],
    ...(since === null ? [] : ['Pinward-Stale', `store unreachable since ${since}`]),
  ];
}

/** The ETag is the SHA-256 of the bytes, by which an agent detects a damaged body. */
function toBody({ extension, contentType }: Format, bytes: Buffer, commonHeaders: readonly string[]) {
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  return {
    etag,
    bytes,
    format: extension,
    headers: ['ETag', etag, ...commonHeaders],
    contentHeaders: ['Content-Type', contentType, 'Content-Length', String(bytes.length), ...contentRules],
  };
}

function sizeOfBody(key: string, { body }: RenderedBody): number {
  return key.length + body.bytes.length + bodyOverheadBytes;
}

function sizeOfEntry(key: string, { machine }: ResponseEntry): number {
  return key.length + (machine?.length ?? 0) + entryBytes;
}
