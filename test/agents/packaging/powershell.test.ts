// Checks pinward.ps1 without running it: by the grammar of PowerShell, by the commands of Windows PowerShell 5.1, and for
// common mistakes in that language.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { agents, read } from './files.ts';
import * as powershell from './powershell.ts';

const text = read('infra/agents/windows/pinward.ps1');
const script = powershell.parsePowerShell(join(agents, 'windows/pinward.ps1'));
const procedures = powershell.proceduresIn(script);
const byName = new Map(procedures.map((procedure) => [procedure.name.toLowerCase(), procedure]));

/** What pinward.ps1 may call, with the parameters that it may pass. Windows PowerShell 5.1 has all of the cmdlets. */
const cmdlets: Readonly<Record<string, string>> = {
  'Add-Type': 'TypeDefinition OutputAssembly OutputType',
  'ConvertFrom-Json': 'InputObject',
  'ConvertTo-Json': 'InputObject Depth Compress',
  chmod: '',
  'Copy-Item': 'LiteralPath Destination Recurse ErrorAction',
  'ForEach-Object': '',
  'Get-Command': 'CommandType ErrorAction',
  'Join-Path': '',
  'New-Object': '',
  'Register-ScheduledTask': 'TaskName Xml Force',
  'Remove-Item': 'LiteralPath Recurse Force ErrorAction',
  'Select-Object': 'First Unique',
  'Set-StrictMode': 'Version',
  'Sort-Object': 'Descending',
  'Split-Path': 'Leaf Parent',
  'Start-Sleep': 'Milliseconds',
  'Stop-ScheduledTask': 'TaskName ErrorAction',
  'Test-Path': 'LiteralPath',
  'Unregister-ScheduledTask': 'TaskName Confirm ErrorAction',
  'Where-Object': '',
};

/** Variables that PowerShell itself sets. */
const automatic = new Set(
  '_ args true false null matches executioncontext pscommandpath pshome psversiontable lastexitcode'.split(' '),
);

/** Methods without a result. A bare call of one writes nothing to the output. */
const silent = 'Close Delete DeleteValue Dispose Flush Kill SetValue Sort Write WriteLine Copy MoveFile'.split(' ');

/** Variables of the script: assigned outside of functions, or with the script's scope. */
const scriptWide: ReadonlySet<string> = new Set([
  ...powershell
    .all(script, 'left_assignment_expression')
    .filter((node) => functionOf(node) === undefined)
    .map((node) => node.text.slice(1).toLowerCase()),
  ...powershell
    .assignedIn(script)
    .filter((name) => name.startsWith('script:'))
    .map((name) => name.slice('script:'.length)),
]);

test('it is PowerShell, by the grammar', () => {
  assert.deepEqual(powershell.errorsIn(script), []);
  assert.ok(procedures.length > 60);
});

test('it uses nothing that Windows PowerShell 5.1 lacks', () => {
  assert.deepEqual(powershell.all(script, 'pipeline_chain_tail'), []); // && and ||
  for (const newer of ['$a ?? 1', '$a ? 1 : 2', '$a?.b'])
    assert.notDeepEqual(powershell.errorsIn(powershell.parseScript(newer)), []);
});

test('it is ASCII, for Windows PowerShell takes a file without a mark for the code page of its machine', () => {
  assert.match(text, /^[\n -~]*$/);
});

test('it calls only what there is, with parameters that there are', () => {
  const unknown = powershell.callsIn(script).flatMap(({ name, parameters, line }) => {
    const known = byName.get(name.toLowerCase())?.parameters ?? cmdlets[name]?.toLowerCase().split(' ');
    if (known === undefined) return [`line ${line}: ${name}`];
    return parameters
      .filter((parameter) => !known.includes(parameter.toLowerCase()))
      .map((parameter) => `line ${line}: ${name} -${parameter}`);
  });

  assert.deepEqual(unknown, []);
});

test('it gives its functions as many arguments as they take, or fewer', () => {
  const excessive = powershell.callsIn(script).flatMap(({ name, positional, line }) => {
    const procedure = byName.get(name.toLowerCase());
    const most =
      procedure === undefined ? Number.POSITIVE_INFINITY : procedure.parameters.length - procedure.switches.length;
    return positional > most ? [`line ${line}: ${name} takes ${most}, not ${positional}`] : [];
  });

  assert.deepEqual(excessive, []);
});

