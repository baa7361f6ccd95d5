// A probe's confirmations through the real client over gRPC, against a fake garden that takes 200 ms an answer: time as a
// ratio to the ideal, and memory as a ratio to what a small function has. The probing process is started by this file.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openVertex } from '../../shared/adapters/vertex.ts';
import type { ModelEndpoint } from '../../shared/domain/models/model-endpoint.ts';
import { type Measure, medianOf } from './measure.ts';

interface Probed {
  /** From the first confirmation asked to the last answered. */
  readonly confirmMs: number;
  /** The most that was resident at any time. */
  readonly residentMiB: number;
}

const rounds = 5;
const latencyMs = 200;
const concurrency = 32;
const models = Array.from({ length: 15 }, (_, at) => `claude-opus-${at + 4}`);
const locations = ['global', 'us', 'eu', 'us-east5', 'us-central1', 'europe-west1', 'europe-west4', 'asia-southeast1'];
const endpoints = [...locations, 'asia-east1'].flatMap((location) =>
  models.map((model): ModelEndpoint => ({ project: 'acme-claude', location, model })),
);

export async function benchProbes(): Promise<Record<string, Measure>> {
  // Loaded here, so that it doesn't count as memory of the probing process.
  const { startFakeGarden } = await import('../support/fakes/garden.ts');
  const garden = await startFakeGarden({ latencyMs });
  garden.list(...models.map((name) => ({ name, versionId: 'default' })));
  garden.script({}, 'enabled');
  try {
    const runs: Probed[] = [];
    for (let round = 0; round < rounds; round++) runs.push(await probeApart(garden.endpoint));
    const ideal = Math.ceil(endpoints.length / concurrency) * latencyMs;
    const wall = medianOf(runs.map(({ confirmMs }) => confirmMs));
    const resident = medianOf(runs.map(({ residentMiB }) => residentMiB));
    return {
      '135 probes at 200 ms, ms': { value: wall, baseline: ideal, ratio: wall / ideal, target: 'ratio <= 1.3' },
      'memory of a probe, MiB': { value: resident, baseline: 256, ratio: resident / 256, target: 'ratio <= 1' },
    };
  } finally {
    await garden.close();
  }
}

async function probeApart(fakeHost: string): Promise<Probed> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, fakeHost]);
  return JSON.parse(stdout);
}

/** As a run does it: the listing first, which loads the SDK, then all places, each worker with one at a time. */
async function probe(fakeHost: string): Promise<Probed> {
  const vertex = openVertex({ fakeHost });
  const { models: listed, evidence } = await vertex.list();
  if (listed?.length !== models.length) throw new Error(`the listing failed: ${evidence}`);
  const start = performance.now();
  const left = [...endpoints];
  const work = async () => {
    for (let endpoint = left.shift(); endpoint !== undefined; endpoint = left.shift()) {
      const { verdict, evidence: said } = await vertex.confirm(endpoint);
      if (verdict !== 'enabled') throw new Error(`a probe failed: ${said}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const confirmMs = performance.now() - start;
  await vertex.close();
  return { confirmMs, residentMiB: process.resourceUsage().maxRSS / 1024 };
}

if (import.meta.main) process.stdout.write(JSON.stringify(await probe(process.argv[2] ?? '')));
