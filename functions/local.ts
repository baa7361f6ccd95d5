// The whole service in one process on this machine: what `npm start` runs, and what the end-to-end tests start. It keeps
// its data and the tokens that it makes in one folder and listens on the loopback address only.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { frontServer } from './api/front.ts';
import { type Wired, wire } from './wiring.ts';

export interface LocalOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataFolder: string;
}

export interface Local {
  readonly url: string;
  readonly dataFolder: string;
  readonly adminToken: string;
  readonly machineToken: string;
  /** Whether the tokens were made by this start. */
  readonly isFirstStart: boolean;
  /** Answers what is under way, then stops. */
  close(): Promise<void>;
}

/** How long a stop waits for requests under way. */
const drainMs = 10_000;

export async function startLocal({ port, dataFolder }: LocalOptions): Promise<Local> {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const isFirstStart = !existsSync(join(dataFolder, 'admin-token'));
  const adminToken = keepToken(join(dataFolder, 'admin-token'));
  const machineToken = keepToken(join(dataFolder, 'machine-token'));
  const wired = wire({
    PINWARD_SQLITE: join(dataFolder, 'pinward.db'),
    PINWARD_ADMIN_TOKEN: adminToken,
    PINWARD_MACHINE_TOKEN: machineToken,
  });
  http('api', wired.api);
  const server = getTestServer('api');
  frontServer(server);
  await listen(server, port);
  // A listening TCP server has an address of this form.
  const address = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${address.port}`;
  return { url, dataFolder, adminToken, machineToken, isFirstStart, close: () => drain(server, wired) };
}

function keepToken(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function drain(server: Server, wired: Wired): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(timer);
  await wired.close();
}

const help = `Pinward, the whole service on this machine.

  npm start -- [--port PORT] [--data FOLDER]

  --port PORT     where to listen on 127.0.0.1 (default 8787)
  --data FOLDER   where the store and the tokens are kept (default .pinward)
  --help          this text
`;

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return;
  const local = await startLocal(options).catch((error: NodeJS.ErrnoException) => {
    const hint = error.code === 'EADDRINUSE' ? ` Try another: npm start -- --port ${options.port + 1}` : '';
    return quit(`Pinward did not start: ${error.message}.${hint}`);
  });
  process.stdout.write(greeting(local, options.dataFolder));
  let isStopping = false;
  const stop = () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    process.stdout.write('\nAnswering what is under way, then stopping (Ctrl-C again to stop at once).\n');
    local.close().then(() => process.stdout.write('Stopped. The data is kept.\n'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function readOptions(): LocalOptions | null {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        data: { type: 'string', default: '.pinward' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(help);
      return null;
    }
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      return quit(`--port is a number from 0 to 65535, not ${values.port}`);
    return { port, dataFolder: values.data };
  } catch (error) {
    return quit(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}

function quit(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function greeting({ url, adminToken, isFirstStart }: Local, dataFolder: string): string {
  const folder = relative('.', dataFolder) || '.';
  const first = isFirstStart
    ? `Admin token, made just now and kept in ${folder}/admin-token:\n\n  ${adminToken}\n\n`
    : '';
  const admin = `-H "Authorization: Bearer $(cat ${folder}/admin-token)"`;
  return `Pinward listens on ${url} and keeps its data in ${folder}/.

${first}Try next, in another terminal:

  1. State a policy (If-Match "0" says that there is none yet):
     curl -X PUT ${url}/v1/policy ${admin} \\
       -H 'If-Match: "0"' -H 'Content-Type: application/json' --data @infra/examples/policy.json

  2. Fetch the pins as a developer machine does at login (into .pinward/machine, not into your system):
     sh infra/machines/pinward.sh --root ${folder}/machine install --server ${url} --token-file ${folder}/machine-token

  3. Move one pin, and let the machine log in again:
     curl -X PUT ${url}/v1/rings/everyone/pins/opus ${admin} \\
       -H 'If-Match: *' -H 'Content-Type: application/json' --data '{"model": "claude-opus-5-5"}'
     sh infra/machines/pinward.sh --root ${folder}/machine login

Ctrl-C stops. Every call: ${url}/openapi.json
`;
}

if (import.meta.main) await main();
