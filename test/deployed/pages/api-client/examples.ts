// The examples of API calls on the pages: curl commands in code blocks, calls in the text such as `POST /v1/freeze`, and JSON.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeBlocksOf, type Page } from '../code-blocks.ts';

/** A call as an example makes it. `target` is the path with its query; its segments may be placeholders such as `{n}`. */
export interface CallExample {
  readonly place: string;
  readonly method: string;
  readonly target: string;
  /** Null when the example names the call only, without what it sends. */
  readonly sent: { readonly headers: Readonly<Record<string, string>>; readonly body: string | null } | null;
}

/** A document that some call takes, or a part of one. */
export interface DocumentExample {
  readonly place: string;
  readonly text: string;
}

/** Where JSON is Pinward's own; other pages have files of others, too. */
const apiPage = 'functions/api/README.md';
const ourUrl = /(?:http:\/\/127\.0\.0\.1:8787|\bURL)\//;

/** Of the page's blocks, and of code in its text. */
export function callsOf(page: Page): readonly CallExample[] {
  const blocks = codeBlocksOf(page).filter(({ language }) => language === 'sh');
  const commands = blocks.flatMap(({ line, text }) =>
    commandsIn(text).map((command) => readCurl(`${page.page}:${line}`, command)),
  );
  const inline = inlineCodeOf(page).flatMap(({ place, code }) => {
    const [, method = '', target = ''] = /^(GET|PUT|POST) (\/v1\/\S+)$/.exec(code) ?? [];
    if (target !== '') return [{ place, method, target, sent: null }];
    return commandsIn(code).map((command) => readCurl(place, command));
  });
  return [...commands, ...inline];
}

export function documentsOf(page: Page): readonly DocumentExample[] {
  if (page.page !== apiPage) return [];
  const blocks = codeBlocksOf(page).filter(({ language }) => language === 'json');
  const inline = inlineCodeOf(page).filter(({ code }) => /^\{\s*"/.test(code));
  return [
    ...blocks.map(({ line, text }) => ({ place: `${page.page}:${line}`, text })),
    ...inline.map(({ place, code }) => ({ place, text: code })),
  ];
}

function inlineCodeOf({ page, text }: Page): readonly { readonly place: string; readonly code: string }[] {
  const outside = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
  return [...outside.matchAll(/`([^`]+)`/g)].map(({ 1: code = '', index }) => ({
    place: `${page}:${outside.slice(0, index).split('\n').length}`,
    code,
  }));
}

/** The lines that call Pinward by curl, with what is piped into it. */
function commandsIn(script: string): readonly string[] {
  const lines = script.replaceAll(/\\\n\s*/g, ' ').split('\n');
  return lines.filter((line) => /\bcurl /.test(line) && ourUrl.test(line));
}

/** Lets a shell read the command, with a curl that only prints its words and what it would read from standard input. */
function readCurl(place: string, command: string): CallExample {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-curl-'));
  const curl = join(folder, 'curl');
  writeFileSync(curl, `#!/bin/sh\nprintf '%s\\0' "$@"\ncase " $* " in *' @- '*) cat ;; esac\n`);
  chmodSync(curl, 0o700);
  const env = { PATH: `${folder}:${process.env['PATH']}`, HOME: folder };
  const output = execFileSync('sh', ['-euc', command], { env, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const words = output.split('\0');
  const input = words.pop() ?? '';
  const headers: Record<string, string> = {};
  let method = 'GET';
  let target = '';
  let body: string | null = null;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (ourUrl.test(word)) {
      target = word.replace(ourUrl, '/');
      continue;
    }
    const value = words[++at] ?? '';
    if (word === '-X') method = value;
    else if (word === '-H' && !value.startsWith('@'))
      headers[nameOf(value)] = value.slice(value.indexOf(':') + 1).trim();
    else if (word === '--data')
      body = value === '@-' ? input : value.replace(/^@(.*)$/, (_, file) => readFileSync(file, 'utf8'));
    else if (word !== '-H') throw new Error(`${place}: an example has an option that nobody reads here: ${word}`);
  }
  return { place, method, target, sent: { headers, body } };
}

function nameOf(header: string): string {
  return header.slice(0, header.indexOf(':')).toLowerCase();
}
