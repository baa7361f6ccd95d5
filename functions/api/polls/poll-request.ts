// What a poll asks: which machine, in which format, for whom. Read from path, query and headers; also used by explain.

import type { IncomingMessage } from 'node:http';
import { fail, ok, type Result } from '../../../shared/domain/fault.ts';
import { isVersion } from '../../../shared/domain/models/version.ts';
import type { Machine } from '../../../shared/domain/serving/machine.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import { credentialOf } from '../auth/credential.ts';
import type { Bucket, Rates } from '../traffic/rate-limit.ts';
import { type Format, formatOf, formats, negotiateFormat } from './render/formats.ts';

export interface PollRequest {
  readonly machine: Machine;
  readonly format: Format;
}

const path = '/v1/pins';
const maxEntries = 10_000;

/** A question that was read before, and how often it may be asked. */
interface Remembered {
  readonly pollRequest: Result<PollRequest>;
  readonly bucket: Bucket;
}

const asked = new WeakMap<Caller, Map<string, Remembered>>();

/** Whether a request is a poll, by the start of its URL. */
export function isPoll(url: string): boolean {
  if (!url.startsWith(path)) return false;
  const next = url.charAt(path.length);
  return next === '' || next === '.' || next === '?';
}

/** Reads a poll: at once from a caller who is known. Faults are the caller's: method, token, format, a parameter or haste. */
export function readPollRequest(
  request: IncomingMessage,
  authenticator: Authenticator,
  rates: Rates,
): Result<PollRequest> | Promise<Result<PollRequest>> {
  const { method = '' } = request;
  if (method !== 'GET' && method !== 'HEAD')
    return fail({ code: 'method_unsupported', method, allowed: ['GET', 'HEAD'] });
  const caller = authenticator.identify(credentialOf(request));
  if (caller instanceof Promise)
    return caller.then((late) => (late.ok ? questionOf(request, late.value, rates) : late));
  return caller.ok ? questionOf(request, caller.value, rates) : caller;
}

function questionOf({ url = '', headers }: IncomingMessage, caller: Caller, rates: Rates): Result<PollRequest> {
  const known = asked.get(caller)?.get(url);
  if (known !== undefined) return inTime(known);
  const mark = url.indexOf('?');
  const extension = url.slice(path.length, mark === -1 ? undefined : mark);
  const format = extension === '' ? negotiateFormat(headers.accept) : formatOf(extension);
  if (format === null) {
    const offered = formats.map((each) => (extension === '' ? each.accept : each.extension));
    return fail({ code: 'format_unsupported', asked: (extension || String(headers.accept)).slice(0, 200), offered });
  }
  const machine = readMachine(new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)), caller);
  if (!machine.ok) return machine;
  const { name, cli } = machine.value;
  const wait = cli === null ? 0 : rates.version(caller, cli);
  if (wait > 0) return fail({ code: 'rate_limited', seconds: wait });
  const read = { pollRequest: ok({ machine: machine.value, format }), bucket: rates.machine(caller, name) };
  if (extension !== '') remember(caller, url, read);
  return inTime(read);
}

/** A machine asks the same all day. */
function remember(caller: Caller, url: string, read: Remembered): void {
  const urls = asked.get(caller) ?? new Map<string, Remembered>();
  if (urls.size >= maxEntries) urls.clear();
  asked.set(caller, urls.set(url, read));
}

function inTime({ pollRequest, bucket }: Remembered): Result<PollRequest> {
  const seconds = bucket.take();
  return seconds > 0 ? fail({ code: 'rate_limited', seconds }) : pollRequest;
}

/** The machine that a query describes; name and CLI may be left out, but not be wrong. */
export function readMachine(
  query: URLSearchParams,
  { email, labels }: Pick<Caller, 'email' | 'labels'>,
): Result<Machine> {
  const name = query.get('machine') || null;
  const cli = query.get('cli') || null;
  if (name !== null && !/^[A-Za-z0-9._:-]{1,128}$/.test(name)) {
    return refuse('machine', name, 'up to 128 of A-Z a-z 0-9 . _ : -');
  }
  if (cli !== null && !isVersion(cli)) return refuse('cli', cli, "Claude Code's version, such as 2.1.331");
  return ok({ name, email, labels, cli });
}

function refuse(parameter: string, value: string, expected: string): Result<never> {
  return fail({ code: 'parameter_invalid', parameter, value: value.slice(0, 200), expected });
}
