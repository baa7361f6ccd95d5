// The code blocks of the pages, and the gcloud commands in them and in the text. After its language, a fence says what is done with
// its block: `run` as pasted on a fresh clone, `parsed` only, or `needs-a-project` of Google Cloud. Pictures are `text`.

import { globSync, readFileSync } from 'node:fs';

export const kinds = ['run', 'parsed', 'needs-a-project'] as const;

export interface CodeBlock {
  readonly page: string;
  /** The number of the fence's line. */
  readonly line: number;
  readonly language: string;
  readonly marks: readonly string[];
  /** Without the indentation of the fence. */
  readonly text: string;
}

export interface Page {
  readonly page: string;
  readonly text: string;
}

export function readPages(): readonly Page[] {
  const files = globSync('**/*.md', { exclude: (name) => ['node_modules', 'dist', '.pinward'].includes(name) });
  return files.toSorted().map((page) => ({ page, text: readFileSync(page, 'utf8') }));
}

export function codeBlocksOf({ page, text }: Page): readonly CodeBlock[] {
  return [...text.matchAll(/^( *)```(.*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', info = '', body = ''], index, all) => {
      const [language = '', ...marks] = info.trim().split(/\s+/);
      const line = text.slice(0, all[index]?.index).split('\n').length;
      return { page, line, language, marks, text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
    },
  );
}

/** The words of each gcloud command in code, inline or not. What is quoted or substituted is one word without meaning. */
export function gcloudCommandsIn(page: Page): readonly (readonly string[])[] {
  const inline = page.text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/`([^`]+)`/g);
  const code = [
    ...codeBlocksOf(page).map(({ text }) => text.replaceAll('\\\n', ' ').split('\n')),
    ...[...inline].map(([, text = '']) => [text]),
  ];
  return code.flat().flatMap((line) => {
    const plain = line.replaceAll(/"[^"]*"|'[^']*'/g, 'QUOTED').replaceAll(/\s+/g, ' ');
    return [...plain.matchAll(/(?<![\w.-])gcloud ([^|;&)]+)/g)].map(([, words = '']) => words.trim().split(' '));
  });
}
