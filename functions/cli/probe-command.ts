// `npm run probe`: probes the real Vertex AI once with the caller's own credentials, and shows the results as a table.
// It stores the results in the data folder of `npm start`, or nowhere with --dry-run.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { openVertex } from '../../shared/adapters/vertex.ts';
import { findCredentialKind } from '../../shared/adapters/vertex-clients.ts';
import { shippedCatalogue } from '../../shared/catalogue/catalogue.ts';
import { adviceFor, fillIn } from '../../shared/catalogue/vertex-advice.ts';
import { findings } from '../../shared/catalogue/vertex-findings.ts';
import type { Cell } from '../../shared/domain/availability/availability.ts';
import type { ProbeResult } from '../../shared/domain/probe/probe-input.ts';
import { printable } from '../printable.ts';
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

const store = openSqlite(values['dry-run'] ? ':memory:' : join(values.data, 'pinward.db'));
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
const isOurs = inconclusive.some(({ observation }) => observation.cause !== null);
const credentialKind = isOurs ? await findCredentialKind() : 'person';
for (const line of new Set(inconclusive.map(explain))) process.stdout.write(`${printable(line)}\n`);
// No response was about a model, so the caller must fix something first.
if (inconclusive.length === results.length) process.exitCode = 1;

function isInconclusive(verdict: ProbeResult['observation']['verdict']): boolean {
  return verdict === 'misconfigured' || verdict === 'transient' || verdict === 'unknown';
}

function explain({ endpoint, observation: { verdict, cause, evidence } }: ProbeResult): string {
  const advice = cause === null ? null : adviceFor(credentialKind, findings[cause].advice);
  if (cause === null || advice === null) return `? ${endpoint.location}: ${verdict}, ${evidence}`;
  const { meaning, fix } = advice;
  const known = { project: endpoint.project, location: endpoint.location, consumer: endpoint.project };
  return `? ${endpoint.location}: ${cause}, ${evidence}\n    ${fillIn(`${meaning}\n    ${fix}`, known)}`;
}

function showProgress(result: ProbeResult, done: number, all: number): void {
  results.push(result);
  const { endpoint, observation } = result;
  const line = printable(`${done}/${all} ${endpoint.model} in ${endpoint.location}: ${observation.verdict}`);
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
  else process.stderr.write(`${line}\n`);
}

function table(cells: readonly Cell[]): string {
  const locations = [...new Set(cells.map(({ location }) => location))];
  const models = [...new Set(cells.map(({ model }) => model))];
  const rows = models.map((model) => [
    printable(model),
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
