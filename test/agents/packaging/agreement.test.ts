// Docs, units and both agents have the same commands, options, settings, facts and headers.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { agentVersion } from '../../../functions/api/agents/agent-version.ts';
import { statementText, voucherText } from '../../../shared/domain/serving/statement.ts';
import { commandLines, read, root } from './files.ts';

const sh = read('infra/agents/posix/pinward.sh');
const ps1 = read('infra/agents/windows/pinward.ps1');
const shUsage = spawnSync('sh', ['infra/agents/posix/pinward.sh', 'help'], { cwd: root, encoding: 'utf8' }).stdout;
const ps1Usage = /\$usage = @'\n([\s\S]*?)\n'@/.exec(ps1)?.[1] ?? '';

test('every command line in units, plists and docs is one that its agent takes', () => {
  const lines = commandLines();
  const wrong = lines.flatMap((line) =>
    problemsOf(line).map((problem) => `${line.file}: ${line.words.join(' ')}: ${problem}`),
  );

  assert.deepEqual(wrong, []);
  assert.deepEqual([...new Set(lines.map(({ program }) => program))].sort(), [
    'install.sh',
    'pinward.ps1',
    'pinward.sh',
  ]);
});

test('a command line with an unknown command or option is found out', () => {
  const of = (...words: string[]) => problemsOf({ file: '', program: 'pinward.sh', words });

  assert.deepEqual(of('install', '--server', 'https://x', '--token-stdin'), []);
  assert.deepEqual(of('logon'), ['unknown command logon']);
  assert.deepEqual(of('login', '--server', 'https://x'), ['--server belongs to install']);
  assert.match(of('install', '--sever', 'https://x').join(), /unknown option --sever/);
});

test('both agents have the version that the service says it hands out', () => {
  assert.equal(/^version=(.*)$/m.exec(sh)?.[1], agentVersion);
  assert.equal(/^\$version = '(.*)'$/m.exec(ps1)?.[1], agentVersion);
});

test('both agents have the same commands', () => {
  assert.deepEqual(commandsOf(ps1Usage), commandsOf(shUsage));
});

test('both agents have the same options', () => {
  assert.deepEqual(optionsOf(ps1Usage), optionsOf(shUsage));
});

test('both agents read the same settings', () => {
  assert.deepEqual(settingsOf(ps1Usage), settingsOf(shUsage));
  const known = /\$known = ((?:'\w+',?\s*)+)/.exec(ps1)?.[1] ?? '';
  assert.deepEqual(quotedIn(known), settingsOf(ps1Usage));
});

