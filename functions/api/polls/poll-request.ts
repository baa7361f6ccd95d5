// A poll request: a machine's request for its pins in one format. It is read from the path, the query and the Accept
// header. Of the query only `machine` and `cli` are read: other parameters are ignored.

import type { IncomingMessage } from 'node:http';
import { ok } from '../../../shared/domain/fault.ts';
import { isVersion } from '../../../shared/domain/models/version.ts';
import type { Machine } from '../../../shared/domain/serving/machine.ts';
import type { Caller } from '../auth/caller.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';
import { type Format, formatOf, formats, negotiateFormat } from './render/formats.ts';

export interface PollRequest {
  readonly machine: Machine;
  readonly format: Format;
}

const path = '/v1/pins';
/** A machine name and a version take 200 bytes at most. */
const maxQueryBytes = 1_024;
const shortQueryBytes = 256;
const equalsSign = 61;

/**
 * Whether a URL is that of a poll: /v1/pins with or without an extension and a query, such as /v1/pins.sh?cli=2.1.331.
 */
export function isPoll(url: string): boolean {
  if (!url.startsWith(path)) return false;
  const next = url.charAt(path.length);
  return next === '' || next === '.' || next === '?';
}

/** Faults: `query_too_long`, `format_unsupported`, `parameter_invalid`. */
export function readPollRequest({ url = '', headers }: IncomingMessage, caller: Caller): ApiResult<PollRequest> {
  const at = url.indexOf('?');
  const query = at === -1 ? '' : url.slice(at + 1);
  if (query.length > maxQueryBytes) return failHttp({ code: 'query_too_long', limitBytes: maxQueryBytes });
  const extension = url.slice(path.length, at === -1 ? undefined : at);
  const format = extension === '' ? negotiateFormat(headers.accept) : formatOf(extension);
  if (format === null) {
    const offered = formats.map((each) => (extension === '' ? each.accept : each.extension));
    return failHttp({
      code: 'format_unsupported',
      requested: (extension || String(headers.accept)).slice(0, 200),
      offered,
    });
  }
  const machine = readMachine(parameterOf(query, 'machine'), parameterOf(query, 'cli'), caller);
  return machine.ok ? ok({ machine: machine.value, format }) : machine;
}

/** The machine that a query describes. An absent value is null or empty. Faults: `parameter_invalid`. */
export function readMachine(
  name: string | null,
  cli: string | null,
  { email, labels }: Pick<Caller, 'email' | 'labels'>,
): ApiResult<Machine> {
  if (name !== null && name !== '' && !/^[A-Za-z0-9._:-]{1,128}$/.test(name)) {
    return refuse('machine', name, 'up to 128 of A-Z a-z 0-9 . _ : -');
  }
  if (cli !== null && cli !== '' && !isVersion(cli))
    return refuse('cli', cli, "Claude Code's version, such as 2.1.331");
  return ok({ name: name || null, email, labels, cli: cli || null });
}

/** The same as URLSearchParams.get, which alone would cost as much as the rest of a poll. */
function parameterOf(query: string, name: string): string | null {
  if (query.includes('%') || query.includes('+')) return new URLSearchParams(query).get(name);
  for (let start = 0; start < query.length; ) {
    const ampersand = query.indexOf('&', start);
    const end = ampersand === -1 ? query.length : ampersand;
    const nameEnd = start + name.length;
    const isNamed = query.startsWith(name, start) && (nameEnd === end || query.charCodeAt(nameEnd) === equalsSign);
    if (isNamed) return ownCopy(query.slice(nameEnd + 1, end), query);
    start = end + 1;
  }
  return null;
}

/** A slice keeps the whole URL in memory, and caches keep names for long. A short URL is not worth the copy. */
function ownCopy(text: string, { length }: string): string {
  return length <= shortQueryBytes ? text : Buffer.from(text).toString();
}

function refuse(parameter: string, value: string, expected: string): ApiResult<never> {
  return failHttp({ code: 'parameter_invalid', parameter, value: value.slice(0, 200), expected });
}
