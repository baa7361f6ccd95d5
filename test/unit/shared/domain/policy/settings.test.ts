// What a policy may pass through to Claude Code beside the pins, in whole and in a ring.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readDraft } from '../../../../../shared/domain/policy/read-draft.ts';
import { Settings } from '../../../../../shared/domain/policy/settings.ts';
import { anyText } from '../../../../support/any-text.ts';

test('settings that Pinward does not know go through as they are', () => {
  const settings = {
    permissions: { deny: ['Read(./.env)'], defaultMode: 'plan' },
    cleanupPeriodDays: 30,
    statusLine: null,
    hooks: [{ matcher: '*', nested: [[1.5, -1, 1e21]] }],
    env: { DISABLE_AUTOUPDATER: '1', ANTHROPIC_MODEL: '', lower_case: 'é "quoted" \\ $HOME `x` 😀' },
  };
  assert.deepEqual(readDraft(Settings, settings), { ok: true, value: settings });
});

test('no variable that Pinward writes can be set by hand, in whichever case, since Windows knows none', async (t) => {
  const names = [
    'CLAUDE_CODE_USE_VERTEX',
    'CLOUD_ML_REGION',
    'ANTHROPIC_VERTEX_PROJECT_ID',
    'ANTHROPIC_SMALL_FAST_MODEL',
    'ANTHROPIC_DEFAULT_OPUS_MODEL',
    'ANTHROPIC_DEFAULT_SONNET_MODEL',
    'ANTHROPIC_DEFAULT_HAIKU_MODEL',
    'ANTHROPIC_DEFAULT_FABLE_MODEL',
    'VERTEX_REGION_CLAUDE_4_8_OPUS',
    'VERTEX_REGION_CLAUDE_OF_THE_FUTURE',
    'CLAUDE_CODE_3P_PROBE_WROTE_OPUS_DEFAULT',
    'cloud_ml_region',
    'Vertex_Region_Claude_4_8_Opus',
  ];
  for (const name of names) {
    await t.test(name, () =>
      assert.deepEqual(codesOf({ env: { [name]: 'x', OTHER: 'y' } }), [`setting_protected /env/${name}`]),
    );
  }
});

test('variables that only look like those may be set', () => {
  const env = { ANTHROPIC_DEFAULT_OPUS_MODEL_NAME: 'Opus', ANTHROPIC_DEFAULT_MODEL: 'opus', MY_CLOUD_ML_REGION: 'x' };
  assert.deepEqual(codesOf({ env }), []);
});

test('each setting that would be ignored, lock people out or break a format is refused where it stands', async (t) => {
  const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1);
  const rows: readonly (readonly [string, unknown, string])[] = [
    ['a variable that zsh ties to PATH', { env: { path: 'x' } }, 'variable_of_shell /env/path'],
    ['a variable that dash checks', { env: { OPTIND: 'x' } }, 'variable_of_shell /env/OPTIND'],
    ['policyHelper', { policyHelper: { path: '/x' } }, 'setting_protected /policyHelper'],
    ['policyHelper that is null', { policyHelper: null }, 'setting_protected /policyHelper'],
    ['__proto__ as JSON has it', JSON.parse('{"env": {"__proto__": "x"}}'), 'key_forbidden /env/__proto__'],
    ['__proto__ deep down', JSON.parse('{"a": [{"__proto__": {}}]}'), 'key_forbidden /a/0/__proto__'],
    ['constructor', { env: { constructor: 'x' } }, 'key_forbidden /env/constructor'],
    ['prototype', { a: { prototype: {} } }, 'key_forbidden /a/prototype'],
    ['nesting without end', { deep }, `too_deep /deep${'/0'.repeat(24)}`],
    ['a number that JSON cannot hold', { a: [JSON.parse('1e999')] }, 'number_unsafe /a/0'],
    ['a negative zero, which JSON does not give back', JSON.parse('{"a": -0}'), 'number_unsafe /a'],
    ['a variable with a line break', { env: { A: 'x\ny' } }, 'variable_value /env/A'],
    ['a variable with a carriage return', { env: { A: 'x\r' } }, 'variable_value /env/A'],
    ['a variable with a NUL', { env: { A: '\0' } }, 'variable_value /env/A'],
    ['a variable with an escape', { env: { A: '\u001b[31m' } }, 'variable_value /env/A'],
    ['a variable with a C1 control', { env: { A: '\u0085' } }, 'variable_value /env/A'],
    ['a lone surrogate', { env: { A: 'x\ud83d' } }, 'variable_value /env/A'],
    ['a variable that is a number', { env: { A: 1 } }, 'type /env/A'],
    ['a variable too long', { env: { A: 'x'.repeat(8193) } }, 'value /env/A'],
    ['a name with a dash', { env: { 'A-B': 'x' } }, 'key_form /env/A-B'],
    ['a name that ends a command', { env: { 'A;reboot': 'x' } }, 'key_form /env/A;reboot'],
    ['a name with a line break', { env: { 'A\n': 'x' } }, 'key_form /env/A\n'],
    ['a name that begins with a digit', { env: { '1A': 'x' } }, 'key_form /env/1A'],
    ['an empty name', { env: { '': 'x' } }, 'key_form /env/'],
    ['an empty availableModels', { availableModels: [] }, 'value /availableModels'],
    ['an availableModels that is a string', { availableModels: 'opus' }, 'type /availableModels'],
    ['an enforceAvailableModels that is a string', { enforceAvailableModels: 'true' }, 'type /enforceAvailableModels'],
    [
      'a minimum version that is a range',
      { requiredMinimumVersion: '>=2.1.0' },
      'version_form /requiredMinimumVersion',
    ],
    [
      'a minimum version as the CLI prints it',
      { requiredMinimumVersion: '2.1.0 (Claude Code)' },
      'version_form /requiredMinimumVersion',
    ],
    ['a maximum version of two numbers', { requiredMaximumVersion: '2.1' }, 'version_form /requiredMaximumVersion'],
    ['an announcement that is no list', { companyAnnouncements: 'hello' }, 'type /companyAnnouncements'],
    ['an empty gcpAuthRefresh', { gcpAuthRefresh: '' }, 'value /gcpAuthRefresh'],
  ];
  for (const [what, settings, expected] of rows) {
    await t.test(what, () => assert.deepEqual(codesOf(settings), [expected]));
  }
});

test('a name that no variable can have is told so', () => {
  const read = readDraft(Settings, { env: { 'A-B': 'x' } });
  assert.ok(!read.ok && read.fault.code === 'policy_invalid');
  assert.equal(read.fault.findings[0]?.message, 'not a name that an environment variable can have');
});

test('whatever settings are accepted, JSON gives them back as they are', () => {
  const number = fc.oneof(
    fc.double(),
    fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 2),
  );
  const value = fc.anything({
    withNullPrototype: false,
    maxDepth: 3,
    key: fc.string(),
    values: [number, anyText, fc.boolean()],
  });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value, { noNullPrototype: true }), (settings) => {
      const read = readDraft(Settings, settings);
      if (read.ok) assert.deepEqual(JSON.parse(JSON.stringify(read.value)), read.value);
    }),
    { numRuns: 1000 },
  );
});

function codesOf(settings: unknown): readonly string[] {
  const read = readDraft(Settings, settings);
  if (read.ok) return [];
  assert.ok(read.fault.code === 'policy_invalid');
  return read.fault.findings.map(({ code, path }) => `${code} ${path}`);
}
