// `npm run simulate:changes -- --pairs 10000 --seed N`: what the product says of changes, against an oracle that knows none of
// its rules and reads what machines are served. Pairs: every difference is named, and what raises risk needs a second person.
// Walks: nothing that two people didn't agree to is served. The last line is one JSON object; exit code 1 for any fault.

import { consequencesOf } from '../../../shared/domain/consequences/consequences.ts';
import { readOptions, usage } from './options.ts';
import { judgePairs } from './pairs/judge-pairs.ts';

const everyMs = 5_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Says how far it is, at most every five seconds. */
function progress(total: number, what: string): (done: number) => void {
  let last = performance.now();
  return (done) => {
    if (performance.now() - last < everyMs) return;
    last = performance.now();
    say(`${done} of ${total} ${what}`);
  };
}

async function main(): Promise<void> {
  const given = readOptions(process.argv.slice(2), Date.now() % 1_000_000);
  if ('help' in given) return say(usage);
  if ('wrong' in given) {
    process.stderr.write(`${given.wrong}\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const { pairs, seed } = given.options;
  say(`judging ${pairs} pairs, seed ${seed}`);
  const { complaints, ...ofPairs } = judgePairs(pairs, seed, consequencesOf, progress(pairs, 'pairs'));
  for (const complaint of complaints) say(complaint);
  say(JSON.stringify({ ...ofPairs, seed }));
  const { unnamed, unasked, askedForNothing } = ofPairs;
  process.exitCode = unnamed + unasked + askedForNothing === 0 ? 0 : 1;
}

await main();