test('every function is called', () => {
  const called = new Set(powershell.callsIn(script).map(({ name }) => name.toLowerCase()));

  assert.deepEqual(
    procedures.map(({ name }) => name).filter((name) => !called.has(name.toLowerCase())),
    [],
  );
});

test('it reads no variable that nothing sets: strict mode would stop it', () => {
  const unset = powershell.usedIn(script).flatMap((node) => {
    const name = powershell.variableName(node).replace(/^script:/, '');
    const procedure = functionOf(node);
    const isSet = automatic.has(name) || name.startsWith('env:') || scriptWide.has(name) || procedure?.locals.has(name);
    return isSet ? [] : [`line ${powershell.lineOf(node)}: $${name}`];
  });
  assert.deepEqual(unset, []);
});

test('it sets no variable that nothing reads', () => {
  const used = new Set(powershell.usedIn(script).map((node) => powershell.variableName(node).replace(/^script:/, '')));
  const idle = [...scriptWide, ...procedures.flatMap(({ locals }) => [...locals])].filter((name) => !used.has(name));

  assert.deepEqual(
    idle.filter((name) => !/^null$|preference$/.test(name)),
    [],
  );
});

test('no local hides a variable of the script, which the functions that it calls would then read', () => {
  const hiding = procedures.flatMap(({ name, locals }) =>
    [...locals].filter((local) => scriptWide.has(local)).map((local) => `${name}: $${local}`),
  );

  assert.deepEqual(hiding, []);
});

test('no call leaves on the output what nobody asked for', () => {
  const bare = powershell.all(script, 'invokation_expression').filter((call) => isStatement(call) && !isLast(call));
  const leaking = bare.filter(
    (call) => !silent.includes(call.namedChildren.findLast(({ type }) => type === 'member_name')?.text ?? ''),
  );

  assert.deepEqual(
    leaking.map((call) => `line ${powershell.lineOf(call)}: ${call.text}`),
    [],
  );
  assert.ok(bare.length > 5);
});

test('no argument begins with a type, which PowerShell would take for a word', () => {
  const tokens = powershell.all(script, 'generic_token').map(({ text }) => text);

  assert.deepEqual(
    tokens.filter((token) => token.startsWith('[')),
    [],
  );
});

test('no colon in a string follows a variable without braces, which would make a scope of its name', () => {
  const strings = powershell.all(script, 'expandable_string_literal').map(({ text }) => text);

  assert.deepEqual(
    strings.filter((string) => /\$(?!script:|env:)\w+:/.test(string)),
    [],
  );
});

test('no program is called with its errors redirected, which Windows PowerShell makes errors of its own', () => {
  assert.deepEqual(powershell.all(script, 'redirection'), []);
});

test('null reaches no parameter of .NET that is a string, where it would be an empty one', () => {
  assert.doesNotMatch(text, /::\w+\([^)\n]*\$null/);
});

test('it knows a public key of P-256 by how all of them begin', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const begin = /\$begin = '([0-9A-F]+)'/.exec(text)?.[1] ?? '';

  assert.equal(der.length, 91);
  assert.equal(der.subarray(0, 27).toString('hex').toUpperCase(), begin);
});

function functionOf({ startIndex, endIndex }: powershell.TreeNode): powershell.Procedure | undefined {
  return procedures.find(({ start, end }) => start <= startIndex && endIndex <= end);
}

/** Whether the pipeline consists of this call alone. */
function isStatement(node: powershell.TreeNode): boolean {
  const { parent } = node;
  if (parent === null || parent.text !== node.text) return false;
  return parent.type === 'pipeline' ? parent.parent?.type === 'statement_list' : isStatement(parent);
}

/** Whether its statement is the last of its list, so that the value is the result of the function. */
function isLast(node: powershell.TreeNode): boolean {
  const { parent } = node;
  if (parent === null) return false;
  if (parent.type !== 'statement_list') return isLast(parent);
  return parent.namedChildren.findLast(({ type }) => type !== 'empty_statement' && type !== 'comment')?.id === node.id;
}
