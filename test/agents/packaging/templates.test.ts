// Parses the property lists, the profiles, the scheduled task and the snippets of the docs, and checks what they contain.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { parse as parseYaml } from 'yaml';
import { isMissing } from '../../support/needs.ts';
import { parsePlist, read, root, snippetsOf } from './files.ts';
import { errorsIn, parseScript } from './powershell.ts';

const ps1 = read('infra/agents/windows/pinward.ps1');

describe('launchd', () => {
  for (const file of globSync('infra/agents/launchd/*.plist', { cwd: root })) {
    test(`${file} starts the agent at once and every five minutes`, () => {
      const { Label, ProgramArguments, RunAtLoad, StartInterval, Umask } = parsePlist(file);

      assert.equal(`infra/agents/launchd/${Label}.plist`, file);
      assert.deepEqual(ProgramArguments, ['/usr/local/bin/pinward', 'refresh', '--stay']);
      assert.deepEqual([RunAtLoad, StartInterval, Umask], [true, 300, 0o022]);
    });
  }
});

describe('profiles for macOS', () => {
  const profiles = globSync('infra/agents/mdm/*.mobileconfig', { cwd: root });

  test('each has all that a profile needs, and no two share an identity', () => {
    const payloads = profiles.flatMap((file) => [parsePlist(file), ...contentOf(file)]);
    const identities = payloads.flatMap(({ PayloadUUID, PayloadIdentifier }) => [PayloadUUID, PayloadIdentifier]);

    assert.equal(payloads.length, 4);
    assert.equal(new Set(identities).size, 8);
    for (const { PayloadType, PayloadVersion, PayloadUUID } of payloads) {
      assert.match(String(PayloadType), /^(Configuration|com\..+)$/);
      assert.equal(PayloadVersion, 1);
      assert.match(String(PayloadUUID), /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    }
  });

  test('one allows the daemon by its label', () => {
    const [payload] = contentOf('infra/agents/mdm/pinward-daemon.mobileconfig');
    const { Label } = parsePlist('infra/agents/launchd/pinward.daemon.plist');

    assert.match(JSON.stringify(payload), new RegExp(`"RuleType":"Label","RuleValue":"${Label}"`));
  });

  test('the other names the helper as the agent itself does', () => {
    const [payload] = contentOf('infra/agents/mdm/pinward-helper.mobileconfig');
    const named = /\{"policyHelper": .*\}\}/.exec(read('infra/agents/posix/pinward.sh'))?.[0] ?? '';

    assert.equal(payload?.['PayloadType'], 'com.anthropic.claudecode');
    assert.deepEqual({ policyHelper: payload?.['policyHelper'] }, JSON.parse(named));
  });
});

test('the scheduled task is XML whose elements stand in the order that its schema wants', () => {
  const xml = /\$taskXml = @'\n([\s\S]*?)\n'@/.exec(ps1)?.[1] ?? '';
  const task = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml').documentElement;
  const names = (name: string) => childrenOf([...(task?.getElementsByTagName(name) ?? [])][0]);

  assert.deepEqual(childrenOf(task), ['RegistrationInfo', 'Triggers', 'Principals', 'Settings', 'Actions']);
  assert.deepEqual(names('TimeTrigger'), ['Repetition', 'StartBoundary', 'Enabled']);
  assert.match(task?.textContent ?? '', /-File "AGENT" refresh --stay/);
  for (const name of ['\\bAGENT\\b', "'START'|>START<"]) assert.equal(ps1.split(new RegExp(name)).length, 3); // once in the XML, once where it is replaced
});

describe('snippets of the docs', () => {
  const snippets = snippetsOf(read('infra/agents/README.md'));
  const of = (...languages: string[]) => snippets.filter(({ language }) => languages.includes(language));

  test('YAML and JSON parse', () => {
    assert.equal(of('yaml').length, 3);
    for (const { text } of of('yaml')) assert.equal(typeof parseYaml(text), 'object');
    assert.equal(of('json').length, 2);
    for (const { text } of of('json')) assert.equal(typeof JSON.parse(text), 'object');
  });

  test('PowerShell parses', () => {
    assert.equal(of('powershell').length, 3);
    for (const { text } of of('powershell')) assert.deepEqual(errorsIn(parseScript(text)), []);
  });

  test('shell parses', { skip: isMissing('shellcheck') }, () => {
    const texts = [...of('sh').map(({ text }) => text), ...runIn(of('yaml').map(({ text }) => parseYaml(text)))];

    assert.ok(texts.length >= 6);
    for (const text of texts) {
      const { stdout } = spawnSync('shellcheck', ['--shell=sh', '--exclude=SC2016', '-'], {
        input: text,
        encoding: 'utf8',
      });
      assert.equal(stdout, '', text);
    }
  });

  test('no token stands on a command line', () => {
    assert.deepEqual(
      snippets.filter(({ text }) => /--token(?!-file|-stdin)/.test(text)),
      [],
    );
  });
});

function contentOf(file: string): readonly ReturnType<typeof parsePlist>[] {
  const content = parsePlist(file)['PayloadContent'];
  assert.ok(Array.isArray(content), file);
  return content as ReturnType<typeof parsePlist>[]; // the content of a profile is a list of dictionaries; the tests check each
}

function childrenOf(
  element:
    | { readonly childNodes: Iterable<{ readonly nodeType: number; readonly nodeName: string }> }
    | null
    | undefined,
): readonly string[] {
  return [...(element?.childNodes ?? [])].filter(({ nodeType }) => nodeType === 1).map(({ nodeName }) => nodeName);
}

/** The shell commands in a configuration of a CI system. */
function runIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(runIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'run' || key === 'cmd') return [String(inner)];
    return key === 'before_script' && Array.isArray(inner) ? inner.map(String) : runIn(inner);
  });
}
