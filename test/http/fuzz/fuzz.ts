// `npm run fuzz -- --cases 50000 --seed 1`: hostile requests for every call of the OpenAPI document. Prints the seed and what
// was answered; exit 1 with the smallest request that breaks a rule, or when a call was never answered well, or never refused.

import { randomInt } from 'node:crypto';
import { readCommandLine, readWholeNumber } from '../../../functions/cli/command-line.ts';
import { createProgress } from '../../../functions/cli/progress.ts';
import { fuzz } from './campaign.ts';

const help = `Send hostile requests to every call of the API, and check the rules that hold for each answer.

  npm run fuzz -- [--cases N] [--seed N]

  --cases N  how many requests (default 50000)
  --seed N   the same seed makes the same requests (default: another one each time)
  --help     show this text

Exit codes: 0 no rule is broken, 1 one is, with the smallest request that breaks it, 2 wrong options.
`;

const anySeed = String(randomInt(2 ** 31));
const { values } = readCommandLine(help, {
  options: { cases: { type: 'string', default: '50000' }, seed: { type: 'string', default: anySeed } },
});
const cases = readWholeNumber(help, 'cases', values.cases, 1);
const seed = readWholeNumber(help, 'seed', values.seed, 0);

process.stdout.write(`seed ${seed}, ${cases} cases\n`);
const began = performance.now();
try {
  const progress = createProgress();
  const onCases = (done: number) => progress.show(`${done} of ${cases} cases`);
  const { byStatus, byOperation, lines } = await fuzz(cases, seed, onCases).finally(progress.end);
  for (const [operation, { good, bad }] of byOperation) process.stdout.write(`${operation}: ${good} 2xx, ${bad} 4xx\n`);
  const statuses = [...byStatus].toSorted(([a], [b]) => a - b).map(([status, amount]) => `${status}: ${amount}`);
  process.stdout.write(
    `${statuses.join(', ')}; ${lines} lines of log, ${Math.round((performance.now() - began) / 1000)} s\n`,
  );
  const missed = [...byOperation]
    .filter(([, { good, bad }]) => good === 0 || bad === 0)
    .map(([operation]) => operation);
  if (missed.length > 0) {
    process.stdout.write(`Never answered with 2xx, or never with 4xx: ${missed.join(', ')}\n`);
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  if (error instanceof Error && error.cause !== undefined) process.stderr.write(`${String(error.cause)}\n`);
  process.stderr.write(`Again: npm run fuzz -- --cases ${cases} --seed ${seed}\n`);
  process.exitCode = 1;
}
