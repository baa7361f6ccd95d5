// The poll: GET /v1/pins, what every machine of the fleet asks all day. It runs before and without Hono, reads no store
// and writes nothing; all that it does for a request it has seen the like of is look up an answer.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Catalogue } from '../../shared/domain/catalogue.ts';
import { type Fault, fail, ok, type Result } from '../../shared/domain/fault.ts';
import type { Machine } from '../../shared/domain/machine.ts';
import { isVersion } from '../../shared/domain/version.ts';
import type { Clock } from '../../shared/ports.ts';
import type { Caller, Callers } from './caller.ts';
import { type Answer, createFrame, type Frame } from './frame.ts';
import { sendProblem } from './problem.ts';
import { type Format, formatOf, formats, negotiateFormat } from './render/formats.ts';
import type { Known, Snapshot } from './snapshot.ts';

export interface PollPorts {
  readonly snapshot: Snapshot;
  readonly callers: Callers;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

/** Answers the request if it is a poll; false when it is something else. */
export type Poll = (request: IncomingMessage, response: ServerResponse) => boolean;

const path = '/v1/pins';

export function createPoll({ snapshot, callers, catalogue, clock }: PollPorts): Poll {
  let frame: Frame | null = null;
  let framed: Known | null = null;

  function frameOf(known: Known): Frame | null {
    const now = clock();
    if (frame !== null && framed === known && now < frame.expires) return frame;
    if (known.published === null) return null;
    framed = known;
    frame = createFrame(known.published, known.staleSince, catalogue, now);
    return frame;
  }

  function find(request: IncomingMessage, caller: Caller, known: Result<Known>): Result<Answer> {
    if (!known.ok) return known;
    const asked = readQuestion(request.url ?? '', request.headers.accept, caller);
    if (!asked.ok) return asked;
    const current = frameOf(known.value);
    return current === null ? fail({ code: 'no_policy' }) : ok(current.answer(asked.value.machine, asked.value.format));
  }

  function answer(request: IncomingMessage, response: ServerResponse, caller: Caller, known: Result<Known>): void {
    const isHead = request.method === 'HEAD';
    const found = find(request, caller, known);
    if (!found.ok) {
      sendProblem(response, found.fault, isHead);
      return;
    }
    const { etag, body, headers200, headers304 } = found.value;
    if (holds(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers304);
      response.end();
      return;
    }
    response.writeHead(200, headers200);
    response.end(isHead ? undefined : body);
  }

  return function poll(request, response) {
    if (!isPoll(request.url ?? '')) return false;
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD')
      return refuse({ code: 'method_unsupported', method: String(method), allowed: ['GET', 'HEAD'] });
    const caller = callers.identify(request.headers.authorization);
    if (caller === null) return refuse({ code: 'unauthenticated' });
    const known = snapshot.current();
    if (known instanceof Promise)
      known.then((late) => answer(request, response, caller, late)).catch(() => refuse({ code: 'internal' }));
    else answer(request, response, caller, known);
    return true;

    function refuse(fault: Fault | { readonly code: 'internal' }): boolean {
      sendProblem(response, fault, method === 'HEAD');
      return true;
    }
  };
}

function isPoll(url: string): boolean {
  if (!url.startsWith(path)) return false;
  const next = url.charAt(path.length);
  return next === '' || next === '.' || next === '?';
}

function readQuestion(
  url: string,
  accept: string | undefined,
  caller: Caller,
): Result<{ machine: Machine; format: Format }> {
  const mark = url.indexOf('?');
  const extension = url.slice(path.length, mark === -1 ? undefined : mark);
  const format = extension === '' ? negotiateFormat(accept) : formatOf(extension);
  if (format === null) {
    const offered = formats.map((each) => (extension === '' ? each.accept : each.extension));
    return fail({ code: 'format_unsupported', asked: extension || String(accept), offered });
  }
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  const machine = readMachine(query, caller);
  return machine.ok ? ok({ machine: machine.value, format }) : machine;
}

/** The machine that a query describes; name and CLI may be left out, but not be wrong. */
export function readMachine(
  query: URLSearchParams,
  { email, labels }: Pick<Caller, 'email' | 'labels'>,
): Result<Machine> {
  const name = query.get('machine') || null;
  const cli = query.get('cli') || null;
  if (name !== null && !/^[A-Za-z0-9._:-]{1,128}$/.test(name)) {
    return fail({
      code: 'parameter_invalid',
      parameter: 'machine',
      value: name.slice(0, 200),
      expected: 'up to 128 of A-Z a-z 0-9 . _ : -',
    });
  }
  if (cli !== null && !isVersion(cli)) {
    return fail({
      code: 'parameter_invalid',
      parameter: 'cli',
      value: cli.slice(0, 200),
      expected: "Claude Code's version, such as 2.1.331",
    });
  }
  return ok({ name, email, labels, cli });
}

/** RFC 9110, 13.1.2: a list of tags or `*`; weak comparison. */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
