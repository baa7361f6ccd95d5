// The Slack channel: posts a message through an incoming webhook and classifies the result. The webhook's URL is a
// secret, so a reason has only constant text and codes, never an error's message.

import type { FetchFunction } from '@slack/webhook';
import { dayMs } from '../domain/day.ts';
import type { Posted } from '../domain/events/announcement.ts';
import type { Channel, Clock } from '../ports.ts';
import { payloadOf } from './slack-blocks.ts';

interface SlackOptions {
  /** For a post with its response. Must be well below the lease of an announcement. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/** The parts of Slack's response that the SDK's errors lack. */
interface ResponseHead {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** Slack's error codes for a webhook that can't post any more, with any status. */
const revokedCodes = new Set([
  'action_prohibited',
  'channel_is_archived',
  'channel_not_found',
  'invalid_token',
  'no_active_hooks',
  'no_service',
  'no_service_id',
  'no_team',
  'posting_to_general_channel_denied',
  'team_disabled',
  'user_not_found',
]);
/** Error codes before a request is sent: no address, no connection, an untrusted certificate. */
const unsentCodes =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|(?:ERR_TLS_)?CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;

/** Throws when the URL isn't a webhook's. The error doesn't contain the URL. */
export function openSlack(url: string, options: SlackOptions = {}): Channel {
  checkUrl(url);
  const { timeoutMs = 10_000, clock = Date.now, fetch = globalThis.fetch } = options;
  return {
    async post(message) {
      const { IncomingWebhook } = await import('@slack/webhook');
      const responses: ResponseHead[] = [];
      const recordingFetch: FetchFunction = async (to, init) => {
        // A new connection for each post. Slack may close an idle one, and then a post would get no response.
        const headers = { ...init?.headers, Connection: 'close' };
        // `manual` shows the status of a redirect and doesn't follow it.
        const response = await fetch(to, { ...init, headers, redirect: 'manual' });
        responses.push({ status: response.status, retryAfter: response.headers.get('retry-after') });
        return response;
      };
      try {
        await new IncomingWebhook(url, { timeout: timeoutMs, fetch: recordingFetch }).send(payloadOf(message));
        return { kind: 'accepted' };
      } catch (error) {
        const [response] = responses;
        return response === undefined ? classifyNoResponse(error) : classify(response, readCode(error), clock());
      }
    },
  };
}

function checkUrl(url: string): void {
  const parsed = URL.parse(url);
  const example = 'use one like https://hooks.slack.com/services/T…/B…/…';
  if (parsed === null) throw new Error(`the URL of the Slack webhook is invalid: ${example}`);
  if (parsed.username !== '' || parsed.password !== '')
    throw new Error(`the URL of the Slack webhook has a user or a password: ${example}`);
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname);
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && isLocal))
    throw new Error(`the URL of the Slack webhook is not https: ${example}`);
}

/** Slack's error code, such as `invalid_blocks`. Null for any other body, which isn't shown. */
function readCode(error: unknown): string | null {
  const body = error instanceof Error && 'body' in error && typeof error.body === 'string' ? error.body.trim() : '';
  return /^[a-z_]{2,64}$/.test(body) ? body : null;
}

function classify({ status, retryAfter }: ResponseHead, code: string | null, now: number): Posted {
  // Slack accepted the post. Only the end of the response is missing.
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const reason = `Slack answered ${status}${code === null ? '' : `: ${code}`}`;
  if ((code !== null && revokedCodes.has(code)) || [401, 403, 404, 410].includes(status))
    return { kind: 'revoked', reason };
  // A gateway timed out, but the server behind it may have accepted the post.
  if (status === 504) return { kind: 'unanswered', reason };
  const isTransient = status === 429 || status === 408 || status >= 500 || status < 400;
  return isTransient
    ? { kind: 'refused', reason, retryAfterMs: readWait(retryAfter, now) }
    : { kind: 'malformed', reason };
}

/** Milliseconds, at most a day, from a Retry-After in seconds or as an HTTP date (RFC 9110, 10.2.3). */
function readWait(text: string | null, now: number): number | null {
  if (text === null) return null;
  const wait = /^\d+$/.test(text)
    ? Number(text) * 1000
    : /^[A-Z][a-z]{2,8},? /.test(text)
      ? Date.parse(text) - now
      : NaN;
  return Number.isNaN(wait) ? null : Math.min(dayMs, Math.max(0, wait));
}

/** `refused` only if the error proves that no request was sent, because an accepted post must not be repeated. */
function classifyNoResponse(error: unknown): Posted {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 9; at = at.cause) chain.push(at);
  if (chain.some(({ name }) => name === 'TimeoutError'))
    return { kind: 'unanswered', reason: 'Slack did not answer in time' };
  const code = chain.map(codeOf).findLast((each) => each !== null) ?? 'unknown error';
  if (chain.some(provesUnsent))
    return { kind: 'refused', reason: `no connection to Slack: ${code}`, retryAfterMs: null };
  return { kind: 'unanswered', reason: `the connection to Slack broke before a response: ${code}` };
}

function provesUnsent(error: Error): boolean {
  // All addresses failed, which only happens before there is a connection.
  if (error instanceof AggregateError) return true;
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')) return true;
  if (error.message === 'Client network socket disconnected before secure TLS connection was established') return true;
  return unsentCodes.test(codeOf(error) ?? '');
}

function codeOf(error: Error): string | null {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : null;
}
