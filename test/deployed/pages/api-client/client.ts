// A client in TypeScript, generated from an OpenAPI document, and what it says of examples. Its generator needs an older TypeScript
// than Pinward has, so it is installed into a folder of its own, with what it locks.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from '../../../support/install-packages.ts';
import type { OpenApi } from './open-api.ts';

/** Ways to write one example as TypeScript: it is taken if the compiler refuses none of the lines of one way. */
export interface Written {
  readonly place: string;
  readonly ways: readonly string[];
}

export interface Client {
  /** What Redocly finds in a document. */
  findProblems(document: OpenApi): readonly string[];
  /** The places of those that the client does not take, each with the compiler's first words. */
  refusals(examples: readonly Written[]): readonly string[];
  remove(): void;
}

export async function generateClient(document: OpenApi): Promise<Client> {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-client-'));
  for (const file of ['package.json', 'package-lock.json', 'find-problems.mjs'])
    cpSync(join(import.meta.dirname, file), join(folder, file));
  await installPackages(folder);
  const write = (written: OpenApi) => writeFileSync(join(folder, 'openapi.json'), JSON.stringify(written));
  const run = (...words: readonly string[]) =>
    execFileSync(process.execPath, words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  write(document);
  run('node_modules/openapi-typescript/bin/cli.js', 'openapi.json', '--output=client.ts');

  return {
    findProblems(judged) {
      write(judged);
      return linesOf(run('find-problems.mjs', 'openapi.json'));
    },
    remove: () => rmSync(folder, { recursive: true }),
    refusals(examples) {
      const lines = examples.flatMap(({ ways }) => ways.map((way) => `{ ${way} }`));
      const header = "import type { paths } from './client.ts';";
      writeFileSync(join(folder, 'examples.ts'), [header, ...lines].join('\n'));
      const errors = new Map<number, string>();
      for (const error of compile(folder)) {
        const [, line, text = ''] = /^examples\.ts\((\d+),\d+\): error (.*)$/.exec(error) ?? [];
        if (line === undefined) throw new Error(`the client is no TypeScript: ${error}`);
        errors.set(Number(line), errors.get(Number(line)) ?? text);
      }
      let line = 1;
      return examples.flatMap(({ place, ways }) => {
        const said = ways.map(() => errors.get(++line));
        return said.includes(undefined) ? [] : [`${place}: ${said[0] ?? 'no call takes it'}`];
      });
    },
  };
}

/** The compiler's errors, without the lines that explain one. */
function compile(folder: string): readonly string[] {
  const tsc = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc');
  const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--allowImportingTsExtensions'];
  const words = [tsc, ...options, '--module', 'nodenext', '--pretty', 'false', '--ignoreConfig', 'examples.ts'];
  const { stdout } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  return linesOf(stdout).filter((line) => !line.startsWith(' '));
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
