/**
 * A Pinward server that signs its answers, and that can lie in one way at a time. The attacks use these lies. The server
 * depends on no particular agent.
 */
import type { IncomingMessage } from 'node:http';
import { type Behaviour, type FaultyServer, startServer } from '../../agents/posix/server.ts';
import { type Key, keysText, newKey, type Statement, sha256, signatureOf } from './authority.ts';

const mediaTypes = {
  'settings.json': 'application/json',
  sh: 'text/x-shellscript',
  ps1: 'text/x-powershell',
  'helper.json': 'application/json',
};
export type Format = keyof typeof mediaTypes;

/** The content of an answer. In each format bodies differ only by `mark`. */
export interface Content {
  readonly revision: number;
  readonly mark: string;
  readonly validUntil: string;
}

/** The differences between an answer and an honest one. */
export interface Lie {
  readonly content?: Content;
  readonly status?: 200 | 304;
  readonly by?: Key;
  /** Signed instead of the true values. */
  readonly statement?: Partial<Statement>;
  /** Sent instead of the true headers; '' omits a header. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of the body that the headers describe. */
  readonly body?: string;
}

export interface World extends AsyncDisposable {
  /** Milliseconds, by the agent's clock. */
  readonly now: number;
  readonly organisation: string;
  /** The key that the agent trusts. */
  readonly key: Key;
  readonly server: FaultyServer;
  /** Another host. The agent must not send it any request. */
  readonly elsewhere: FaultyServer;
  /** The content that the agent has applied. */
  readonly held: Content;
  /** The next content of an honest server. */
  readonly next: Content;
  /** Sets the behaviour at /v1/pins and at /v1/keys.txt. Without `keys` the list is honest. */
  behave(pins: Behaviour, keys?: Behaviour): void;
}

export async function startWorld(now: number): Promise<World> {
  const server = await startServer(() => {});
  const elsewhere = await startServer(() => {});
  const organisation = 'acme.example';
  const key = newKey();
  const named = text(keysText(organisation, [key]));
  const world: World = {
    now,
    organisation,
    key,
    server,
    elsewhere,
    held: { revision: 42, mark: 'forty-two', validUntil: instant(now + 2 * dayMs) },
    next: { revision: 43, mark: 'forty-three', validUntil: instant(now + 3 * dayMs) },
    behave: (pins, keys = named) => {
      server.behave((request, response) => (request.url === '/v1/keys.txt' ? keys : pins)(request, response));
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await elsewhere[Symbol.asyncDispose]();
    },
  };
  elsewhere.behave(lying(world, () => ({ content: world.next })));
  return world;
}

export const dayMs = 86_400_000;

/** A timestamp in the form of the contract. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A signed 200 with the content, or 304 if the request has the ETag of the content. */
export function honest(world: World, content: Content): Behaviour {
  return (request, response) => {
    const { ETag } = headersOf(world, formatOf(request), { content });
    const status = request.headers['if-none-match'] === ETag ? 304 : 200;
    lying(world, () => ({ content, status }))(request, response);
  };
}

/** An answer with `world.next`, honest except for the lie. */
export function lying(world: World, lie: (format: Format) => Lie): Behaviour {
  return (request, response) => {
    const format = formatOf(request);
    const told = lie(format);
    const headers = Object.entries(headersOf(world, format, told)).filter(([, value]) => value !== '');
    response.writeHead(told.status ?? 200, Object.fromEntries(headers));
    response.end(told.status === 304 ? undefined : (told.body ?? bodyOf(told.content ?? world.next, format)));
  };
}

/** Any text, as keys.txt is served. */
export function text(content: string, status = 200): Behaviour {
  return (_request, response) => response.writeHead(status, { 'Content-Type': 'text/plain' }).end(content);
}

/** A byte every 50 ms, without end. */
export function dripping(start: string): Behaviour {
  return (_request, response) => {
    response.socket?.write(start);
    const drip = setInterval(() => response.socket?.write('{'), 50);
    response.on('close', () => clearInterval(drip));
  };
}

/** Header lines without end. */
export function endlessHeaders(): Behaviour {
  return (_request, response) => {
    const { socket } = response;
    const line = `X-More: ${'x'.repeat(8_000)}\r\n`;
    const more = () => {
      while (socket !== null && !socket.destroyed && socket.write(line));
    };
    socket?.on('drain', more).on('error', () => {});
    socket?.write('HTTP/1.1 200 OK\r\n');
    more();
  };
}

export function bodyOf({ mark }: Content, format: Format): string {
  if (format === 'sh') return `export MARK='${mark}'\n`;
  if (format === 'ps1') return `$env:MARK = '${mark}'\n`;
  const settings = { env: { MARK: mark } };
  return `${JSON.stringify(format === 'helper.json' ? { managedSettings: settings } : settings)}\n`;
}

export function headersOf(world: World, format: Format, lie: Lie): Record<string, string> {
  const { content = world.next, by = world.key } = lie;
  const so = {
    organisation: world.organisation,
    format,
    revision: String(content.revision),
    sha256: sha256(bodyOf(content, format)),
    validUntil: content.validUntil,
  };
  return {
    ETag: `"${so.sha256}"`,
    'Content-Type': mediaTypes[format],
    'Pinward-Revision': so.revision,
    'Pinward-Poll-After': '0',
    'Pinward-Valid-Until': so.validUntil,
    'Pinward-Organisation': so.organisation,
    'Pinward-Signature': signatureOf({ ...so, ...lie.statement }, by),
    ...lie.headers,
  };
}

function formatOf({ url = '' }: IncomingMessage): Format {
  const formats = Object.keys(mediaTypes) as Format[]; // its own keys, which nothing adds to
  return formats.find((format) => url.startsWith(`/v1/pins.${format}?`)) ?? 'settings.json';
}
