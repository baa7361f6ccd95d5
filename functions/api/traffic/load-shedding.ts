// What an instance takes when more comes than it can answer; api.ts asks it for each request. Polls are answered in the turn
// of the event loop in which they were read, so a turn lasts as long as what waited for it, and the rule is: when for a tenth
// of a second, and four turns, each turn had 16 requests or more and took 5 ms or longer, and no rest lay between them, a queue
// stands, and refreshes (polls with If-None-Match: the machine has pins) are shed with 503 and Retry-After; from 250 ms on
// logins, too. Admin calls never. After that refreshes come back a few at a time, or those that were held off would make the
// next queue at once. What can't be answered in its turn has shares of the places in flight, which together stay below the
// concurrency that infra/api.tf gives an instance, so that an admin finds one.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../../shared/ports.ts';
import type { Log } from '../../log.ts';
import { type ProblemAnswer, problemAnswer } from '../problems/problem.ts';

/** Places in flight. Logins may take those of refreshes, so that refreshes are shed first. */
export const maxInFlight = { refresh: 70, login: 90, admin: 32, other: 70 } as const;

/** `other`: reports, health and keys, and callers who are nobody. */
export type RequestClass = keyof typeof maxInFlight;

export interface LoadShedding {
  /** Whether this request was shed, and so is answered; asked before anything else looks at it. */
  shed(request: IncomingMessage, response: ServerResponse, pollClass: 'login' | 'refresh' | null): boolean;
  /** Takes a place: 0, or after how many seconds to try again. */
  acquire(requestClass: RequestClass): number;
  release(requestClass: RequestClass): void;
}

interface LoadSheddingPorts {
  readonly log: Log;
  /** Milliseconds that only grow. */
  readonly clock?: Clock;
  /** Calls back when the turn of the event loop is over. */
  readonly afterTurn?: (then: () => void) => void;
}

type Pressure = 'none' | 'refreshes' | 'logins';

const windowMs = 100;
/** One turn may be long for other reasons, such as the first policy or a collection of garbage. */
const windowTurns = 4;
/**
 * At nine tenths of capacity turns were measured at 1 to 2 ms, most of them with a single request; 64 connections that
 * never rest make turns of 5 to 20 ms.
 */
const refreshTurnMs = 5;
const loginTurnMs = 250;
/** Fewer are no queue, but work that is slow. */
const queueLength = 16;
/** Once shed, refreshes are shed for so long at least, or they would be back at once. */
const holdMs = 1_000;
/** For so long after that, no more than so many refreshes are answered in a turn. */
const waryMs = 4_000;
const waryRefreshes = 2;
/** A connection whose poll was shed is not read for this long, and a millisecond more for each other that waits so. */
const pauseMs = 250;

/** What the machine is told to wait: each other than the one before it. */
function retryAfterOf(turn: number): number {
  return 30 + ((turn * 37) % 61);
}

export function createLoadShedding({
  log,
  clock = () => performance.now(),
  afterTurn = setImmediate,
}: LoadSheddingPorts): LoadShedding {
  const inFlight = { poll: 0, admin: 0, other: 0 };
  let pressure: Pressure = 'none';
  let began: number | null = null;
  let inTurn = 0;
  let refreshesInTurn = 0;
  let turns = 0;
  let ended = clock();
  let windowFrom = ended;
  let shortest = Number.POSITIVE_INFINITY;
  let heldUntil = 0;
  let isWary = false;
  let shedSince = 0;
  let paused = 0;
  let refused = 0;

  function noteRequest(): void {
    inTurn += 1;
    if (began !== null) return;
    began = clock();
    // The loop had nothing to do in between.
    if (began - ended >= refreshTurnMs) {
      shortest = 0;
      if (began >= heldUntil) settle('none', began);
    }
    afterTurn(noteEnd);
  }

  function noteEnd(): void {
    ended = clock();
    shortest = inTurn < queueLength ? 0 : Math.min(shortest, ended - (began ?? ended));
    began = null;
    inTurn = 0;
    refreshesInTurn = 0;
    turns += 1;
    if (pressure === 'none' && isWary) isWary = ended < heldUntil + waryMs;
    if (ended - windowFrom < windowMs || turns < windowTurns) return;
    settle(pressureOf(shortest), ended);
    windowFrom = ended;
    turns = 0;
    shortest = Number.POSITIVE_INFINITY;
  }

  function settle(found: Pressure, now: number): void {
    if (found !== 'none') heldUntil = now + holdMs;
    const next = found === 'none' && now < heldUntil ? 'refreshes' : found;
    if (next === pressure) return;
    log.warn('overload', { shed: next, answered503: shedSince });
    if (next === 'none') shedSince = 0;
    isWary = true;
    pressure = next;
  }

  function pause(socket: Socket): void {
    paused += 1;
    // After the answer has left, which would read on.
    setImmediate(() => socket.pause());
    setTimeout(() => {
      paused -= 1;
      socket.resume();
    }, pauseMs + paused).unref();
  }

  return {
    shed(request, response, pollClass) {
      noteRequest();
      if ((pressure === 'none' && !isWary) || pollClass === null) return false;
      if (pressure !== 'logins' && pollClass === 'login') return false;
      if (pressure === 'none' && ++refreshesInTurn <= waryRefreshes) return false;
      shedSince += 1;
      answerShed(request, response, shedSince);
      pause(request.socket);
      return true;
    },
    acquire(requestClass) {
      const kind = kindOf(requestClass);
      if (inFlight[kind] >= maxInFlight[requestClass]) return retryAfterOf(++refused);
      inFlight[kind] += 1;
      return 0;
    },
    release(requestClass) {
      inFlight[kindOf(requestClass)] -= 1;
    },
  };
}

function pressureOf(shortest: number): Pressure {
  if (shortest >= loginTurnMs) return 'logins';
  return shortest >= refreshTurnMs ? 'refreshes' : 'none';
}

function kindOf(requestClass: RequestClass): 'poll' | 'admin' | 'other' {
  return requestClass === 'refresh' || requestClass === 'login' ? 'poll' : requestClass;
}

/** Made once for each time that a machine is told to wait. */
const answers = new Map<number, ProblemAnswer>();

function answerShed({ method }: IncomingMessage, response: ServerResponse, turn: number): void {
  const seconds = retryAfterOf(turn);
  const answer = answers.get(seconds) ?? problemAnswer({ code: 'overloaded', seconds });
  answers.set(seconds, answer);
  response.writeHead(answer.status, answer.headers);
  response.end(method === 'HEAD' ? undefined : answer.body);
}
