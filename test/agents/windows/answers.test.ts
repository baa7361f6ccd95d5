/** The doctor of pinward.ps1 and the probe judge every answer of Vertex alike. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findAnswer } from '../../../shared/adapters/vertex-verdict.ts';
import type { KnownAnswer } from '../../support/known-answer.ts';
import { isMissing } from '../../support/needs.ts';
import { knownAnswers } from '../../support/vertex-answers.ts';
import { agents } from '../packaging/files.ts';

test('pinward.ps1 finds in every answer that people met what the probe finds', { skip: isMissing('pwsh') }, () => {
  const answers = knownAnswers.filter(({ code }) => code !== null);
  const found = findingsOf(answers);

  assert.deepEqual(
    found,
    answers.map((answer) => findAnswer(answer) ?? ''),
  );
  assert.ok(new Set(found).size > 15);
});

/** What the doctor's function finds in each answer, in one process. */
function findingsOf(answers: readonly Omit<KnownAnswer, 'means'>[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-answers-'));
  try {
    const script = readFileSync(join(agents, 'windows/pinward.ps1'), 'utf8');
    writeFileSync(join(folder, 'judge.ps1'), script.replace(/\ntry \{ Invoke-Main[\s\S]*$/, '\n'));
    writeFileSync(join(folder, 'answers.json'), JSON.stringify(answers));
    const loop = `. '${folder}/judge.ps1'
      foreach ($answer in (ConvertFrom-Json -InputObject ([IO.File]::ReadAllText('${folder}/answers.json')))) {
        "$(Find-VertexAnswer $answer.code $answer.reason $answer.text)"
      }`;
    const { stdout, stderr } = spawnSync('pwsh', ['-NoProfile', '-Command', loop], { encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout.split('\n').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
