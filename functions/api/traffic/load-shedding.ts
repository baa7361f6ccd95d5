// Load shedding: which requests an instance refuses with 503 and Retry-After while more arrive than it can answer.
//
// A refresh is a poll with If-None-Match: its machine already has pins. Any other poll is a login. A turn is one round
// of the event loop. Polls are answered in the turn in which they were read, so a queue makes turns long and full:
// - There is a queue when, for 100 ms and 4 turns, each turn had 16 or more requests and took 5 ms or longer, and no
//   two turns had 5 ms of idle time between them.
// - While there is a queue, refreshes are shed. When each turn takes 250 ms, logins are shed too. No other call is.
// - After that, a turn answers only a few refreshes. Otherwise all that were shed would make the next queue.
//
// A request that can't be answered in its turn takes a slot of its class. All slots together are fewer than the
// concurrency that infra/api.tf gives an instance, so admin calls always have theirs.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../../shared/ports.ts';
import type { Log } from '../../log.ts';
import { type ProblemResponse, problemResponse } from '../problems/problem.ts';

/** Slots for requests in flight. Both kinds of polls count together, so refreshes run out of slots before logins. */
export const maxInFlight = { refresh: 70, login: 90, admin: 24, riskLowering: 8, report: 40, open: 30 } as const;

/** `riskLowering`: restore, abort, pause and freeze. `open`: calls that anybody may make, such as health and keys. */
export type RequestClass = keyof typeof maxInFlight;

export interface LoadShedding {
  /**
   * Counts a request, before anything else reads it. True when the request was shed: then its response is sent.
   * `pollClass` is null for calls that are no polls.
   */
  shed(request: IncomingMessage, response: ServerResponse, pollClass: 'login' | 'refresh' | null): boolean;
  /** Takes a slot. It returns 0, or the seconds for Retry-After when the class has none left. */
  acquire(requestClass: RequestClass): number;
  release(requestClass: RequestClass): void;
}

interface LoadSheddingPorts {
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly clock?: Clock;
  /** Calls back when this turn of the event loop has ended. */
  readonly afterTurn?: (then: () => void) => void;
}

type Pressure = 'none' | 'refreshes' | 'logins';

const windowMs = 100;
/** A few turns may be long for other reasons, such as the first policy or garbage collection. */
const windowTurns = 4;
/**
 * Measured: at 90 % of capacity a turn takes 1 to 2 ms, mostly with a single request. With 64 connections that always
 * have a request waiting, a turn takes 5 to 20 ms.
 */
const refreshTurnMs = 5;
const loginTurnMs = 250;
/** Long turns with fewer requests mean slow work, not a queue. */
const queueLength = 16;
/** Refreshes are shed for at least this long, or the queue would be back at once. */
const minShedMs = 1_000;
/** For this long after that, a turn answers only a few refreshes. */
const recoveryMs = 4_000;
const recoveryRefreshes = 2;
/** After a shed poll its connection is not read for this long, and 1 ms longer for each other connection that waits. */
const pauseMs = 250;

/** Seconds, 30 to 90. Consecutive numbers give different waits, so the machines come back spread out. */
function retryAfterOf(shedNumber: number): number {
  return 30 + ((shedNumber * 37) % 61);
}

export function createLoadShedding({
  log,
  clock = () => performance.now(),
  afterTurn = setImmediate,
}: LoadSheddingPorts): LoadShedding {
  const inFlight = { poll: 0, admin: 0, riskLowering: 0, report: 0, open: 0 };
  let pressure: Pressure = 'none';
  let turnStart: number | null = null;
  let requestsInTurn = 0;
  let refreshesInTurn = 0;
  let turns = 0;
  let turnEnd = clock();
  let windowStart = turnEnd;
  let shortestTurnMs = Number.POSITIVE_INFINITY;
  let shedUntil = 0;
  let isRecovering = false;
  let shedCount = 0;
  let pausedCount = 0;
  let refusedCount = 0;

  function countRequest(): void {
    requestsInTurn += 1;
    if (turnStart !== null) return;
    turnStart = clock();
    // The loop was idle, so there is no queue.
    if (turnStart - turnEnd >= refreshTurnMs) {
      shortestTurnMs = 0;
      if (turnStart >= shedUntil) setPressure('none', turnStart);
    }
    afterTurn(endTurn);
  }

  function endTurn(): void {
    turnEnd = clock();
    shortestTurnMs = requestsInTurn < queueLength ? 0 : Math.min(shortestTurnMs, turnEnd - (turnStart ?? turnEnd));
    turnStart = null;
    requestsInTurn = 0;
    refreshesInTurn = 0;
    turns += 1;
    if (pressure === 'none' && isRecovering) isRecovering = turnEnd < shedUntil + recoveryMs;
    if (turnEnd - windowStart < windowMs || turns < windowTurns) return;
    setPressure(pressureOf(shortestTurnMs), turnEnd);
    windowStart = turnEnd;
    turns = 0;
    shortestTurnMs = Number.POSITIVE_INFINITY;
  }

  function setPressure(measured: Pressure, now: number): void {
    if (measured !== 'none') shedUntil = now + minShedMs;
    const next = measured === 'none' && now < shedUntil ? 'refreshes' : measured;
    if (next === pressure) return;
    log.warn('overload', { shed: next, answered503: shedCount });
    if (next === 'none') shedCount = 0;
    isRecovering = true;
    pressure = next;
  }

  function pause(socket: Socket): void {
    pausedCount += 1;
    // Only after the response was sent, because sending it resumes the socket.
    setImmediate(() => socket.pause());
    setTimeout(() => {
      pausedCount -= 1;
      socket.resume();
    }, pauseMs + pausedCount).unref();
  }

  return {
    shed(request, response, pollClass) {
      countRequest();
      if ((pressure === 'none' && !isRecovering) || pollClass === null) return false;
      if (pressure !== 'logins' && pollClass === 'login') return false;
      if (pressure === 'none' && ++refreshesInTurn <= recoveryRefreshes) return false;
      shedCount += 1;
      sendOverloaded(request, response, shedCount);
      pause(request.socket);
      return true;
    },
    acquire(requestClass) {
      const kind = kindOf(requestClass);
      if (inFlight[kind] >= maxInFlight[requestClass]) return retryAfterOf(++refusedCount);
      inFlight[kind] += 1;
      return 0;
    },
    release(requestClass) {
      inFlight[kindOf(requestClass)] -= 1;
    },
  };
}

function pressureOf(shortestTurnMs: number): Pressure {
  if (shortestTurnMs >= loginTurnMs) return 'logins';
  return shortestTurnMs >= refreshTurnMs ? 'refreshes' : 'none';
}

function kindOf(requestClass: RequestClass): 'poll' | Exclude<RequestClass, 'refresh' | 'login'> {
  return requestClass === 'refresh' || requestClass === 'login' ? 'poll' : requestClass;
}

/** Cached by the seconds of Retry-After. */
const responses = new Map<number, ProblemResponse>();

function sendOverloaded({ method }: IncomingMessage, response: ServerResponse, shedNumber: number): void {
  const seconds = retryAfterOf(shedNumber);
  const overloaded = responses.get(seconds) ?? problemResponse({ code: 'overloaded', seconds });
  responses.set(seconds, overloaded);
  response.writeHead(overloaded.status, overloaded.headers);
  response.end(method === 'HEAD' ? undefined : overloaded.body);
}
