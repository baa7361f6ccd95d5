// Reads the files of infra/agents, and finds each call of an agent or of install.sh in units, plists and docs.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PlistValue, parse } from 'plist';

export const root = join(import.meta.dirname, '../../..');
export const agents = join(root, 'infra/agents');

export interface CommandLine {
  readonly file: string;
  /** `pinward.ps1` also stands for pinward.cmd, which it installs. */
  readonly program: 'pinward.sh' | 'pinward.ps1' | 'install.sh';
  readonly words: readonly string[];
}

/** A fenced block of a Markdown file. */
export interface Snippet {
  readonly language: string;
  readonly text: string;
}

export function read(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

export function snippetsOf(markdown: string): readonly Snippet[] {
  const fences = markdown.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm);
  return [...fences].map(([, language = '', text = '']) => ({ language, text }));
}

export function parsePlist(name: string): { readonly [key: string]: PlistValue } {
  const value = parse(read(name));
  const isOther = value instanceof Date || value instanceof Uint8Array || Array.isArray(value);
  if (typeof value !== 'object' || value === null || isOther) throw new Error(`${name} is no dictionary`);
  return value;
}

export function commandLines(): readonly CommandLine[] {
  const units = globSync('infra/agents/systemd/*/*.service', { cwd: root });
  const plists = globSync('infra/agents/launchd/*.plist', { cwd: root });
  const docs = globSync(['*.md', '{functions,shared,infra}/**/*.md'], { cwd: root });
  return [
    ...units.flatMap((file) => linesIn(file, /^ExecStart=(.*)$/m.exec(read(file))?.[1] ?? '')),
    ...plists.flatMap((file) => linesIn(file, String(parsePlist(file)['ProgramArguments']).replaceAll(',', ' '))),
    ...docs.flatMap((file) => [...codeOf(read(file))].flatMap((code) => linesIn(file, code))),
  ];
}

/** Fenced blocks and inline code: readers type both. */
function codeOf(markdown: string): readonly string[] {
  const blocks = snippetsOf(markdown).map(({ text }) => text.replaceAll('\\\n', ' '));
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '');
  return [...blocks, ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)];
}

function linesIn(file: string, code: string): readonly CommandLine[] {
  return code.split('\n').flatMap((line) => {
    const uses = line.matchAll(/(?:^|[\s"'/\\(])(pinward(?:\.sh|\.ps1|\.cmd)?|install\.sh)"?((?:\s+[^\s|;>)&]+)+)/g);
    return [...uses]
      .map(([, name = '', rest = '']) => ({ file, program: programOf(name), words: wordsOf(rest) }))
      .filter(({ words: [first = ''] }) => /^[\w-]/.test(first));
  });
}

function programOf(name: string): CommandLine['program'] {
  if (name === 'install.sh') return 'install.sh';
  return name === 'pinward.ps1' || name === 'pinward.cmd' ? 'pinward.ps1' : 'pinward.sh';
}

function wordsOf(rest: string): readonly string[] {
  return [...rest.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(([word, double, single]) =>
    (double ?? single ?? word).replace(/["'`,:]+$/, ''),
  );
}
