// A frame: one published revision on one day, with every answer made from it so far. A poll looks its answer up here;
// each distinct one is resolved, rendered and hashed once. Replaced when the revision, the day or the pace of polls changes.

import { createHash } from 'node:crypto';
import type { Published } from '../../../shared/domain/documents.ts';
import { type Catalogue, extendCatalogue } from '../../../shared/domain/models/catalogue.ts';
import { bucketOf, buckets, ringWithRollouts } from '../../../shared/domain/serving/bucketing.ts';
import { ringChooser } from '../../../shared/domain/serving/machine.ts';
import { heldBackBy, resolve } from '../../../shared/domain/serving/resolve.ts';
import { validUntilOf } from '../../../shared/domain/serving/statement.ts';
import type { SignatureHeaders, Signatures } from '../signing/signatures.ts';
import type { PollRequest } from './poll-request.ts';
import type { Format } from './render/formats.ts';

/** What all machines get that are the same to the policy. */
interface Answer {
  readonly ring: string;
  readonly counters: readonly string[];
  readonly etag: string;
  readonly body: Buffer;
  /** Names and values by turns, as writeHead takes them. */
  readonly headers: readonly string[];
  readonly contentHeaders: readonly string[];
}

/** An answer as one machine gets it. */
export interface PollResponse {
  readonly etag: string;
  readonly body: Buffer;
  readonly headers200: string[];
  readonly headers304: string[];
  /** For the log. */
  readonly asked: {
    readonly machine: string | null;
    readonly cli: string | null;
    readonly format: string;
    readonly ring: string;
    readonly revision: number;
  };
  /** What adoption counts of it. */
  readonly counters: readonly string[];
}

export interface ResponseCache {
  /** From when on (milliseconds) another frame must be made. */
  readonly expires: number;
  /** A promise while the answer waits for its signature. */
  serve(pollRequest: PollRequest): PollResponse | Promise<PollResponse>;
}

/** For so long after a change machines come back often, so that a fleet is soon together. */
const movingForMs = 10 * 60_000;
const pollAfterMovingSeconds = 30;
const pollAfterQuietSeconds = 900;
/** Machines wait up to so much less, each its own part of it, so that a fleet doesn't line up. */
const phase = 0.2;
const maxEntries = 5_000;
const dayMs = 86_400_000;

export function createResponseCache(
  published: Published,
  staleSince: number | null,
  shipped: Catalogue,
  signatures: Signatures,
  now: number,
): ResponseCache {
  const { number, policy, at, rollouts, callableModels } = published.revision;
  const catalogue = extendCatalogue(shipped, policy.models);
  const chooseRing = ringChooser(policy);
  const nextDay = (Math.floor(now / dayMs) + 1) * dayMs;
  const quietFrom = rollouts.length > 0 ? Number.POSITIVE_INFINITY : Date.parse(at) + movingForMs;
  const isMoving = now < quietFrom;
  const day = new Date(now).toISOString().slice(0, 10);
  const validUntil = validUntilOf(now);
  const shared = [
    'Pinward-Revision',
    String(number),
    'Pinward-Valid-Until',
    validUntil,
    'Cache-Control',
    'private, no-cache',
    'Vary',
    'Authorization, Accept',
    ...(staleSince === null ? [] : ['Pinward-Stale', `store unreachable since ${new Date(staleSince).toISOString()}`]),
  ];
  const answers = new Map<string, Answer>();
  const served = new WeakMap<PollRequest, PollResponse>();

  function answer({ machine, format }: PollRequest): Answer {
    const chosen = chooseRing(machine);
    const { ring, reached } = ringWithRollouts(chosen.ring, rollouts, machine);
    const { cli } = machine;
    const key = [ring.name, chosen.selector, cli, format.extension, ...reached.map(({ id }) => id)].join('\n');
    const made = answers.get(key);
    if (made !== undefined) return made;
    const { selector } = chosen;
    const resolution = resolve({ policy, ring, reached, selector, cli, catalogue, day, callableModels });
    const body = Buffer.from(format.render(resolution));
    const counters = [
      ...heldBackBy(resolution).map((family) => `held ${family}`),
      ...reached.map(({ id }) => `reached ${id}`),
    ];
    const answer = { ring: ring.name, counters, ...toAnswer(format, body, shared) };
    if (answers.size >= maxEntries) answers.clear();
    answers.set(key, answer);
    return answer;
  }

  function finish(pollRequest: PollRequest, answer: Answer, signed: SignatureHeaders): PollResponse {
    const pollAfter = pollAfterOf(isMoving ? pollAfterMovingSeconds : pollAfterQuietSeconds, pollRequest);
    const headers = [...answer.headers, ...signed.headers];
    const made = toServed({ ...answer, headers }, pollRequest, number, pollAfter);
    if (signed.isFinal) served.set(pollRequest, made);
    return made;
  }

  return {
    expires: isMoving ? Math.min(quietFrom, nextDay) : nextDay,
    serve(pollRequest) {
      const known = served.get(pollRequest);
      if (known !== undefined) return known;
      const found = answer(pollRequest);
      const [format, sha256] = [pollRequest.format.extension.slice(1), found.etag.slice(1, -1)];
      const signed = signatures.of({ format, revision: number, sha256, validUntil });
      if (signed instanceof Promise) return signed.then((late) => finish(pollRequest, found, late));
      return finish(pollRequest, found, signed);
    },
  };
}

/** The ETag is the SHA-256 of the bytes, so that an agent can tell a damaged body from a whole one. */
function toAnswer(format: Format, body: Buffer, shared: readonly string[]): Omit<Answer, 'ring' | 'counters'> {
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  return {
    etag,
    body,
    headers: ['ETag', etag, ...shared],
    contentHeaders: ['Content-Type', format.contentType, 'Content-Length', String(body.length)],
  };
}

function toServed(answer: Answer, { machine, format }: PollRequest, revision: number, pollAfter: number): PollResponse {
  const { ring, counters, etag, body, headers, contentHeaders } = answer;
  const headers304 = [...headers, 'Pinward-Poll-After', String(pollAfter)];
  const asked = { machine: machine.name, cli: machine.cli, format: format.extension, ring, revision };
  return { etag, body, headers304, headers200: [...headers304, ...contentHeaders], asked, counters };
}

/** The same for a machine as long as the pace is the same. */
function pollAfterOf(seconds: number, { machine: { name, email } }: PollRequest): number {
  return Math.round(seconds * (1 - (phase * bucketOf('phase', name ?? email ?? '')) / buckets));
}
