// The witness of the simulated fleet: asks the real poll, request and response included, what a machine has just been
// answered by the short way of fleet-answers.ts, and holds the two against each other.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from '../../functions/api/auth/authenticator.ts';
import type { Poll } from '../../functions/api/polls/poll.ts';
import type { PollRequest } from '../../functions/api/polls/poll-request.ts';
import { ok } from '../../shared/domain/fault.ts';
import type { Answer } from './fleet-answers.ts';
import type { Instance } from './fleet-instance.ts';

export class Witness {
  asked = 0;
  readonly #polls = new Map<Instance, Poll>();
  #pollRequest: PollRequest | null = null;
  #counted = '';
  readonly #authenticator: Authenticator = {
    identify: () => {
      const { email = null, labels = {} } = this.#pollRequest?.machine ?? {};
      return ok({ name: 'machine', role: 'machine', isPerson: false, email, labels });
    },
    firstOwners: [],
    setAccess: () => undefined,
    adminTokenLastDay: () => Promise.resolve(null),
  };

  /** What differs, in words; null for nothing. */
  compare(instance: Instance, pollRequest: PollRequest, answer: Answer, pollAfter: number): string | null {
    this.asked += 1;
    this.#pollRequest = pollRequest;
    this.#counted = '';
    const { status, headers } = this.#ask(this.#pollOf(instance), pollRequest);
    const { name } = pollRequest.machine;
    const { revision, ring, counters, etag } = answer;
    const counted = name === null ? '' : `${name} ${revision} ${ring} ${counters}`;
    const short = `200 ${etag} ${revision} ${pollAfter} ${counted}`;
    const real = [status, headers.get('ETag'), headers.get('Pinward-Revision'), headers.get('Pinward-Poll-After')];
    const full = `${real.join(' ')} ${this.#counted}`;
    return short === full ? null : `${full}, not ${short}`;
  }

  #pollOf(instance: Instance): Poll {
    const known = this.#polls.get(instance);
    if (known !== undefined) return known;
    const poll = instance.realPoll(this.#authenticator, {
      polled: (machine, revision, ring, counters) => {
        this.#counted = `${machine} ${revision} ${ring} ${counters}`;
      },
      reported: () => undefined,
      flush: () => Promise.resolve(),
    });
    this.#polls.set(instance, poll);
    return poll;
  }

  #ask(poll: Poll, { machine: { name, cli }, format }: PollRequest) {
    const query = [name === null ? '' : `machine=${name}`, cli === null ? '' : `cli=${cli}`].join('&');
    const answer = { status: 0, headers: new Map<string, string>() };
    const request = { method: 'GET', url: `/v1/pins${format.extension}?${query}`, headers: {}, rawHeaders: [] };
    const response = {
      headersSent: false,
      writeHead(status: number, headers: readonly string[]) {
        answer.status = status;
        for (let at = 0; at < headers.length; at += 2) answer.headers.set(headers[at] ?? '', headers[at + 1] ?? '');
      },
      end() {},
    };
    // All of the two that a poll looks at.
    poll(request as unknown as IncomingMessage, response as unknown as ServerResponse, undefined);
    return answer;
  }
}
