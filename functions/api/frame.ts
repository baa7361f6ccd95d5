// A frame: one published revision on one day, with every answer made from it so far. A poll looks its answer up here;
// each distinct one is resolved, rendered and hashed once. Replaced when the revision, the day or the pace of polls changes.

import { createHash } from 'node:crypto';
import { type Catalogue, extendCatalogue } from '../../shared/domain/catalogue.ts';
import type { Published } from '../../shared/domain/documents.ts';
import { ringChooser } from '../../shared/domain/machine.ts';
import { resolve } from '../../shared/domain/resolve.ts';
import type { Question } from './question.ts';
import type { Format } from './render/formats.ts';

export interface Answer {
  readonly ring: string;
  readonly etag: string;
  readonly body: Buffer;
  /** Names and values by turns, as writeHead takes them. */
  readonly headers200: string[];
  readonly headers304: string[];
}

export interface Frame {
  /** From when on (milliseconds) another frame must be made. */
  readonly expires: number;
  readonly revision: number;
  answer(question: Question): Answer;
}

/** For so long after a change machines come back often, so that a fleet is soon together. */
const movingForMs = 10 * 60_000;
const pollAfterMovingSeconds = 60;
const pollAfterQuietSeconds = 900;
/** How long a machine may trust an answer that it can't refresh; counted from the end of the day, so it moves once a day. */
const validDays = 7;
const mostAnswers = 5_000;
const dayMs = 86_400_000;

export function createFrame(published: Published, staleSince: number | null, shipped: Catalogue, now: number): Frame {
  const { revision } = published;
  const catalogue = extendCatalogue(shipped, revision.policy.models);
  const chooseRing = ringChooser(revision.policy);
  const nextDay = (Math.floor(now / dayMs) + 1) * dayMs;
  const quietFrom = Date.parse(revision.at) + movingForMs;
  const isMoving = now < quietFrom;
  const day = new Date(now).toISOString().slice(0, 10);
  const shared = [
    'Pinward-Revision',
    String(revision.number),
    'Pinward-Poll-After',
    String(isMoving ? pollAfterMovingSeconds : pollAfterQuietSeconds),
    'Pinward-Valid-Until',
    `${new Date(nextDay + validDays * dayMs).toISOString().slice(0, 19)}Z`,
    'Cache-Control',
    'private, no-cache',
    'Vary',
    'Authorization, Accept',
    ...(staleSince === null ? [] : ['Pinward-Stale', `store unreachable since ${new Date(staleSince).toISOString()}`]),
  ];
  const answers = new Map<string, Answer>();
  const given = new WeakMap<Question, Answer>();

  return {
    expires: isMoving ? Math.min(quietFrom, nextDay) : nextDay,
    revision: revision.number,
    answer(question) {
      const known = given.get(question);
      if (known !== undefined) return known;
      const answer = make(question);
      given.set(question, answer);
      return answer;
    },
  };

  function make({ machine, format }: Question): Answer {
    const { ring, selector } = chooseRing(machine);
    const key = `${ring.name}\n${selector}\n${machine.cli}\n${format.extension}`;
    const made = answers.get(key);
    if (made !== undefined) return made;
    const { cli } = machine;
    const resolution = resolve({ policy: revision.policy, ring, selector, cli, catalogue, day });
    const answer = { ring: ring.name, ...toAnswer(format, format.render(resolution), shared) };
    if (answers.size >= mostAnswers) answers.clear();
    answers.set(key, answer);
    return answer;
  }
}

/** The ETag is the SHA-256 of the bytes, so that an agent can tell a damaged body from a whole one. */
function toAnswer(format: Format, text: string, shared: readonly string[]): Omit<Answer, 'ring'> {
  const body = Buffer.from(text);
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  const headers304 = ['ETag', etag, ...shared];
  const headers200 = [...headers304, 'Content-Type', format.contentType, 'Content-Length', String(body.length)];
  return { etag, body, headers200, headers304 };
}
