// A poll request: a machine's request for its pins in one format. It is read from the path, the query and the Accept
// header. Of the query only `machine` and `cli` are read, each at most once: other parameters are ignored.

import type { IncomingMessage } from 'node:http';
import { ok } from '../../../shared/domain/fault.ts';
import { isVersion } from '../../../shared/domain/models/version.ts';
import type { Machine } from '../../../shared/domain/serving/machine.ts';
import type { Caller } from '../auth/caller.ts';
import { createBoundedMap } from '../caching/bounded-map.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';
import { type Format, formatOf, formats, negotiateFormat } from './render/formats.ts';

export interface PollRequest {
  readonly machine: Machine;
  readonly format: Format;
  /** All fields that decide a response. Different requests have different keys, because no field has a line break. */
  readonly key: string;
}

interface CachedRequest {
  readonly caller: Caller;
  readonly result: { readonly ok: true; readonly value: PollRequest };
}

const path = '/v1/pins';
/** A machine name and a version take 200 bytes at most. */
const maxQueryBytes = 1_024;
const shortQueryBytes = 256;
const maxCacheBytes = 8 * 1024 * 1024;
/**
 * What agents send: nothing but fields of the request, unescaped. A URL of another form is read each time, so an unknown parameter
 * is never part of a key. Without an extension, the Accept header decides, too.
 */
const usualForm = /^\/v1\/pins\.[\w.]+(?:\?(?:machine|cli)=[\w.:-]*(?:&(?:machine|cli)=[\w.:-]*)?)?$/;
/** Measured: the memory of a cached request, without its texts. */
const requestBytes = 480;

/**
 * Whether a URL is that of a poll: /v1/pins with or without an extension and a query, such as /v1/pins.sh?cli=2.1.331.
 */
export function isPoll(url: string): boolean {
  if (!url.startsWith(path)) return false;
  const next = url.charAt(path.length);
  return next === '' || next === '.' || next === '?';
}

/**
 * Reads poll requests, and remembers what it read from a URL of the usual form for the caller who sent it last. Without that, reading takes about a
 * third of a poll's own time. Faults: `query_too_long`, `format_unsupported`, `parameter_invalid`.
 */
export function createPollRequestReader(): (request: IncomingMessage, caller: Caller) => ApiResult<PollRequest> {
  const cache = createBoundedMap<string, CachedRequest>(maxCacheBytes, sizeOf);
  return (request, caller) => {
    const { url = '' } = request;
    const cached = cache.get(url);
    if (cached?.caller === caller) return cached.result;
    const result = readPollRequest(request, caller);
    if (result.ok && usualForm.test(url)) cache.set(url, { caller, result });
    return result;
  };
}

export function pollRequest(machine: Machine, format: Format): PollRequest {
  const { name, email, labels, cli } = machine;
  const key = `${format.extension}\n${cli ?? ''}\n${email ?? ''}\n${labelsKey(labels)}\n${name ?? ''}`;
  return { machine, format, key };
}

function labelsKey(labels: Readonly<Record<string, string>>): string {
  for (const _ in labels) return JSON.stringify(labels);
  return '';
}

function sizeOf(url: string, { result }: CachedRequest): number {
  return requestBytes + url.length + result.value.key.length;
}

function readPollRequest({ url = '', headers }: IncomingMessage, caller: Caller): ApiResult<PollRequest> {
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
  const parameters = new URLSearchParams(query);
  for (const name of ['machine', 'cli']) {
    if (parameters.getAll(name).length > 1) return refuse(name, query, 'one value');
  }
  const [name, cli] = [parameters.get('machine'), parameters.get('cli')];
  const machine = readMachine(name && ownCopy(name, query), cli && ownCopy(cli, query), caller);
  return machine.ok ? ok(pollRequest(machine.value, format)) : machine;
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

/** A slice keeps the whole URL in memory, and caches keep names for long. A short URL is not worth the copy. */
function ownCopy(text: string, { length }: string): string {
  return length <= shortQueryBytes ? text : Buffer.from(text).toString();
}

function refuse(parameter: string, value: string, expected: string): ApiResult<never> {
  return failHttp({ code: 'parameter_invalid', parameter, value: value.slice(0, 200), expected });
}
