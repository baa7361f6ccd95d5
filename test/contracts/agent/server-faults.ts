/** Faults of servers, proxies and networks. An agent must keep its last good copy through each of them. */

import { type Behaviour, cutShort, cutShortInChunks, endless, refusing, second } from '../../agents/posix/server.ts';
import { sha256 } from './authority.ts';
import { dripping, endlessHeaders, lying, type World } from './faulty-server.ts';
import type { Case } from './rule.ts';

const page = '<!doctype html>\n<title>Sign in</title>\n';
const evil = '{"env":{"MARK":"evil"}}\n';
const big = `{"env":{"MARK":"${'x'.repeat(1_100_000)}"}}\n`;
const statuses = [500, 400, 401, 403, 404, 410, 429, 502, 503];

export const refusals: readonly Case[] = statuses.map((status) => ({
  title: `the server answers ${status}`,
  pins: () => refusing(status, { title: 'No', hint: 'Try later.' }),
}));

export const pages: readonly Case[] = [
  { title: 'a page has the right hash', pins: saying(page, { 'Content-Type': 'text/html', ETag: etag(page) }) },
  { title: 'a page comes with no ETag', pins: saying(page, { 'Content-Type': 'text/html', ETag: '' }) },
  { title: 'another answer comes as a page', pins: saying(evil, { 'Content-Type': 'text/html', ETag: etag(evil) }) },
];

export const cuts: readonly Case[] = [
  { title: 'the connection ends early', pins: () => cutShort(second) },
  { title: 'the last chunk is missing', pins: () => cutShortInChunks(second) },
  { title: 'half a file has the right hash', pins: saying('{"env":{"MA', { ETag: etag('{"env":{"MA') }) },
  { title: 'an empty file has the right hash', pins: saying('', { ETag: etag('') }) },
];

export const oversize: readonly Case[] = [
  { title: 'the body is over 1 MiB and right', pins: saying(big, { ETag: etag(big) }) },
  { title: 'the body does not end', reason: /over 1048576 bytes/, pins: () => endless(second) },
  {
    title: 'the body says that it is too long',
    reason: /Maximum file size exceeded/i,
    pins: () => dripping('HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n'),
  },
];

export const slowness: readonly Case[] = [
  { title: 'nobody answers', reason: /timed out/, pins: () => () => {} },
  {
    title: 'the headers come slowly',
    reason: /timed out/,
    pins: () => dripping('HTTP/1.1 200 OK\r\nX-More: '),
  },
  {
    title: 'the body comes slowly',
    reason: /timed out/,
    pins: () => dripping('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n'),
  },
  { title: 'the headers do not end', reason: /./, pins: endlessHeaders },
];

export const altered: readonly Case[] = [
  { title: 'the bytes are not those of the ETag', pins: saying(evil, {}) },
  { title: 'there is no ETag', pins: saying(evil, { ETag: '' }) },
  { title: 'the ETag is no hash', pins: saying(evil, { ETag: '"43"' }) },
];

// The 304 comes first: an agent that believes the 304 accepts the older answer after it.
export const backwards: readonly Case[] = [
  { title: 'a 304 speaks of revision 41', pins: older(304) },
  { title: 'revision 41 comes after 42', pins: older(200) },
  {
    title: 'the answer has no revision',
    pins: (world) => lying(world, () => ({ headers: { 'Pinward-Revision': '' } })),
  },
];

/** The server redirects to another host, which would serve newer pins, or to a file. */
export const redirects: readonly Case[] = [
  ...[301, 302, 303, 307, 308].map((status) => ({
    title: `a redirect (${status}) leads to another host`,
    reason: new RegExp(`HTTP ${status} to http://127.0.0.1:.* redirects are not followed`),
    pins: ({ elsewhere }: World) => refusing(status, {}, { Location: `${elsewhere.url}/v1/pins.settings.json` }),
  })),
  {
    title: 'a redirect leads to a file',
    reason: /HTTP 302 to file:/,
    pins: () => refusing(302, {}, { Location: 'file:///etc/passwd' }),
  },
];

export const hangUp: Case = {
  title: 'the server hangs up',
  pins: () => (_request, response) => response.socket?.destroy(),
};

export const tricks: readonly Case[] = [
  {
    title: 'a problem has control characters',
    pins: () => (_request, response) => {
      response.writeHead(500, { 'Content-Type': 'application/problem+json' });
      response.end(`{"title": "\u001b[2Jcleared${'x'.repeat(100_000)}", "hint": "\u001b]0;title\u0007"}`);
    },
  },
  {
    title: 'a header has control characters',
    pins: () => (_request, response) =>
      response.socket?.end('HTTP/1.1 302 Found\r\nLocation: https://x/\u001b[2J\r\nContent-Length: 0\r\n\r\n'),
  },
];

function older(status: 200 | 304): Case['pins'] {
  return (world) =>
    lying(world, () => ({ status, content: { ...(status === 304 ? world.held : world.next), revision: 41 } }));
}

/** An answer with this body and the headers of `world.next`, except for these headers. */
function saying(body: string, headers: Record<string, string>): Case['pins'] {
  return (world): Behaviour => lying(world, () => ({ body, headers }));
}

function etag(body: string): string {
  return `"${sha256(body)}"`;
}
