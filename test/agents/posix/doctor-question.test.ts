/** The question for Claude Code has nothing of strangers in it that may run, write or call: on a stand-in that records it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { write } from './machine.ts';
import { newPatient, userSettings } from './patient.ts';

describe('pinward doctor asks Claude Code', { concurrency: 2 }, () => {
  it('with what settings and editors set only as far as it may lead elsewhere', async () => {
    await using patient = await newPatient();
    const repository = mkdtempSync(join(tmpdir(), 'pinward-repository-'));
    const asked = patient.machine.path('asked');
    const deeper = join(repository, 'deeper');
    mkdirSync(deeper);
    const strange = [
      'LD_AUDIT',
      'GIT_TRACE',
      'BASH_FUNC_env%%',
      'PS4',
      'CLAUDE_CODE_DIAGNOSTICS_FILE',
      'ANTHROPIC_UNIX_SOCKET',
    ];
    const set = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '/stranger']));
    const spelt = JSON.stringify({ env: set([...strange, 'ANTHROPIC_DEFAULT_MODEL']) }).replace(
      'LD_AUDIT',
      'LD_AUD\\u0049T',
    );
    write(join(repository, '.claude/settings.json'), spelt);
    write(join(repository, 'main/.claude/settings.local.json'), JSON.stringify({ env: { OF_CHECKOUT: '/stranger' } }));
    write(join(repository, '.git'), `gitdir: ${repository}/main/.git/worktrees/x\n`);
    write(patient.machine.path(userSettings), JSON.stringify({ env: set(['OF_USER']) }));
    const given = [...strange, 'ANTHROPIC_MODEL'].map((name) => ({ value: '/editor', note: 'why', name }));
    write(
      join(repository, '.vscode/settings.json'),
      `\ufeff${JSON.stringify({ 'claudeCode.environmentVariables': given })}`,
    );
    const standIn = patient.machine.read('bin/claude');
    write(
      patient.machine.path('bin/claude'),
      standIn.replace('\nsources=', `\n{ env; printf '%s\\n' "$@"; } >>'${asked}'\nsources=`),
      0o755,
    );
    await patient.examine({
      args: ['--offline'],
      cwd: deeper,
      env: { CLAUDE_CODE_DEBUG_LOGS_DIR: '/x', BUN_INSPECT: 'ws://x' },
    });

    const seen = patient.machine.read('asked');
    for (const name of [...strange, 'OF_USER', 'OF_CHECKOUT']) assert.ok(seen.includes(`"${name}":""`), name);
    assert.doesNotMatch(seen, /stranger|^(LD_AUDIT|GIT_TRACE|ANTHROPIC_UNIX_SOCKET)=.|DEBUG_LOGS_DIR|BUN_INSPECT/m);
    assert.match(seen, /^ANTHROPIC_MODEL=\/editor$/m);
    assert.doesNotMatch(seen, /"ANTHROPIC_DEFAULT_MODEL":""/);
  });

  it('with the settings that an editor names as its own, unless they are a stranger’s that it cannot read', async () => {
    await using patient = await newPatient();
    const repository = mkdtempSync(join(tmpdir(), 'pinward-repository-'));
    const elsewhere = JSON.stringify({ calls: 'https://gateway.example.com/x' });
    for (const [editor, home] of [
      ['Code', join(repository, 'home')],
      ['Cursor', join(repository, 'unreadable')],
      ['VSCodium', ''],
    ] as const) {
      const variable =
        home === '' ? { name: 'GOOGLE_CLOUD_PROJECT', value: 'x' } : { name: 'CLAUDE_CONFIG_DIR', value: home };
      const settings = JSON.stringify({ 'claudeCode.environmentVariables': [variable] });
      write(patient.machine.path(`home/.config/${editor}/User/settings.json`), settings);
    }
    write(join(repository, 'home/settings.json'), elsewhere);
    write(join(repository, 'unreadable/settings.json'), '{"env": {"LD_AUDIT=/x": "y"}}');
    const { checks } = await patient.examine({ args: ['--offline'] });
    const [code, cursor, codium] = checks['editor']?.split('\n') ?? [];
    assert.match(code ?? '', /^problem .*Code\/User.* would call https:\/\/gateway\.example\.com\/x/);
    assert.match(cursor ?? '', /^skipped .*Cursor\/User.* was not asked/);
    assert.match(codium ?? '', /^ok .*VSCodium\/User/);
  });

  it('not in a folder whose settings it cannot read, since they may be a stranger’s', async () => {
    await using patient = await newPatient();
    const endless = mkdtempSync(join(tmpdir(), 'pinward-repository-'));
    for (const place of ['.claude/settings.json', '.vscode/settings.json', '.git']) {
      mkdirSync(dirname(join(endless, place)), { recursive: true });
      symlinkSync('/dev/zero', join(endless, place));
    }
    const { checks } = await patient.examine({ args: ['--offline'], cwd: endless });
    assert.match(checks['client'] ?? '', /^skipped could not read \S+settings\.json, so Claude Code is not asked here/);
    for (const settings of [
      '{"env": {"LD_AUDIT": "x"}',
      '{"env": {"LD_AUDIT=/x": "y"}}',
      '{"env": {"LD_AUDIT\\u0000": "y"}}',
    ]) {
      const repository = mkdtempSync(join(tmpdir(), 'pinward-repository-'));
      write(join(repository, '.claude/settings.json'), settings);
      const { checks } = await patient.examine({ args: ['--offline'], cwd: repository });
      assert.match(
        checks['client'] ?? '',
        /^skipped could not read \S+settings\.json, so Claude Code is not asked here/,
      );
    }
  });

  it('and runs no program that the editor settings of a repository name', async () => {
    await using patient = await newPatient();
    const repository = mkdtempSync(join(tmpdir(), 'pinward-repository-'));
    for (const program of ['claude', 'cp', 'date', 'mktemp', 'timeout'])
      write(join(repository, 'evil', program), `#!/bin/sh\n: >>'${repository}/ran'\n`, 0o755);
    const variables = [{ name: 'PATH', value: `${repository}/evil` }];
    write(join(repository, '.vscode/settings.json'), JSON.stringify({ 'claudeCode.environmentVariables': variables }));
    const { checks, out } = await patient.examine({ args: ['--offline'], cwd: repository });
    assert.match(checks['editor'] ?? '', /^skipped .* sets PATH; Claude Code was not asked with them/, out);
    assert.ok(!existsSync(join(repository, 'ran')));
  });
});
