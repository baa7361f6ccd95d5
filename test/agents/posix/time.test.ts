/** Times and numbers, as each shell compares them: some calculate with 32 bits. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { shells, whyNot } from './machine.ts';

const part = join(import.meta.dirname, '../../../infra/agents/posix/parts/23-time.sh');
const timestamp = fc
  .date({ min: new Date('2000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, 19)}Z`);
const near = fc.tuple(timestamp, fc.integer({ min: -100_000, max: 100_000 })).map(([time, seconds]): Pair => {
  const other = new Date(Math.min(Date.parse(time) + seconds * 1000, Date.parse('9999-12-31')));
  return [time, `${other.toISOString().slice(0, 19)}Z`];
});
const pairs = fc.array(fc.oneof(fc.tuple(timestamp, timestamp), near), { minLength: 50, maxLength: 50 });
const edges = [
  '0',
  '999999999',
  '2147400000',
  '2147483647',
  '2147483648',
  '2147500000',
  '9999999999999',
  '10000000000000',
];
const numbers = fc.array(fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: 10n ** 14n }).map(String)), {
  minLength: 50,
  maxLength: 50,
});
type Pair = readonly [string, string];

for (const [shell, words] of shells) {
  describe(`time in ${shell}`, { skip: whyNot(shell) }, () => {
    it('goes forward, whatever the two times are', () => {
      fc.assert(
        fc.property(pairs, (some) => {
          const said = ask(
            words,
            some.map(([one, other]) => `is_before ${one} ${other}`),
          );
          assert.deepEqual(
            said,
            some.map(([one, other]) => Date.parse(one) < Date.parse(other)),
          );
        }),
        { numRuns: 5 },
      );
    });

    it('takes for a number what it can calculate with, and nothing else', () => {
      fc.assert(
        fc.property(numbers, (some) => {
          const said = ask(
            words,
            some.map((number) => `is_number ${number} && [ $((${number} - 1)) = ${BigInt(number) - 1n} ]`),
          );
          const longest = isNarrow(words) ? 2n ** 31n - 1n : 10n ** 13n - 1n;
          assert.deepEqual(
            said,
            some.map((number) => BigInt(number) <= longest),
          );
        }),
        { numRuns: 5 },
      );
    });
  });
}

/** Whether each of the commands succeeds. */
function ask([program = '', ...flags]: readonly string[], commands: readonly string[]): readonly boolean[] {
  const lines = commands.map((command) => `if ${command}; then echo yes; else echo no; fi\n`);
  const { stdout } = spawnSync(program, [...flags, '-c', `. '${part}'\n${lines.join('')}`], { encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line === 'yes');
}

function isNarrow(words: readonly string[]): boolean {
  return ask(words, ['[ $((65536 * 65536)) -eq 0 ]'])[0] === true;
}
