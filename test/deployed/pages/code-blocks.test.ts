// The code on the pages is what it seems: every block says what is done with it, parses, and calls gcloud as gcloud can be called.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { parse as parseHcl } from '@cdktf/hcl2json';
import { parse as parseYaml } from 'yaml';
import { parseScript } from '../../agents/packaging/powershell.ts';
import { type CodeBlock, codeBlocksOf, gcloudCommandsIn, kinds, readPages } from './code-blocks.ts';
import { readGcloud, refusalsOf } from './gcloud.ts';

const pages = readPages();
const blocks = pages.flatMap(codeBlocksOf);

/** By language: throws when it can't be parsed. Files of Windows and cron have no parser here, only a form. */
const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  sh: (text) => {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  },
  json: (text) => JSON.parse(text),
  yaml: (text) => parseYaml(text, { strict: true }),
  hcl: (text) => parseHcl('page.tf', text),
  powershell: (text) => assert.ok(!parseScript(text).hasError),
  cron: (text) => assert.match(text, /^(?:(?:[\d*/,-]+ ){5}\w+ (?:\w+=\S+ )*\/\S+.*\n)+$/),
  bat: (text) => assert.match(text, /^(?:%\w+%\\\S+\.exe .*\n)+$/),
};

test('every code block of every page says in its fence what is done with it', () => {
  assert.ok(pages.length > 7 && blocks.length > 25);
  assert.deepEqual(blocks.filter((block) => !isMarked(block)).map(placeOf), []);
});

test('a block without a mark, with two, or with one that is not known, is found', () => {
  const written = [
    '```sh\n```',
    '```sh run parsed\n```',
    '```sh ran\n```',
    '```\n```',
    '   ```json\n   ```',
    '```text run\n```',
  ];

  for (const text of written) {
    const [block] = codeBlocksOf({ page: 'page.md', text });
    assert.ok(block !== undefined && !isMarked(block), text);
  }
  for (const text of ['```sh run\n```', '```text\n```', '   ```sh needs-a-project\n   ```'])
    assert.ok(codeBlocksOf({ page: 'page.md', text }).every(isMarked), text);
});

describe('a code block parses:', () => {
  for (const block of blocks.filter(({ language }) => language !== 'text'))
    test(placeOf(block), async () => {
      const parser = parsers[block.language];
      assert.ok(parser !== undefined, `no parser for ${block.language}`);
      await parser(block.text);
    });
});

test('each parser refuses what is broken', async () => {
  const broken = {
    sh: 'if true',
    json: '{',
    yaml: 'a: [',
    hcl: 'a {',
    powershell: 'if (',
    cron: '* * run\n',
    bat: 'echo\n',
  };

  assert.deepEqual(Object.keys(broken), Object.keys(parsers));
  for (const [language, text] of Object.entries(broken))
    await assert.rejects(async () => parsers[language]?.(text), language);
});

const gcloud = readGcloud();

/** What SDKs may be too old for. Source: https://docs.cloud.google.com/sdk/gcloud/reference/firestore/databases/clone */
const younger = ['gcloud firestore databases has no command clone'];

describe('gcloud', { skip: gcloud === null ? "Google's SDK is not installed" : false }, () => {
  test('takes every command of every page', () => {
    const commands = pages.flatMap((page) => gcloudCommandsIn(page).map((words) => [page.page, words] as const));

    assert.ok(commands.length > 15);
    assert.deepEqual(
      commands.flatMap(([page, words]) => refusals(words).map((refusal) => `${page}: ${refusal}`)),
      [],
    );
  });

  test('refuses a command, a flag and a value that it does not have', () => {
    const text = [
      '`gcloud run services change x`, `gcloud functions deploy x --time=60s`, `gcloud functions deploy x',
      '--ingress-settings=some`, and `gcloud secrets versions add x --no-data-file`',
    ].join('\n');

    assert.deepEqual(gcloudCommandsIn({ page: 'page.md', text }).flatMap(refusals), [
      'gcloud run services has no command change',
      'gcloud functions deploy has no flag --time',
      'gcloud functions deploy takes no --ingress-settings=some',
      'gcloud secrets versions add has no flag --no-data-file',
    ]);
  });

  test('is looked for in blocks with lines that go on, and behind a pipe', () => {
    const text = '```sh needs-a-project\ntrue | gcloud a b \\\n  --c="d e" --f=$(date) && gcloud g\n```\n';

    assert.deepEqual(gcloudCommandsIn({ page: 'page.md', text }), [['a', 'b', '--c=QUOTED', '--f=$(date'], ['g']]);
  });
});

function refusals(words: readonly string[]): readonly string[] {
  return gcloud === null ? [] : refusalsOf(words, gcloud).filter((refusal) => !younger.includes(refusal));
}

function isMarked({ language, marks }: CodeBlock): boolean {
  if (language === 'text') return marks.length === 0;
  return language !== '' && marks.length === 1 && kinds.some((kind) => kind === marks[0]);
}

function placeOf({ page, line, language }: CodeBlock): string {
  return `${page}:${line} ${language}`;
}
