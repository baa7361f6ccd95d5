// The imports of the source, read from the files themselves; type imports count, and so do dynamic ones.

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const sources: readonly string[] = globSync('{functions,shared,infra}/**/*.{ts,tsx}').sort();

export function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** What a file imports: paths from the root, `npm:name` for packages, `node:name` for Node's own modules. */
export function importsOf(file: string): readonly string[] {
  return [...read(file).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name = '']) => {
    if (name.startsWith('.')) return normalize(join(dirname(file), name));
    return name.startsWith('node:') ? name : `npm:${name}`;
  });
}

/** One circle of files that import each other, or null. */
export function findCircle(): readonly string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): readonly string[] | null {
    const at = path.indexOf(file);
    if (at >= 0) return path.slice(at);
    if (done.has(file)) return null;
    path.push(file);
    for (const next of importsOf(file).filter((each) => sources.includes(each))) {
      const circle = visit(next);
      if (circle !== null) return circle;
    }
    path.pop();
    done.add(file);
    return null;
  }
  for (const file of sources) {
    const circle = visit(file);
    if (circle !== null) return circle;
  }
  return null;
}
