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
import { adviceFor, type CredentialKind, fillIn } from '../../shared/catalogue/vertex-advice.ts';
import { findings } from '../../shared/catalogue/vertex-findings.ts';
import type { Cell } from '../../shared/domain/availability/availability.ts';
import type { BlindCause } from '../../shared/domain/availability/observation.ts';
import { explainLocation, isLocation } from '../../shared/domain/models/location.ts';
import { Policy } from '../../shared/domain/policy/policy.ts';
import type { ProbeResult } from '../../shared/domain/probe/probe-input.ts';
import type { Garden, Store } from '../../shared/ports.ts';
import { readEnvironment } from '../environment.ts';
import { printable } from '../printable.ts';
import { runProbe } from '../probe/run.ts';
import { originOf } from '../probe/simulated-data.ts';
import { readCommandLine, refuseCommandLine } from './command-line.ts';
import { probeTable } from './probe-table.ts';
import { createProgress } from './progress.ts';

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
    const obstacle = await findObstacle(garden, options);
    return obstacle === null ? await probe(garden, options) : fail(`Project ${options.project}: ${obstacle}`);
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
  if (!Policy.shape.project.safeParse(project).success) {
    const form = '6 to 30 lower-case letters, digits and hyphens, such as acme-claude';
    return refuseCommandLine(
      help,
      `--project is not the id of a Google Cloud project: ${printable(project)} (${form})`,
    );
  }
  const locations = values.locations.split(',').map((location) => location.trim());
  const wrong = locations.find((location) => !isLocation(location));
  if (wrong !== undefined) {
    const { message, fix } = explainLocation(wrong);
    return refuseCommandLine(help, `--locations has "${printable(wrong)}": ${message}. ${fix}`);
  }
  return { project, locations, dataFolder: values['dry-run'] ? null : data, allProjects: values['all-projects'] };
}

/** What keeps every call from an answer about a model, by one free call; null when nothing does. */
async function findObstacle(garden: Garden, { project, locations }: Options): Promise<string | null> {
  const [newest] = shippedCatalogue;
  const [location = 'global'] = locations;
  const { cause, evidence } = await garden.screen({ project, location, model: newest?.id ?? '' });
  if (cause === null || cause === 'wrong_address') return null;
  if (cause === 'unauthenticated') {
    return `${cause}. Sign in first: gcloud auth application-default login. (Google: ${printable(evidence)})`;
  }
  const endpoint = { project, location, model: newest?.id ?? '' };
  const advice = adviceOn(cause, endpoint, await findCredentialKind())
    .trim()
    .split(/\n +/);
  return `${cause}. ${printable(advice.join(' Run: '))} (Google: ${printable(evidence)})`;
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

/** What to do about it, for these credentials; empty when nobody has to do anything. */
function adviceOn(cause: BlindCause, { project, location }: ProbeResult['endpoint'], kind: CredentialKind): string {
  const advice = adviceFor(kind, findings[cause].advice);
  if (advice === null) return '';
  return fillIn(`\n    ${advice.meaning}\n    ${advice.fix}`, { project, location, consumer: project });
}

process.exitCode = await main();
