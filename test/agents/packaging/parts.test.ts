// pinward.sh and pinward.ps1 are built from parts and committed whole. These tests hold each equal to its parts, with what
// both doctors say and how they ask.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinParts, readParts } from '../../../infra/agents/parts.ts';
import { agent as posix } from '../../../infra/agents/posix/build.ts';
import { agent as windows } from '../../../infra/agents/windows/build.ts';
import { read } from './files.ts';

test('pinward.sh equals its parts, byte for byte', () => {
  const isEqual = read('infra/agents/posix/pinward.sh') === joinParts(posix);

  assert.ok(isEqual, 'build it: node infra/agents/posix/build.ts');
});

test('pinward.ps1 equals its parts, byte for byte', () => {
  const isEqual = read('infra/agents/windows/pinward.ps1') === joinParts(windows);

  assert.ok(isEqual, 'build it: node infra/agents/windows/build.ts');
});

test('the contents of pinward.sh list its parts in their order', () => {
  const [header = '', ...parts] = readParts(posix);
  const contents = /^# Contents:\n((?:# {3}.*\n)+)/m.exec(header)?.[1] ?? '';
  const listed = contents.split('\n').map((line) => line.slice(4).replace(/ {2,}.*/, ''));
  const titles = parts.map((part) => /^# --- (.+?) -+\n# [A-Z]/.exec(part)?.[1]);

  assert.deepEqual(listed.join(' ').replaceAll(',', '').trim(), titles.slice(0, -1).join(' '));
});
