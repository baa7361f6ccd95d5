// The shell of macOS is bash 3.2, which no test runs. ShellCheck holds the scripts to POSIX (surroundings.test.ts), which
// bash 3.2 knows. These tests hold them to what it reads otherwise than newer shells.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { read } from '../packaging/files.ts';

describe('bash 3.2', { skip: isMissing('bash') }, () => {
  for (const file of ['pinward.sh', 'install.sh']) {
    const script = read(`infra/agents/posix/${file}`);

    test(`ends each command substitution of ${file} where it should`, () => {
      const found = substitutionsIn(script);

      assert.ok(found.length > 2);
      assert.deepEqual(found.filter(isNoScript), []);
    });

    test(`meets no quotes within an expansion in a here-document of ${file}`, () => {
      assert.deepEqual(quotedExpansionsIn(script), []);
    });
  }

  test('would stumble over these', () => {
    for (const script of ['x=$(case a in a) echo b ;; esac)', "x=$(echo a # it's\n)\ny='b'"])
      assert.ok(substitutionsIn(script).some(isNoScript), script);
    assert.deepEqual(substitutionsIn('x=$(case a in (a) echo "$(b \')\')" ;; esac)').filter(isNoScript), []);
    assert.equal(quotedExpansionsIn(`cat <<EOF\n\${x:+"a"}\nEOF\n`).length, 1);
  });
});

/**
 * The texts of all command substitutions, each up to where bash 3.2 takes it to end: it counts parentheses outside of quotes,
 * and knows neither comments nor the patterns of `case`.
 */
function substitutionsIn(script: string): readonly string[] {
  const starts = [...script.matchAll(/\$\((?!\()/g)].map(({ index }) => index + 2);
  return starts.map((start) => script.slice(start, endOf(script, start)));
}

function endOf(script: string, start: number): number {
  let [depth, quote] = [1, ''];
  for (let at = start; at < script.length; at++) {
    const sign = script[at] ?? '';
    if (sign === '\\' && quote !== "'") at++;
    else if (quote === '"' && script.startsWith('$(', at)) at = endOf(script, at + 2);
    else if (quote !== '') quote = sign === quote ? '' : quote;
    else if (sign === "'" || sign === '"') quote = sign;
    else if (sign === '(') depth++;
    else if (sign === ')' && --depth === 0) return at;
  }
  return script.length;
}

function isNoScript(text: string): boolean {
  return spawnSync('bash', ['--posix', '-n'], { input: `${text}\n` }).status !== 0;
}

function quotedExpansionsIn(script: string): readonly string[] {
  const documents = [...script.matchAll(/<<(\w+)[^\n]*\n([\s\S]*?)^\1$/gm)].map(([, , text = '']) => text);
  return documents.flatMap((text) => [...text.matchAll(/\$\{[^}\n]*["'][^\n]*/g)].map(([found]) => found));
}
