// A fleet of one: the service, a fake Vertex and a developer machine with the agent and the real Claude Code on it.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach } from 'node:test';
import { startLocal } from '../../../functions/local/service.ts';
import { type FakeVertex, startFakeVertex, type VertexRequest } from '../../support/fakes/vertex.ts';
import { draft, ring } from '../../support/world.ts';
import {
  type CliVersion,
  cliVersions,
  fetchClaude,
  type Machine,
  newMachine,
  type Ran,
  runAgent,
  runClaude,
  type Version,
} from './client.ts';
import type { Service } from './services.ts';

export const pinned = {
  opus: 'claude-opus-4-8',
  sonnet: 'claude-sonnet-4-6',
  haiku: 'claude-haiku-4-5@20251001',
  fable: 'claude-fable-5',
};
export const pins = Object.fromEntries(Object.entries(pinned).map(([family, model]) => [family, { model }]));

export interface Asked extends Ran {
  readonly requests: readonly VertexRequest[];
}

/** For a suite: a fleet with these versions of Claude Code at hand. Each test gets a new machine. */
export function fleetForEach(versions: readonly Version[]): () => Fleet {
  let fleet: Fleet | undefined;
  const started = () => {
    if (fleet === undefined) throw new Error('the fleet starts with the first test');
    return fleet;
  };
  before(async () => {
    for (const version of versions) fetchClaude(version);
    fleet = await Fleet.start();
  });
  after(() => fleet?.close());
  beforeEach(() => {
    started().machine = newMachine();
  });
  return started;
}

export class Fleet {
  readonly service: Service;
  readonly vertex: FakeVertex;
  machine: Machine = newMachine();

  constructor(service: Service, vertex: FakeVertex) {
    this.service = service;
    this.vertex = vertex;
  }

  static async start(): Promise<Fleet> {
    const dataFolder = mkdtempSync(join(tmpdir(), 'pinward-'));
    return new Fleet(
      await startLocal({
        port: 0,
        dataFolder,
        slackUrl: null,
        emulators: null,
        garden: null,
        project: null,
        write: () => {},
      }),
      await startFakeVertex(),
    );
  }

  async close(): Promise<void> {
    this.vertex.close();
    await this.service.close();
  }

  async call(method: string, path: string, body: unknown): Promise<void> {
    const headers = {
      Authorization: `Bearer ${this.service.adminToken}`,
      'If-Match': '*',
      'Content-Type': 'application/json',
    };
    const response = await fetch(this.service.url + path, { method, headers, body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.text());
  }

  /** Sets a policy with one ring. `over` replaces parts of the policy, `ringOver` parts of the ring. */
  state(over: Record<string, unknown> = {}, ringOver: Record<string, unknown> = {}): Promise<void> {
    return this.call('PUT', '/v1/policy', draft({ rings: [ring({ pins, ...ringOver })], ...over }));
  }

  async install(delivery: string, server = this.service.url): Promise<Ran> {
    const token = join(this.service.dataFolder, 'machine-token');
    const words = ['--server', server, '--token-file', token, '--delivery', delivery];
    const ran = await runAgent(this.machine, 'install', ...words);
    assert.equal(ran.status === 0, server === this.service.url, ran.output);
    return ran;
  }

  /** The requests of Claude Code to Vertex after a start with these words. */
  async asks(
    words: readonly string[],
    version: CliVersion = cliVersions[0],
    shell: Record<string, string> = {},
    user: object = {},
  ): Promise<Asked> {
    this.vertex.take();
    const ran = await runClaude(this.machine, { version, vertex: this.vertex.url, words, shell, user });
    return { ...ran, requests: this.vertex.take() };
  }

  /** A start of Claude Code beside a managed file with these settings and a pin of opus. */
  asksBeside(settings: object, version: CliVersion, words: readonly string[] = ['--model', 'opus']): Promise<Asked> {
    const folder = join(this.machine.root, 'etc/claude-code/managed-settings.d');
    mkdirSync(folder, { recursive: true });
    const env = {
      ANTHROPIC_VERTEX_PROJECT_ID: 'acme-claude',
      CLOUD_ML_REGION: 'global',
      ANTHROPIC_DEFAULT_OPUS_MODEL: pinned.opus,
      ...('env' in settings && typeof settings.env === 'object' ? settings.env : {}),
    };
    writeFileSync(join(folder, '50-team.json'), JSON.stringify({ ...settings, env }));
    return this.asks(words, version);
  }

  async modelOf(family: string, version: CliVersion = cliVersions[0]): Promise<string | undefined> {
    const { requests, output } = await this.asks(['--model', family], version);
    assert.ok(requests.length > 0, output);
    return requests[0]?.model;
  }
}
