/**
 * A Pinward server for the agent's tests, on a free port of 127.0.0.1. It follows the contract until a test sets another
 * behaviour. It records all requests.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface Report {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly revision: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

export interface FaultyServer extends AsyncDisposable {
  readonly url: string;
  /** All requests except reports. */
  readonly asked: readonly Asked[];
  readonly reports: readonly Report[];
  behave(behaviour: Behaviour): void;
  /** Sets the answer to reports; at first 202. */
  answerReports(behaviour: Behaviour): void;
}

export const first: Answer = { revision: 41, body: '{"env":{"ANTHROPIC_DEFAULT_OPUS_MODEL":"claude-opus-4-7"}}\n' };
export const second: Answer = { revision: 42, body: '{"env":{"ANTHROPIC_DEFAULT_OPUS_MODEL":"claude-opus-4-8"}}\n' };
export const envelope: Answer = { revision: 41, body: '{"managedSettings":{"env":{}}}\n' };
/** Shell exports with every character that a shell treats specially. */
export const exports: Answer = {
  revision: 41,
  body: "export ODD='it'\\''s $HOME \"and\" `more`  \\n'\nexport BLANK=''\n",
};

export async function startServer(first: Behaviour): Promise<FaultyServer> {
  let behaviour = first;
  let reporting: Behaviour = (_request, response) => response.writeHead(202).end();
  const asked: Asked[] = [];
  const reports: Report[] = [];
  const server = createServer((request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    if (path === '/v1/reports' && request.method === 'POST') {
      text(request)
        .then((body) => reports.push({ headers: request.headers, body }))
        .then(() => reporting(request, response))
        .catch(() => response.destroy());
      return;
    }
    asked.push({ path, query, headers: request.headers });
    behaviour(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    reports,
    answerReports: (next) => {
      reporting = next;
    },
    behave: (next) => {
      behaviour = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Follows the contract: 200 with the body and its hash, or 304 if the request has that hash. */
export function answering(answer: Answer): Behaviour {
  return (request, response) => {
    const headers = headersOf(request, answer);
    if (request.headers['if-none-match'] === headers['ETag']) response.writeHead(304, headers).end();
    else response.writeHead(200, headers).end(answer.body);
  };
}

/** 200 with something wrong in the headers; a header set to '' is left out. */
export function answeringWith(answer: Answer, wrong: Record<string, string>): Behaviour {
  return (request, response) => {
    const headers = Object.entries({ ...headersOf(request, answer), ...wrong }).filter(([, value]) => value !== '');
    response.writeHead(200, Object.fromEntries(headers)).end(answer.body);
  };
}

export function refusing(status: number, problem: object, headers: Record<string, string> = {}): Behaviour {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers }).end(JSON.stringify(problem));
  };
}

/** Sends the length of the body, then half of the body, and closes the connection. */
export function cutShort(answer: Answer): Behaviour {
  return (request, response) => {
    response.writeHead(200, { ...headersOf(request, answer), 'Content-Length': String(answer.body.length) });
    sendHalf(response, answer);
  };
}

/** The same in chunks: only the missing last chunk shows that the body is cut. */
export function cutShortInChunks(answer: Answer): Behaviour {
  return (request, response) => {
    response.writeHead(200, { ...headersOf(request, answer), 'Transfer-Encoding': 'chunked' });
    sendHalf(response, answer);
  };
}

/** A body without end. An agent that doesn't stop reading fills the disk. */
export function endless(answer: Answer): Behaviour {
  return (request, response) => {
    response.writeHead(200, headersOf(request, answer));
    const chunk = '{'.repeat(64 * 1024);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more).on('error', () => {});
    more();
  };
}

/** Keeps every request waiting until `release` answers them. */
export function holding(answer: Answer): { behaviour: Behaviour; isAsked: () => boolean; release: () => void } {
  const waiting: (() => void)[] = [];
  return {
    behaviour: (request, response) => {
      waiting.push(() => answering(answer)(request, response));
    },
    isAsked: () => waiting.length > 0,
    release: () => {
      for (const finish of waiting.splice(0)) finish();
    },
  };
}

export function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

function headersOf(request: IncomingMessage, { revision, body, headers }: Answer): Record<string, string> {
  const isShell = (request.url ?? '').startsWith('/v1/pins.sh');
  return {
    ETag: `"${sha256(body)}"`,
    'Content-Type': `${isShell ? 'text/x-shellscript' : 'application/json'}; charset=utf-8`,
    'Pinward-Revision': String(revision),
    'Pinward-Poll-After': '300',
    'Pinward-Valid-Until': '2099-12-01T00:00:00Z',
    ...headers,
  };
}

function sendHalf(response: ServerResponse, { body }: Answer): void {
  response.write(body.slice(0, body.length / 2), () => response.socket?.end());
}
