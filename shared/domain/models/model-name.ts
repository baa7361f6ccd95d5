// A model's name as Claude Code reads it in its lists of models. One model has many spellings, and the two lists read them
// in different ways: `availableModels` takes few of them, `deniedModels` nearly all.

import { families, isFamily, parseModel } from './model.ts';

const familyPattern = families.join('|');
/** Whatever follows the version after a `-`, such as a date, `v1` or `latest`, doesn't make it another model. */
const numberedLast = new RegExp(`^(?:claude-)?(${familyPattern})(?:-(\\d{1,2}))?(?:-(\\d{1,2}))?(?:-.*)?$`, 's');
const numberedFirst = new RegExp(`^(?:claude-)?(\\d{1,2})(?:-(\\d{1,2}))?-(${familyPattern})(?:-.*)?$`, 's');

/** A name as `availableModels` compares it: case, spaces around it, `[1m]` and a missing `claude-` make no difference. */
export function plainName(text: string): string {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/\[1m\]$/, '');
  return isFamily(plain) || plain === '' || plain === 'claude' || plain.startsWith('claude-')
    ? plain
    : `claude-${plain}`;
}

/**
 * What a name means, whatever its spelling: `opus`, `opus-4` or `opus-4-8`; null for text that isn't read as a model.
 * Claude Code also ignores a path, the words of Bedrock, a date and marks in brackets, as 2.1.283 and 2.1.332 did. Here
 * a little more is ignored, such as `@default`: a name that may deny a model must not be taken for one that can't.
 */
export function canonicalName(text: string): string | null {
  const bare = text
    .toLowerCase()
    .replace(/\[[^[\]]*\]/g, '')
    .replace(/^.*\//s, '')
    .replace(/[@:].*$/s, '')
    .trim()
    .replace(/^(?:[a-z0-9-]+\.)?anthropic\./, '');
  const [, name, ...numbers] = numberedLast.exec(bare) ?? [];
  if (name !== undefined) return joined(name, numbers);
  const [, major, minor, older] = numberedFirst.exec(bare) ?? [];
  return older === undefined ? null : joined(older, [major, minor]);
}

/** The canonical names that mean a model: its family, its line of versions, and its version. */
export function canonicalNamesOf(id: string): readonly string[] {
  const model = parseModel(id);
  if (model === null) return [];
  const { family, major, minor } = model;
  return [family, joined(family, [major]), joined(family, [major, minor])];
}

function joined(name: string, numbers: readonly (string | number | undefined)[]): string {
  return [name, ...numbers.filter((each) => each !== undefined).map(Number)].join('-');
}
