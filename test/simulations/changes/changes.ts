// `npm run simulate:changes -- --pairs 10000 --seed N`: what the product says of changes, against an oracle that knows none of
// its rules and reads what machines are served. Pairs: every difference is named, and what raises risk needs a second person.
// Walks: nothing that two people didn't agree to is served. The last line is one JSON object; exit code 1 for any fault.

import { consequencesOf } from '../../../shared/domain/consequences/consequences.ts';
import { readOptions } from './options.ts';
import { isGood, simulate } from './simulate.ts';

/** Between two lines that say how far it is. */
const everyMs = 5_000;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), Date.now() % 1_000_000);
  const { pairs, walks, seed } = options;
  say(`${pairs} pairs and ${walks} walks, seed ${seed}`);
  let last = performance.now();
  const { outcome, complaints } = await simulate(options, consequencesOf, (line) => {
    if (performance.now() - last < everyMs) return;
    last = performance.now();
    say(line);
  });
  for (const complaint of complaints) say(complaint);
  say(JSON.stringify(outcome));
  process.exitCode = isGood(outcome) ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
