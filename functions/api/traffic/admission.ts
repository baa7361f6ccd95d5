// Admission: who may take up an instance's time and memory with a call, decided before a byte of its body is read. It goes by
// what the route needs. A caller without the role is refused at once, and a caller has only a few calls in progress.

import { isAtLeast, type Role } from '../../../shared/domain/access/roles.ts';
import { ok } from '../../../shared/domain/fault.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';
import type { RequestClass } from './load-shedding.ts';
import type { RateLimiter } from './rate-limit.ts';

/** What a route needs, from the table of routes. */
export interface RouteNeeds {
  /** The lowest role that may make the call; null when anybody may. */
  readonly role: Role | null;
  readonly hasBody: boolean;
  /** Restore, abort, pause and freeze: they never wait for calls that raise risk. */
  readonly lowersRisk: boolean;
  /** Health: it takes no slot, so that no other call can keep it from its answer. */
  readonly alwaysAnswers: boolean;
}

interface Caller {
  readonly name: string;
  readonly role: Role;
}

export interface Admitted {
  /** Whose slots the call takes; null when it needs none. */
  readonly requestClass: RequestClass | null;
  /** Ends the call. */
  leave(): void;
}

export interface Admission {
  /** Faults: those of the caller, `forbidden`, `rate_limited`. */
  enter(needs: RouteNeeds, caller: ApiResult<Caller>): ApiResult<Admitted>;
}

/** Calls of one credential that may be in progress at once, in each request class. Machines share credentials. */
export const maxCallsInProgress = 3;

export function createAdmission(rateLimiter: RateLimiter): Admission {
  const inProgress = new Map<string, number>();

  function enterAs(requestClass: RequestClass, name: string): ApiResult<Admitted> {
    const key = `${requestClass} ${name}`;
    const calls = inProgress.get(key) ?? 0;
    if (calls >= maxCallsInProgress) return failHttp({ code: 'rate_limited', seconds: 1 });
    inProgress.set(key, calls + 1);
    return ok({ requestClass, leave: () => leave(key) });
  }

  function leave(key: string): void {
    const calls = (inProgress.get(key) ?? 1) - 1;
    if (calls === 0) inProgress.delete(key);
    else inProgress.set(key, calls);
  }

  return {
    enter({ role, lowersRisk, alwaysAnswers }, caller) {
      if (alwaysAnswers) {
        const seconds = rateLimiter.health();
        return seconds > 0 ? failHttp({ code: 'rate_limited', seconds }) : ok({ requestClass: null, leave: nothing });
      }
      if (role === null) return ok({ requestClass: 'open', leave: nothing });
      if (!caller.ok) return caller;
      if (!isAtLeast(caller.value.role, role)) {
        return failHttp({ code: 'forbidden', role: caller.value.role, needs: role });
      }
      if (role === 'machine') return ok({ requestClass: 'report', leave: nothing });
      const { name } = caller.value;
      const seconds = rateLimiter.caller(name);
      if (seconds > 0) return failHttp({ code: 'rate_limited', seconds });
      return enterAs(lowersRisk ? 'riskLowering' : 'admin', name);
    },
  };
}

function nothing(): void {}
