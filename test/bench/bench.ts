// `npm run bench`: every measure in one run, as ratios to a baseline measured beside it. `-- --json` prints one JSON
// object as the last line; names behind the options choose benches (polls, start, memory, held, reads, commits, firestore, probes, bundles, callers,
// worst). Exit 1 if a target is missed.

import { parseArgs } from 'node:util';
import { benchBundles } from './bundles.ts';
import { benchCallers } from './callers.ts';
import { benchCommits } from './commits.ts';
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
  worst: benchWorstInput,
};

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`No bench is called ${unknown.join(' or ')}. There are: ${Object.keys(benches).join(' ')}\n`);
  process.exit(2);
}

await prepareStore();
const measures: Record<string, Measure> = {};
for (const [name, run] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  for (const [what, measure] of Object.entries(await run())) {
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
