// A service with a history: policies, a rollout, tokens, roles, a proposal and probes, each written with the key of its
// function. It remembers what every document ever was, what each revision served, and the heads that the log has.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccessCache } from '../../../functions/api/auth/access-cache.ts';
import { createPolicyCache } from '../../../functions/api/polls/policy-cache.ts';
import { createWiring, type Wiring } from '../../../functions/wiring.ts';
import { type DocumentKeys, readWriterKeys } from '../../../shared/adapters/documents/document-keys.ts';
import { keepNewest } from '../../../shared/adapters/documents/keep-newest.ts';
import { type LocalSigner, makeSigner } from '../../../shared/adapters/key-file.ts';
import { openLoopback } from '../../../shared/adapters/loopback.ts';
import { type Writer, writers } from '../../../shared/domain/writers.ts';
import type { Store } from '../../../shared/ports.ts';
import { ScriptedGarden } from '../../support/fakes/scripted-garden.ts';
import { adminToken, asAdmin, asMachine, machineToken } from '../../support/service.ts';
import { draft, now, pins, ring } from '../../support/world.ts';
import { type Database, nameOf, type Row } from './database.ts';

/** An instance of the api that listens. */
export interface Instance {
  readonly url: string;
  close(): Promise<void>;
}

export class ForgeryWorld {
  readonly database: Database;
  readonly signers: Readonly<Record<Writer, LocalSigner>> = {
    api: makeSigner(),
    advance: makeSigner(),
    probe: makeSigner(),
  };
  readonly writerKeys = readWriterKeys(
    writers.map((name) => `${name}:${this.signers[name].key.der.toString('base64')}`),
  );
  time = now;
  /** Every text that a document ever had, by its name. */
  readonly authentic = new Map<string, Set<string>>();
  /** All documents after each change, oldest first. */
  readonly snapshots: (readonly Row[])[] = [];
  /** By the revision's number, what a machine gets of it. */
  readonly served = new Map<string, string>();
  /** Lines of the log. */
  readonly heads: string[] = [];
  readonly #unsigned: DocumentKeys['unsigned'];

  /** `unsigned`: the campaign must find forgeries where documents without a signature are taken. */
  constructor(database: Database, unsigned: DocumentKeys['unsigned']) {
    this.database = database;
    this.#unsigned = unsigned;
  }

  get truth(): readonly Row[] {
    return this.snapshots.at(-1) ?? [];
  }

  readonly clock = (): number => this.time;

  openStore(writer: Writer | null): Store {
    const store = this.database.open({
      signer: writer === null ? null : this.signers[writer],
      writers: this.writerKeys,
      unsigned: this.#unsigned,
      onHead: (head) => this.heads.push(JSON.stringify({ message: 'history head', ...head })),
    });
    return this.#unsigned === 'accept' ? store : keepNewest(store, undefined);
  }

  /** The caches of an instance that has seen everything. */
  openCaches() {
    const store = this.openStore(null);
    return { store, policy: createPolicyCache(store, this.clock), access: createAccessCache(store, this.clock, []) };
  }

  wire(writer: Writer): Wiring {
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const environment = {
      PINWARD_ADMIN_TOKEN: adminToken,
      PINWARD_MACHINE_TOKEN: machineToken,
      PINWARD_PROJECTS: 'acme-claude',
      PINWARD_LOCATIONS: 'global',
    };
    const garden = new ScriptedGarden(this.clock);
    const bus = openLoopback(async () => {});
    return createWiring(environment, { store: this.openStore(writer), clock: this.clock, log, bus, garden });
  }

  /** A cold instance: it has read nothing yet. */
  async startInstance(): Promise<Instance> {
    const wiring = this.wire('api');
    const server: Server = createServer(wiring.api()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // a listening TCP server has an address of this form
    return {
      url: `http://127.0.0.1:${port}/`,
      close: async () => {
        server.closeAllConnections();
        server.close();
        await wiring.close();
      },
    };
  }

  async live(): Promise<void> {
    const instance = await this.startInstance();
    const [advance, probe] = [this.wire('advance'), this.wire('probe')];
    const rollout = { stages: [10, 50, 100], bakeMinutes: 30, abortAtFailurePercent: 20, minReports: 3 };
    const to = { ...pins, opus: { model: 'claude-opus-4-7' } };
    await this.#change(instance, 'PUT', 'v1/policy?force=not+probed', draft({ rollout }));
    assert.equal((await probe.probeOnce()).fault, null);
    await this.#change(instance, 'PUT', 'v1/access', {
      owner: ['email:ada@example.com'],
      editor: ['email:ed@example.com'],
    });
    await this.#change(instance, 'POST', 'v1/tokens', { name: 'agents' });
    for (const text of ['one', 'two', 'three']) {
      await this.#change(instance, 'PUT', 'v1/policy', draft({ rollout, settings: { companyAnnouncements: [text] } }));
    }
    await this.#change(instance, 'PUT', 'v1/policy', draft({ rollout, rings: [ring({ pins: to })] }));
    for (let step = 0; step < 4; step++) {
      this.time += 31 * 60_000;
      assert.ok((await advance.advanceOnce()).ok);
      await this.#remember(instance);
    }
    await this.#change(instance, 'POST', 'v1/tokens/agents/revoke');
    await this.#change(instance, 'PUT', 'v1/policy', draft({ secondPerson: true, rings: [ring({ pins: to })] }));
    await this.#change(
      instance,
      'PUT',
      'v1/policy?force=another+project',
      draft({ secondPerson: true, project: 'acme-other', rings: [ring({ pins: to })] }),
    );
    assert.equal((await probe.probeOnce()).fault, null);
    await this.#remember(instance);
    await Promise.all([instance.close(), advance.close(), probe.close()]);
  }

  async poll({
    url,
  }: Instance): Promise<{ readonly status: number; readonly revision: string; readonly etag: string }> {
    const { status, headers, body } = await fetch(`${url}v1/pins.sh?machine=m-1`, { headers: asMachine });
    await body?.cancel();
    return { status, revision: headers.get('Pinward-Revision') ?? '', etag: headers.get('ETag') ?? '' };
  }

  async #change(instance: Instance, method: string, path: string, body?: object): Promise<void> {
    const headers = { ...asAdmin, 'If-Match': '*', 'Content-Type': 'application/json' };
    const response = await fetch(instance.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.text()}`);
    await this.#remember(instance);
  }

  async #remember(instance: Instance): Promise<void> {
    this.time += 20_000;
    const rows = await this.database.rows();
    for (const row of rows) {
      this.authentic.set(nameOf(row), (this.authentic.get(nameOf(row)) ?? new Set()).add(row.body));
    }
    this.snapshots.push(rows);
    const { revision, etag } = await this.poll(instance);
    if (!this.served.has(revision)) this.served.set(revision, etag);
  }
}
