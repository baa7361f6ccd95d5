/** The conformance kit finds nothing wrong with pinward.ps1 in PowerShell 7, and finds each fault that is seeded there. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { agents } from '../../agents/packaging/files.ts';
import { isMissing } from '../../support/needs.ts';
import { usual, usualFile } from './adapter.ts';
import { isBroken, judge, rules } from './judge.ts';
import { edited } from './seeded-faults.ts';
import { windowsFaults } from './seeded-faults-windows.ts';

const original = readFileSync(join(agents, 'windows/pinward.ps1'), 'utf8');
// Each start of PowerShell keeps a processor busy. One more at a time, since some rules and faults only wait.
const jobs = availableParallelism() + 1;
/** What PowerShell writes at its first start to make the next ones quicker. */
const cache = mkdtempSync(join(tmpdir(), 'pinward-powershell-'));
after(() => rmSync(cache, { recursive: true }));

describe('the conformance kit on Windows', { skip: isMissing('pwsh') }, () => {
  it('finds nothing wrong with pinward.ps1', async () => {
    const all = rules.map(({ id }) => id);
    assert.deepEqual(await brokenBy(original, all, jobs), {});
  });

  describe('on faults', { concurrency: jobs }, () => {
    for (const fault of windowsFaults) {
      it(`finds that an agent ${fault.title}`, async () => {
        const broken = Object.keys(await brokenBy(edited(original, fault), fault.breaks, 1));
        assert.deepEqual(broken.sort(), [...fault.breaks].sort());
      });
    }
  });

  it('has no rule that no fault breaks', () => {
    const broken = new Set(windowsFaults.flatMap(({ breaks }) => breaks));
    assert.deepEqual(
      rules.map(({ id }) => id).filter((id) => !broken.has(id)),
      [],
    );
  });
});

/** Judges the script by these rules, so many at a time. Returns the evidence for each broken rule. */
async function brokenBy(text: string, ids: readonly string[], jobs: number): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-agent-'));
  const file = join(folder, 'pinward.ps1');
  writeFileSync(file, text);
  try {
    const chosen = rules.filter(({ id }) => ids.includes(id));
    const quick = `env XDG_CACHE_HOME=${cache} DOTNET_JITMinOpts=1 POWERSHELL_TELEMETRY_OPTOUT=1 pwsh`;
    const adapter = { ...usual, agent: `${quick} -NoProfile -File ${file}`, file: usualFile(file) };
    const judged = await judge({ adapter, brief: true }, chosen, { jobs });
    return Object.fromEntries(
      judged.filter(isBroken).map(({ rule, verdict }) => [rule.id, verdict.kind === 'broken' ? verdict.evidence : '']),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
