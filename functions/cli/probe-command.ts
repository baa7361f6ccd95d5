// `npm run probe`: probes the real Vertex AI once with the caller's own credentials, and shows the results as a table.
// It stores the results in a data folder of `npm start`, or nowhere with --dry-run. One call for free comes first: what is wrong
// with the credentials or the project is wrong for every model, and is said once.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { oneKeyForAll } from '../../shared/adapters/documents/document-keys.ts';
import { keepWriterKey } from '../../shared/adapters/documents/folder-key.ts';
import { makeSigner, openKeyFile } from '../../shared/adapters/key-file.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { openVertex } from '../../shared/adapters/vertex.ts';
import { findCredentialKind } from '../../shared/adapters/vertex-clients.ts';
import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import type { CredentialKind } from '../../shared/catalogue/vertex-advice.ts';
import type { Cell } from '../../shared/domain/availability/availability.ts';
import { explainLocation, isLocation } from '../../shared/domain/models/location.ts';
import type { ProbeResult } from '../../shared/domain/probe/probe-input.ts';
import type { Garden, Store } from '../../shared/ports.ts';
import { readEnvironment } from '../environment.ts';
import { printable } from '../printable.ts';
import { runProbe } from '../probe/run.ts';
import { originOf } from '../probe/simulated-data.ts';
import { readCommandLine, refuseCommandLine } from './command-line.ts';
import { readDataFolder } from './data-folder/data-option.ts';
import { createProgress } from './progress.ts';
import { messageOf } from './service-client.ts';
import { adviceOn, findObstacle } from './vertex/obstacle.ts';
import { probeTable } from './vertex/probe-table.ts';
import { readProject } from './vertex/project-option.ts';

const help = `Show which Claude models a project can call, and where.

  npm run probe -- --project ID [--locations LIST] [--data FOLDER] [--all-projects] [--dry-run]

  --project ID      probe for this project, with your application default credentials
                    (gcloud auth application-default login)
  --locations LIST  probe in these locations, separated by commas (default global,us,eu)
  --data FOLDER     store the results in this data folder of npm start (default .pinward/real)
  --all-projects    also probe for the other projects of the policy in that folder
  --dry-run         store nothing
  --help            show this text

Each model is checked for free in each location. If it may be callable, a call of one token confirms it.
Exit codes: 0 probed, 1 nothing was learnt about any model, 2 wrong options.
`;

interface Options {
  readonly project: string;
  readonly locations: readonly string[];
  /** Null: store nothing. */
  readonly dataFolder: string | null;
  readonly allProjects: boolean;
}

async function main(): Promise<number> {
  const options = readOptions();
  // Google's library warns that this machine is none of Google's, before what matters.
  process.removeAllListeners('warning');
  const fakeHost = readEnvironment().PINWARD_VERTEX_ENDPOINT;
  const garden = openVertex(fakeHost === undefined ? {} : { fakeHost });
  try {
    const obstacle = await findObstacle(garden, options.project, options.locations[0]);
    return obstacle === null ? await probe(garden, options) : fail(obstacle);
  } finally {
    await garden.close();
  }
}

function readOptions(): Options {
  const { values } = readCommandLine(help, {
    options: {
      project: { type: 'string' },
      locations: { type: 'string', default: 'global,us,eu' },
      data: { type: 'string', default: join('.pinward', 'real') },
      'all-projects': { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const { project, data } = values;
  if (project === undefined) return refuseCommandLine(help, '--project is missing');
  const locations = values.locations.split(',').map((location) => location.trim());
  const wrong = locations.find((location) => !isLocation(location));
  if (wrong !== undefined) {
    const { message, fix } = explainLocation(wrong);
    return refuseCommandLine(help, `--locations has "${printable(wrong)}": ${message}. ${fix}`);
  }
  return {
    project: readProject(help, project),
    locations,
    dataFolder: values['dry-run'] ? null : readDataFolder(help, data),
    allProjects: values['all-projects'],
  };
}

async function probe(garden: Garden, { project, locations, dataFolder, allProjects }: Options): Promise<number> {
  if (dataFolder !== null) mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const database = dataFolder === null ? ':memory:' : join(dataFolder, 'pinward.db');
  const signer = dataFolder === null ? makeSigner() : openKeyFile(await keepWriterKey(dataFolder, database), 'refuse');
  const store = openSqlite(database, { signer, writers: oneKeyForAll(signer.key), unsigned: 'refuse' });
  try {
    if (await isSimulated(store))
      return fail(`${dataFolder} has simulated results. Leave out --data, or name another folder`);
    const results: ProbeResult[] = [];
    const progress = createProgress();
    const ran = await runProbe({
      ...{ store, garden, catalogue: shippedCatalogue, clock: Date.now, holder: `command-${process.pid}` },
      ...{ projects: [project], locations, onlyTheseProjects: !allProjects },
      onResult: (result, done, all) => {
        results.push(result);
        const { endpoint, observation } = result;
        progress.show(printable(`${done}/${all} ${endpoint.model} in ${endpoint.location}: ${observation.verdict}`));
      },
    });
    progress.end();
    if (!ran.ok || ran.value === null)
      return fail(`Nothing was stored: ${ran.ok ? 'another run is active' : ran.fault.code}`);
    return report(results, ran.value.matrix.cells);
  } finally {
    await store.close();
  }
}

function fail(text: string): number {
  process.stderr.write(`${text}\n`);
  return 1;
}

async function isSimulated(store: Store): Promise<boolean> {
  const matrix = await store.read('matrix', 'current');
  return matrix.ok && originOf(matrix.value?.value ?? null) === 'simulated';
}

/** A table for each project, and each other answer once, with its locations. */
async function report(results: readonly ProbeResult[], cells: readonly Cell[]): Promise<number> {
  const inconclusive = results.filter(({ observation }) => isInconclusive(observation.verdict));
  const isOurs = inconclusive.some(({ observation }) => observation.cause !== null);
  const kind = isOurs ? await findCredentialKind() : 'person';
  const projects = new Set(results.map(({ endpoint }) => endpoint.project));
  if (inconclusive.length < results.length) {
    for (const project of projects) {
      const heading = projects.size === 1 ? '' : `Project ${project}\n`;
      process.stdout.write(heading + probeTable(cells.filter((cell) => cell.project === project)));
    }
  }
  const locations = Map.groupBy(inconclusive, (result) => explain(result, kind));
  for (const [text, those] of locations) {
    const where = [...new Set(those.map(({ endpoint }) => endpoint.location))].join(', ');
    process.stdout.write(`${printable(`? ${where}: ${text}`)}\n`);
  }
  return inconclusive.length === results.length ? 1 : 0;
}

function isInconclusive(verdict: ProbeResult['observation']['verdict']): boolean {
  return verdict === 'misconfigured' || verdict === 'transient' || verdict === 'unknown';
}

function explain({ endpoint, observation: { verdict, cause, evidence } }: ProbeResult, kind: CredentialKind): string {
  return cause === null ? `${verdict}, ${evidence}` : `${cause}, ${evidence}${adviceOn(cause, endpoint, kind)}`;
}

process.exitCode = await main().catch((error) => fail(messageOf(error)));
