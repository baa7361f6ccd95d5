/** The conformance kit finds nothing wrong with pinward.sh, finds each seeded fault by its rules, and has no empty rule. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { agents } from '../../agents/packaging/files.ts';
import { script, whyNot } from '../../agents/posix/machine.ts';
import { isMissing } from '../../support/needs.ts';
import { usual } from './adapter.ts';
import { forged, mixed, old, unchanged } from './attacks-on-answers.ts';
import { unknownKeys } from './attacks-on-keys.ts';
import { isBroken, judge, rules } from './judge.ts';
import { pinwardExpectations } from './pinward-expectations.ts';
import { type Bench, broken, kept } from './rule.ts';
import { trustRules } from './rules-on-trust.ts';
import { edited, moreFaults, type SeededFault, seeded, tenFaults } from './seeded-faults.ts';
import { windowsFaults } from './seeded-faults-windows.ts';

const skip = whyNot('sh') || isMissing('curl') || isMissing('openssl');
const original = readFileSync(script, 'utf8');
const all = rules.map(({ id }) => id);
/** The rules whose cases are attacks; each runs once, with all of its cases. */
const attacked = [...trustRules.map(({ id }) => id), 'keeps-when-oversize', 'ends-in-time', 'follows-no-redirect'];
/** None of the ten faults breaks this rule, so an agent with one of them still works. All rules would take minutes. */
const control = 'exact-bytes';

describe('the conformance kit', { skip }, () => {
  it('finds nothing wrong with pinward.sh', async () => {
    const others = all.filter((id) => !attacked.includes(id));
    assert.deepEqual(await brokenBy(original, others), {});
  });

  it('finds nothing wrong with pinward.sh under every attack, which it names and records', async () => {
    const options = { brief: false, expectations: pinwardExpectations };
    assert.deepEqual(await brokenBy(original, attacked, options), {});
  });

  it('judges an agent alike whose first start comes before its pins, as on a busy machine', async () => {
    const hasty = original.replace('login_within 3', 'login_within 0').replace('max_seconds=3', 'max_seconds=0');
    assert.equal([...hasty.matchAll(/login_within 0|max_seconds=0\n/g)].length, 2);
    assert.deepEqual(await brokenBy(hasty, ['keeps-when-refused', 'never-goes-back']), {});
  });

  // Some of these wait for seconds, while others go on.
  describe('on faults', { concurrency: 3 }, () => {
    for (const fault of moreFaults) {
      it(`finds that an agent ${fault.title}`, async () => {
        assert.deepEqual(Object.keys(await brokenBy(seeded(original, fault), fault.breaks)), inOrder(fault));
      });
    }

    for (const fault of tenFaults) {
      it(`finds that an agent ${fault.title}, and that it works otherwise`, async () => {
        const found = await brokenBy(seeded(original, fault), [...fault.breaks, control]);
        assert.deepEqual(Object.keys(found), inOrder(fault));
      });
    }
  });

  it('has no rule that no fault breaks', () => {
    const broken = new Set([...tenFaults, ...moreFaults].flatMap(({ breaks }) => breaks));
    assert.deepEqual(
      all.filter((id) => !broken.has(id)),
      [],
    );
  });

  it('has no fault for the Windows agent that cannot be seeded there', () => {
    const windows = readFileSync(join(agents, 'windows/pinward.ps1'), 'utf8');
    for (const fault of windowsFaults) assert.notEqual(edited(windows, fault), windows);
  });

  it('calls a rule about seconds broken only if it is so while no other is judged', async () => {
    const bench = { adapter: { ...usual, agent: 'none' }, brief: true };
    const chosen = rules.filter(({ id }) => id === 'ends-in-time' || id === 'exact-bytes');
    const verdicts = async (jobs: number) => {
      let checks = 0;
      const check = async () => (checks++ < 2 ? broken('busy') : kept);
      const judged = await judge(
        bench,
        chosen.map((rule) => ({ ...rule, check })),
        { jobs },
      );
      return judged.map(({ verdict }) => verdict.kind);
    };
    assert.deepEqual(await verdicts(2), ['broken', 'kept']);
    assert.deepEqual(await verdicts(1), ['broken', 'broken']);
  });

  it('has each attack on signed answers in one rule', () => {
    const held = trustRules.flatMap(({ attacks }) => attacks.map(({ title }) => title));
    const known = [...forged, ...mixed, ...old, ...unchanged, ...unknownKeys].map(({ title }) => title);
    assert.deepEqual(held.toSorted(), known.toSorted());
  });

  it('judges an agent that shares nothing with pinward.sh, and leaves out what that agent has not', () => {
    const line = '{agent} {state}/pins {server} {machine} {token}';
    const { status, stdout } = conformance(
      ...['--agent', `${process.execPath} ${join(import.meta.dirname, 'small-agent.ts')}`, '--json', '--brief'],
      ...['--install', line, '--login', '{agent} {state}/pins', '--file', '{state}/pins/pins.json'],
      ...['--refresh', '', '--trust', '', '--helper', '', '--env', ''],
    );
    const { rules } = JSON.parse(stdout);
    const of = (kind: string) =>
      rules.filter(({ verdict }: { verdict: string }) => verdict === kind).map(({ rule }: { rule: string }) => rule);
    assert.deepEqual(of('broken'), ['one-at-a-time']);
    assert.deepEqual(
      of('not applicable'),
      all.filter((id) => /^(?:reports|helper|polls|retries|silent|refuses|checks-(?!the-hash))/.test(id)),
    );
    assert.equal(status, 1);
  });

  it('says that an agent breaks a rule that it can not even begin with, and ends with 1', () => {
    const { status, stdout } = conformance('--agent', 'false', '--rule', 'exits-0');
    assert.equal(status, 1);
    assert.match(stdout, /^broken +exits-0 .*\n +a healthy server's answer is not put in place: exit 1/);
  });

  it('ends with 2 when the call is wrong, and says what is', () => {
    const said = [
      [],
      ['--agent', 'x', '--rule', 'no-such'],
      ['--agent', 'x', '--login', '{agent} {nothing}'],
      ['--nothing'],
    ];
    const runs = said.map((args) => conformance(...args));
    assert.deepEqual(
      runs.map(({ status }) => status),
      [2, 2, 2, 2],
    );
    assert.match(runs.map(({ stderr }) => stderr).join(''), /--agent says.*no-such.*nothing.*--nothing/s);
  });
});

/** Judges the script by these rules. Returns the evidence for each broken rule. */
async function brokenBy(
  text: string,
  ids: readonly string[],
  options: Omit<Bench, 'adapter'> = { brief: true },
): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-agent-'));
  const file = join(folder, 'pinward.sh');
  writeFileSync(file, text, { mode: 0o755 });
  try {
    const chosen = rules.filter(({ id }) => ids.includes(id));
    const judged = await judge({ adapter: { ...usual, agent: `sh ${file}` }, ...options }, chosen, { jobs: 4 });
    return Object.fromEntries(
      judged.filter(isBroken).map(({ rule, verdict }) => [rule.id, verdict.kind === 'broken' ? verdict.evidence : '']),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inOrder({ breaks }: SeededFault): readonly string[] {
  return all.filter((id) => breaks.includes(id));
}

function conformance(...args: string[]) {
  const program = join(import.meta.dirname, 'conformance.ts');
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
}
