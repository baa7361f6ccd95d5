// The service as the console's tests use it: on sqlite, with a simulated Model Garden, people in every role, and time that tests move.

import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildConsole } from '../../functions/console/build.ts';
import { openSimulatedGarden } from '../../functions/local/simulated-garden.ts';
import { createWiring } from '../../functions/wiring.ts';
import { openLoopback } from '../../shared/adapters/loopback.ts';
import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import type { Store } from '../../shared/ports.ts';
import { testKeyFile } from '../support/document-keys.ts';
import { startIssuer } from '../support/fakes/issuer.ts';
import { adminToken, asMachine, machineToken } from '../support/service.ts';

export interface ConsoleWorld {
  readonly url: string;
  /** Its store, for what no call of the API can put there. */
  readonly file: string;
  /** The time that the service goes by, in milliseconds. */
  time: number;
  probe(): Promise<unknown>;
  advance(): Promise<unknown>;
  /** A fresh token of a person, such as `owner@example.com`. */
  tokenOf(name: string): Promise<string>;
  /** Polls of machines, and one more a minute later, with which the service writes down what it has counted. */
  poll(...machines: readonly string[]): Promise<void>;
  report(machine: string, outcome: 'applied' | 'failed'): Promise<void>;
  /** A call by the admin token. */
  call(method: string, path: string, body?: unknown): Promise<Response>;
  close(): Promise<void>;
}

const audience = 'console-test';

/** On the embedded store, or on a given one. */
export async function startConsoleWorld(store?: Store): Promise<ConsoleWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-console-'));
  const file = join(folder, 'pinward.db');
  const google = await startIssuer('RS256');
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (text: string) => process.stderr.write(`${text}\n`),
  };
  const clock = () => world.time;
  const wiring = createWiring(
    {
      PINWARD_SQLITE: file,
      PINWARD_WRITER_KEY_FILE: testKeyFile(),
      PINWARD_ADMIN_TOKEN: adminToken,
      PINWARD_MACHINE_TOKEN: machineToken,
      PINWARD_ORGANISATION: 'acme.example',
      PINWARD_KEY_FILE: join(folder, 'key.pem'),
      PINWARD_AUDIENCES: audience,
      PINWARD_HOSTED_DOMAINS: 'example.com',
      PINWARD_OWNERS: 'owner@example.com',
    },
    {
      clock,
      log,
      ...(store === undefined ? {} : { store }),
      bus: openLoopback(async () => undefined),
      garden: openSimulatedGarden(shippedCatalogue, clock, null),
      issuerKeys: { google: google.address, iap: google.address },
      loadConsole: () => buildConsole(join(import.meta.dirname, '../..')),
    },
  );
  const server = createServer(wiring.api());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a listening TCP server's address has this form
  const url = `http://127.0.0.1:${port}`;
  const world: ConsoleWorld = {
    url,
    file,
    time: Date.now(),
    probe: wiring.probeOnce,
    advance: wiring.advanceOnce,
    tokenOf: (name) => {
      const iat = Math.floor(world.time / 1000);
      const person = { sub: name, email: `${name}@example.com`, email_verified: true, hd: 'example.com' };
      return google.sign({ iss: 'https://accounts.google.com', aud: audience, iat, exp: iat + 3600, ...person });
    },
    async poll(...machines) {
      for (const machine of machines) await pollOf(machine);
      world.time += 61_000;
      await pollOf(machines[0] ?? '');
      const { length } = machines;
      await until(async () => {
        const { rings } = await (await world.call('GET', '/v1/adoption')).json();
        return rings.some((ring: { readonly machines: number }) => ring.machines >= length);
      });
    },
    async report(machine, outcome) {
      const { revision } = await (await world.call('GET', '/v1/health')).json();
      await world.call('POST', '/v1/reports', { machine, revision, outcome });
    },
    call: (method, path, body) =>
      fetch(url + path, {
        method,
        headers: { Authorization: `Bearer ${adminToken}`, 'If-Match': '*', 'Content-Type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([wiring.close(), google.close()]);
    },
  };
  const pollOf = (machine: string) =>
    fetch(`${url}/v1/pins.json?machine=${machine}&cli=2.1.331`, { headers: asMachine });
  return world;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(setImmediate);
}

/** A policy under which pins move in stages, and what raises risk needs a second person. */
export const policy = {
  project: 'acme-claude',
  location: 'global',
  secondPerson: true,
  rollout: { stages: [10, 50, 100], bakeMinutes: 10, abortAtFailurePercent: 5, minReports: 20 },
  upgrades: { fable: { rule: 'approve', soakHours: 0 } },
  rings: [
    {
      name: 'pilot',
      match: ['label:ring=pilot', 'machine:pilot-laptop'],
      pins: { opus: { model: 'claude-opus-5-5' } },
    },
    {
      name: 'everyone',
      match: ['*'],
      pins: {
        opus: { model: 'claude-opus-4-8' },
        sonnet: { model: 'claude-sonnet-4-6' },
        fable: { model: 'claude-fable-5-1' },
      },
    },
  ],
};

/** A person for each role, called after it. */
export const roles = {
  owner: ['email:owner@example.com'],
  approver: ['email:approver@example.com'],
  editor: ['email:editor@example.com', 'email:other@example.com'],
  reader: ['email:reader@example.com'],
  machine: ['email:laptop@example.com'],
};

/** Every rollout that can be aborted. */
export async function abortAll(world: ConsoleWorld): Promise<void> {
  const { rollouts } = await (await world.call('GET', '/v1/rollouts')).json();
  for (const { id } of rollouts) await world.call('POST', `/v1/rollouts/${id}/abort`);
}
