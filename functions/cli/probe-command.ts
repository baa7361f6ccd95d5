// `npm run probe`: probes the real Vertex AI once with the caller's own credentials, and shows the results as a table.
// It stores the results in the data folder of `npm start`, or nowhere with --dry-run.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { oneKeyForAll } from '../../shared/adapters/documents/document-keys.ts';
import { keepWriterKey } from '../../shared/adapters/documents/folder-key.ts';
import { makeSigner, openKeyFile } from '../../shared/adapters/key-file.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { openVertex } from '../../shared/adapters/vertex.ts';
import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import type { Cell } from '../../shared/domain/availability/availability.ts';
import { remedies } from '../../shared/domain/availability/observation.ts';
import type { ProbeResult } from '../../shared/domain/probe/probe-input.ts';
import { runProbe } from '../probe/run.ts';

const help = `Show which Claude models a project can call, and where.

  npm run probe -- --project ID [--locations LIST] [--data FOLDER] [--dry-run]

  --project ID      probe for this project, with your application default credentials
                    (gcloud auth application-default login)
  --locations LIST  probe in these locations, separated by commas (default global,us,eu)
  --data FOLDER     store the results in this data folder of npm start (default .pinward)
  --dry-run         store nothing

Each model is checked for free in each location. If it may be callable, a call of one token confirms it.
`;

const marks: Record<Cell['state'], string> = {
  enabled: 'yes',
  no_quota: 'no quota',
  blocked_by_policy: 'blocked',
  needs_data_sharing: 'data sharing',
  not_enabled: '-',
  not_served: '.',
  unknown: '?',
};

const legend =
  'yes: callable · -: not enabled, or no such model there · .: not served there · ?: no answer about the model';
const results: ProbeResult[] = [];

const { values } = parseArgs({
  options: {
    project: { type: 'string' },
    locations: { type: 'string', default: 'global,us,eu' },
    data: { type: 'string', default: '.pinward' },
    'dry-run': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help === true || values.project === undefined) {
  process.stdout.write(help);
  process.exit(values.help === true ? 0 : 2);
}

const isDry = values['dry-run'];
const database = isDry ? ':memory:' : join(values.data, 'pinward.db');
const signer = isDry ? makeSigner() : openKeyFile(await keepWriterKey(values.data, database), 'refuse');
const keys = { signer, writers: oneKeyForAll(signer.key), unsigned: 'refuse' } as const;
const store = openSqlite(database, keys);

const garden = openVertex();
const ran = await runProbe({
  store,
  garden,
  catalogue: shippedCatalogue,
  clock: Date.now,
  holder: `command-${process.pid}`,
  projects: [values.project],
  locations: values.locations.split(','),
  onResult: showProgress,
});
process.stderr.write('\n');
await garden.close();
await store.close();
if (!ran.ok || ran.value === null) {
  process.stderr.write(`Nothing was stored: ${ran.ok ? 'another run is active' : ran.fault.code}\n`);
  process.exit(1);
}
process.stdout.write(table(ran.value.matrix.cells.filter(({ project }) => project === values.project)));
const inconclusive = results.filter(({ observation }) => isInconclusive(observation.verdict));
for (const line of new Set(inconclusive.map(explain))) process.stdout.write(`${line}\n`);
// No response was about a model, so the caller must fix something first.
if (inconclusive.length === results.length) process.exitCode = 1;

function isInconclusive(verdict: ProbeResult['observation']['verdict']): boolean {
  return verdict === 'misconfigured' || verdict === 'transient' || verdict === 'unknown';
}

function explain({ endpoint, observation: { verdict, cause, evidence } }: ProbeResult): string {
  return cause === null
    ? `? ${endpoint.location}: ${verdict}, ${evidence}`
    : `? ${endpoint.location}: ${cause}. ${remedies[cause]}`;
}

function showProgress(result: ProbeResult, done: number, all: number): void {
  results.push(result);
  const { endpoint, observation } = result;
  const line = `${done}/${all} ${endpoint.model} in ${endpoint.location}: ${observation.verdict}`;
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
  else process.stderr.write(`${line}\n`);
}

function table(cells: readonly Cell[]): string {
  const locations = [...new Set(cells.map(({ location }) => location))];
  const models = [...new Set(cells.map(({ model }) => model))];
  const rows = models.map((model) => [
    model,
    ...locations.map((location) => {
      const cell = cells.find((each) => each.model === model && each.location === location);
      return cell === undefined ? '' : marks[cell.state];
    }),
  ]);
  const lines = [['model', ...locations], ...rows].map(([model = '', ...states]) =>
    `${model.padEnd(32)}${states.map((state) => state.padEnd(14)).join('')}`.trimEnd(),
  );
  return `${lines.join('\n')}

${legend}
`;
}