test('both agents keep the same facts', () => {
  const noted = [...sh.matchAll(/["\s](\w+)=(?=[$\s])/g)].map(([, name = '']) => name);
  const kept = [...ps1.matchAll(/Write-Facts @\{([\s\S]*?)\}(?=\n)|\$facts = @\{([\s\S]*?)\n {2}\}/g)]
    .flatMap(([, short, long]) => [...(short ?? long ?? '').matchAll(/(?:^|[{;\n])\s*(\w+) = /g)])
    .map(([, name = '']) => name);

  assert.ok(kept.length >= 10, kept.join());
  assert.deepEqual(
    kept.filter((name) => name !== 'reported' && !noted.includes(name)), // pinward.sh has a file for it: see note()
    [],
  );
});

test('both agents read the same headers', () => {
  const names =
    /header_names='([^']*)'[\s\S]*?set_variables out_ "\$header_names ([^"]*)"/
      .exec(sh)
      ?.slice(1)
      .join(' ')
      .split(' ') ?? [];
  const read = quotedIn(/\$names = ((?:'[\w-]+',?\s*)+)/.exec(ps1)?.[1] ?? '');

  assert.ok(names.length >= 8);
  assert.deepEqual(read.map((name) => name.toLowerCase().replaceAll('-', '_')).sort(), names.sort());
});

test('the Windows agent makes up the statement that is signed', () => {
  const values = {
    organisation: 'example',
    format: 'settings.json',
    revision: 41,
    sha256: 'ab',
    validUntil: '2026-12-02',
  };
  const until = { ...values, hash: 'ab', until: '2026-12-02' };

  assert.equal(statementIn('pinward-statement-v1', until), statementText(values));
  assert.equal(
    statementIn('pinward-key-v1', { ...until, id: 'cd', '($key.Hash)': 'ab' }),
    voucherText({ ...values, key: 'cd' }),
  );
});

test('the Windows agent sends the report that the other one sends', () => {
  const told = (script: string) => [...script.matchAll(/[\\`]"(\w+)[\\`]":/g)].map(([, name]) => name).sort();

  assert.deepEqual(
    told(ps1.slice(ps1.indexOf('function Send-Report'))),
    told(sh.slice(sh.indexOf('\nprepare_report() {'), sh.indexOf('\nsend_report() {'))),
  );
});

function problemsOf({ program, words }: ReturnType<typeof commandLines>[number]): readonly string[] {
  const install = program === 'install.sh' && !words.includes('--remove') ? ['install'] : [];
  const given = [...install, ...words.filter((word) => word !== '--bundle' && word !== '--remove')];
  const usage = program === 'pinward.ps1' ? ps1Usage : shUsage;
  const verbs = verbsIn(given, usage);
  const commands = [...commandsOf(usage), 'help'];
  const strange = verbs.filter((verb) => !commands.includes(verb)).map((verb) => `unknown command ${verb}`);
  const misplaced = given.filter((word) => isOfInstall(word) && !verbs.includes('install'));
  return [
    ...strange,
    ...misplaced.map((word) => `${word} belongs to install`),
    ...(program === 'pinward.ps1' ? unknownTo(given) : refusedBySh(given)),
  ];
}

/** The words that are neither an option nor the value of an option. */
function verbsIn(words: readonly string[], usage: string): readonly string[] {
  const valued = new Set([...usage.matchAll(/(--[\w-]+) [A-Z]+/g)].map(([, option]) => option));
  return words.filter((word, at) => !word.startsWith('-') && !valued.has(words[at - 1]));
}

function isOfInstall(word: string): boolean {
  return /^--(server|machine|token-|organisation|key|trust-)/.test(word);
}

/** Before `--help` the agent reads all words, so it reports an unknown one and does nothing else. */
function refusedBySh(words: readonly string[]): readonly string[] {
  const { status, stderr } = spawnSync(
    'sh',
    ['infra/agents/posix/pinward.sh', '--root', '/nowhere', ...words, '--help'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return status === 0 ? [] : [stderr];
}

function unknownTo(words: readonly string[]): readonly string[] {
  const options = optionsOf(ps1Usage);
  return words
    .filter((word) => word.startsWith('--') && !options.includes(word))
    .map((word) => `unknown option ${word}`);
}

function commandsOf(usage: string): readonly string[] {
  return [...usage.matchAll(/^ {2}([a-z]+) {2,}/gm)]
    .map(([, command = '']) => command)
    .filter((command) => command !== 'help');
}

function optionsOf(usage: string): readonly string[] {
  return [...new Set([...usage.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option))].sort();
}

function settingsOf(usage: string): readonly string[] {
  const listed = /never run:([\s\S]*)\./.exec(usage)?.[1] ?? '';
  return [...listed.replace(/\([^)]*\)/g, '').matchAll(/\w+/g)]
    .map(([name]) => name)
    .filter((name) => name !== 'or')
    .sort();
}

function quotedIn(text: string): readonly string[] {
  return [...text.matchAll(/'([\w-]+)'/g)].map(([, name = '']) => name).sort();
}

/** The statement that the Windows agent verifies, with its variables replaced. */
function statementIn(title: string, values: Readonly<Record<string, unknown>>): string {
  const before = ps1.slice(0, ps1.indexOf(`'${title}' $fields`));
  const fields = before.slice(before.lastIndexOf('$fields = '));
  const lines = [...fields.matchAll(/"([a-z0-9-]+: [^"]*)"/g)].map(([, line = '']) => line);
  const filled = lines.map((line) => line.replace(/\$(\w+|\(\$[\w.]+\))/, (_, name: string) => String(values[name])));
  return [title, ...filled].map((line) => `${line}\n`).join('');
}
