// The composition root: the only reader of the environment and the only importer of adapters. From settings to the
// functions that run.

import { openSqlite } from '../shared/adapters/sqlite.ts';
import { type ApiPorts, createApi, type Handler } from './api/api.ts';
import { type Credential, createCallers, hashToken } from './api/caller.ts';

/** The environment variables that Pinward reads, each a line in the README's table. */
export interface Environment {
  /** The file of the embedded store. */
  readonly PINWARD_SQLITE?: string | undefined;
  /** The token of whoever may change the policy. */
  readonly PINWARD_ADMIN_TOKEN?: string | undefined;
  /** The token that machines poll with. */
  readonly PINWARD_MACHINE_TOKEN?: string | undefined;
}

export interface Wired {
  readonly api: Handler;
  /** Waits for nothing, closes the store. */
  close(): Promise<void>;
}

/** Faults in the settings are thrown as `Error` with words for a person: nothing can run without them. */
export function wire(environment: Environment, clock: ApiPorts['clock'] = Date.now): Wired {
  const store = openSqlite(require(environment, 'PINWARD_SQLITE', 'a path such as /var/lib/pinward/pinward.db'));
  const callers = createCallers([
    credentialOf('admin', 'owner', require(environment, 'PINWARD_ADMIN_TOKEN', '32 or more random characters')),
    credentialOf('machine', 'machine', require(environment, 'PINWARD_MACHINE_TOKEN', '32 or more random characters')),
  ]);
  return { api: createApi({ store, callers, clock, onBug: logBug }), close: () => store.close() };
}

/** The environment of this process. */
export function readEnvironment(): Environment {
  return process.env;
}

function require(environment: Environment, name: keyof Environment, example: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: it must be ${example}`);
  return value;
}

function credentialOf(name: string, role: Credential['role'], token: string): Credential {
  if (token.length < 32) throw new Error(`the ${name} token is too short: use 32 or more random characters`);
  return { name, role, email: null, labels: {}, sha256: hashToken(token) };
}

function logBug(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ severity: 'ERROR', message })}\n`);
}
