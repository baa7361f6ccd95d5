// `npm run bench`: every measure in one run, as ratios to a baseline measured beside it. `-- --json` prints one JSON
// object as the last line; names behind the options choose benches (polls, start, memory, held, reads, commits, firestore, probes, bundles, callers,
// console, worst). Exit 1 if a target is missed.

import { readCommandLine, refuseCommandLine } from '../../functions/cli/command-line.ts';
import { createProgress } from '../../functions/cli/progress.ts';
import { benchBundles } from './bundles.ts';
import { benchCallers } from './callers.ts';
import { benchCommits } from './commits.ts';
import { benchConsole } from './console.ts';
import { benchFirestore } from './firestore.ts';
import { benchHeld } from './held.ts';
import { isMet, type Measure } from './measure.ts';
import { benchMemory } from './memory.ts';
import { benchPolls } from './polls.ts';
import { benchProbes } from './probes.ts';
import { benchReads } from './reads.ts';
import { prepareStore } from './server.ts';
import { benchStart } from './start.ts';
import { benchWorstInput } from './worst-input.ts';

const benches = {
  polls: benchPolls,
  start: benchStart,
  memory: benchMemory,
  held: benchHeld,
  reads: benchReads,
  commits: benchCommits,
  firestore: benchFirestore,
  probes: benchProbes,
  bundles: benchBundles,
  callers: benchCallers,
  console: benchConsole,
  worst: benchWorstInput,
};

const help = `Measure how fast Pinward is, as ratios to a baseline measured beside it.

  npm run bench -- [NAME ...] [--json]

  NAME    only these benches: ${Object.keys(benches).join(' ')}
  --json  print one JSON object as the last line (npm run -s, or npm adds lines of its own)
  --help  show this text

All of them take some minutes. Exit codes: 0 every target is met, 1 one is missed, 2 wrong options.
`;

const { values, positionals } = readCommandLine(help, {
  options: { json: { type: 'boolean' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) refuseCommandLine(help, `No bench is called ${unknown.join(' or ')}`);

const progress = createProgress();
progress.show('preparing the store');
await prepareStore();
const measures: Record<string, Measure> = {};
for (const [name, run] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  progress.show(`measuring ${name}`);
  const found = await run();
  progress.end();
  for (const [what, measure] of Object.entries(found)) {
    measures[what] = measure;
    process.stdout.write(`${describe(what, measure)}\n`);
  }
}
if (values.json === true) process.stdout.write(`${JSON.stringify(measures)}\n`);
if (!Object.values(measures).every(isMet)) process.exitCode = 1;

function describe(what: string, measure: Measure): string {
  const verdict = isMet(measure) ? 'met' : 'MISSED';
  const [value, baseline] = [measure.value, measure.baseline].map((number) => number.toFixed(number < 10 ? 2 : 0));
  return `${what.padEnd(36)} ${value} against ${baseline}: ratio ${measure.ratio.toFixed(2)} (${measure.target}: ${verdict})`;
}
