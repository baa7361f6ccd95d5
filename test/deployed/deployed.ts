// A function as it is deployed: a process of its own under the functions-framework, on a port that stays the same when it is
// started again; from the source, or from a folder with a bundle and its packages.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Target } from '../../functions/environment.ts';
import { freePort } from '../../functions/local/free-port.ts';
import { compileCache } from '../support/compile-cache.ts';
import { testKeyFile } from '../support/document-keys.ts';

export type { Target };

export const token = 'a-token-of-thirty-two-characters-or-more';
export const adminHeaders = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
export const tokens = { PINWARD_ADMIN_TOKEN: token, PINWARD_MACHINE_TOKEN: `${token}-machine` };

const project = join(import.meta.dirname, '../..');
const framework = 'node_modules/@google-cloud/functions-framework/build/src/main.js';

export class Deployed {
  readonly url: string;
  readonly #target: Target;
  readonly #port: number;
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcess;
  #output = '';

  private constructor(target: Target, port: number, environment: Readonly<Record<string, string>>, folder: string) {
    this.#target = target;
    this.#port = port;
    this.#folder = folder;
    this.#environment = environment;
    this.url = `http://127.0.0.1:${port}`;
    this.#process = this.#spawn();
  }

  /** From the folder's `main` and with its packages. */
  static async start(
    target: Target,
    environment: Readonly<Record<string, string>>,
    folder: string = project,
  ): Promise<Deployed> {
    return new Deployed(target, await freePort(), environment, folder);
  }

  get output(): string {
    return this.#output;
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    this.#process.kill(name);
  }

  /** The exit code, once it has ended; null when a signal ended it. */
  async ended(): Promise<number | null> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
    return this.#process.exitCode;
  }

  /** Kills it without warning and starts it again on the same port. */
  async killAndRestart(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
    this.#process = this.#spawn();
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.ended();
  }

  /** Asks until the function answers anything; throws when its process ended. */
  async untilAnswers(): Promise<void> {
    while (this.#process.exitCode === null) {
      try {
        await (await fetch(`${this.url}/healthz`)).text();
        return;
      } catch {
        await new Promise(setImmediate);
      }
    }
    throw new Error(`the function ended: ${this.#output}`);
  }

  /** Sends bytes on a connection of their own, once the function listens. Returns what comes back until it is closed. */
  async send(bytes: string): Promise<string> {
    while (this.#process.exitCode === null) {
      try {
        const socket = connect(this.#port, '127.0.0.1');
        await once(socket, 'connect');
        socket.end(bytes);
        return await text(socket);
      } catch {
        await new Promise(setImmediate);
      }
    }
    throw new Error(`the function ended: ${this.#output}`);
  }

  #spawn(): ChildProcess {
    const words = [`--target=${this.#target}`, `--port=${this.#port}`];
    const env = {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      METADATA_SERVER_DETECTION: 'none',
      PINWARD_WRITER_KEY_FILE: testKeyFile(),
      ...(this.#folder === project ? { NODE_COMPILE_CACHE: compileCache } : {}),
      ...this.#environment,
    };
    const child = spawn(process.execPath, [framework, ...words], {
      cwd: this.#folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output = (this.#output + chunk).slice(-100_000);
      });
    }
    return child;
  }
}
