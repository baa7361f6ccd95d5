// Slack: posts a message through an incoming webhook and says what came of it. The webhook's URL is a secret: reasons are
// made of our own words and of codes, never of an error's message.

import type { FetchFunction } from '@slack/webhook';
import { dayMs } from '../domain/day.ts';
import type { Posted } from '../domain/events/announcement.ts';
import type { Channel, Clock } from '../ports.ts';
import { payloadOf } from './slack-blocks.ts';

interface SlackOptions {
  /** How long a post may take, its answer included (milliseconds). Well below the lease of an announcement. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/** The head of Slack's answer, which the SDK's errors leave out in part. */
interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** Slack's words for a webhook that takes nothing any more, whatever the status beside them. */
const revoking = new Set([
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
/** Errors that come before the first byte of a request: no address, no connection, no trust in the certificate. */
const unsent =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|(?:ERR_TLS_)?CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;

/** Throws when the URL can't be a webhook's; its text is in no error. */
export function openSlack(url: string, options: SlackOptions = {}): Channel {
  checkUrl(url);
  const { timeoutMs = 10_000, clock = Date.now, fetch = globalThis.fetch } = options;
  return {
    async post(message) {
      const { IncomingWebhook } = await import('@slack/webhook');
      const noted: Answer[] = [];
      const noting: FetchFunction = async (to, init) => {
        // A connection for each post: one that Slack closed while this instance slept would leave the post unanswered.
        const headers = { ...init?.headers, Connection: 'close' };
        // `manual` doesn't follow a redirect either, and lets its status be seen.
        const response = await fetch(to, { ...init, headers, redirect: 'manual' });
        noted.push({ status: response.status, retryAfter: response.headers.get('retry-after') });
        return response;
      };
      try {
        await new IncomingWebhook(url, { timeout: timeoutMs, fetch: noting }).send(payloadOf(message));
        return { kind: 'accepted' };
      } catch (error) {
        const [answer] = noted;
        return answer === undefined ? explainSilence(error) : judge(answer, wordOf(error), clock());
      }
    },
  };
}

function checkUrl(url: string): void {
  const parsed = URL.parse(url);
  const example = 'it must be one such as https://hooks.slack.com/services/T…/B…/…';
  if (parsed === null) throw new Error(`the URL of the Slack webhook can not be read: ${example}`);
  if (parsed.username !== '' || parsed.password !== '')
    throw new Error(`the URL of the Slack webhook has a user or a password in it: ${example}`);
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname);
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && isLocal))
    throw new Error(`the URL of the Slack webhook is not https: ${example}`);
}

/** Slack's word for what is wrong, such as `invalid_blocks`; a body of any other form is not repeated. */
function wordOf(error: unknown): string | null {
  const body = error instanceof Error && 'body' in error && typeof error.body === 'string' ? error.body.trim() : '';
  return /^[a-z_]{2,64}$/.test(body) ? body : null;
}

function judge({ status, retryAfter }: Answer, word: string | null, now: number): Posted {
  // Its head said so, and only the end of the answer is missing.
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const reason = `Slack answered ${status}${word === null ? '' : `: ${word}`}`;
  if ((word !== null && revoking.has(word)) || [401, 403, 404, 410].includes(status))
    return { kind: 'revoked', reason };
  // A gateway that waited in vain: whoever is behind it may have taken the post.
  if (status === 504) return { kind: 'unanswered', reason };
  const isTransient = status === 429 || status === 408 || status >= 500 || status < 400;
  return isTransient
    ? { kind: 'refused', reason, retryAfterMs: readWait(retryAfter, now) }
    : { kind: 'malformed', reason };
}

/** Retry-After as seconds or an HTTP date (RFC 9110, 10.2.3) in milliseconds, a day at most. */
function readWait(text: string | null, now: number): number | null {
  if (text === null) return null;
  const wait = /^\d+$/.test(text)
    ? Number(text) * 1000
    : /^[A-Z][a-z]{2,8},? /.test(text)
      ? Date.parse(text) - now
      : NaN;
  return Number.isNaN(wait) ? null : Math.min(dayMs, Math.max(0, wait));
}

/** No answer: refused only where that proves that no request went out, since a post that was taken must not be repeated. */
function explainSilence(error: unknown): Posted {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 9; at = at.cause) chain.push(at);
  if (chain.some(({ name }) => name === 'TimeoutError'))
    return { kind: 'unanswered', reason: 'Slack did not answer in time' };
  const code = chain.map(codeOf).findLast((found) => found !== null) ?? 'unknown error';
  if (chain.some(provesUnsent))
    return { kind: 'refused', reason: `no connection to Slack: ${code}`, retryAfterMs: null };
  return { kind: 'unanswered', reason: `the connection to Slack broke before an answer: ${code}` };
}

function provesUnsent(error: Error): boolean {
  // Several addresses were tried in vain, which happens only before there is a connection.
  if (error instanceof AggregateError) return true;
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')) return true;
  if (error.message === 'Client network socket disconnected before secure TLS connection was established') return true;
  return unsent.test(codeOf(error) ?? '');
}

function codeOf(error: Error): string | null {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : null;
}
