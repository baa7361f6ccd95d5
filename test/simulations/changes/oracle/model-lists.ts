// How Claude Code reads its two lists of models, as the real client was seen to, and which models a machine calls. This is
// the oracle's own reading: it takes a name apart by its words.

import claudeCode from '../../../../shared/catalogue/claude-code.json' with { type: 'json' };
import { families, isFamily } from '../../../../shared/domain/models/model.ts';
import type { Rendered } from './render.ts';

/** What the lists of the files that machines get leave of the models that they call. */
export interface Stops {
  /** Every model that they call, by pin, by setting or by an alias without a pin. */
  readonly called: readonly string[];
  /** Those of pins and settings that `availableModels` refuses. */
  readonly refused: readonly string[];
  /** Those, and what `deniedModels` denies. */
  readonly stopped: readonly string[];
}

/** Equal for spellings of one name; null for what is no name of a model. `opus 4 8` for `us.anthropic.claude-opus-4-8-v1:0`. */
export function readName(text: unknown): string | null {
  const words =
    String(text)
      .trim()
      .toLowerCase()
      .replace(/\[.*?\]/g, '')
      .split('/')
      .at(-1)
      ?.trim() ?? '';
  if (/[\s*]/.test(words)) return null;
  const parts = words.split(/[^a-z0-9]+/);
  const at = parts.findIndex(isFamily);
  const isNumber = (part: string | undefined) => part !== undefined && /^\d{1,2}$/.test(part);
  if (at === -1) return null;
  const after = parts.slice(at + 1, at + 3);
  const numbers = isNumber(after[0]) ? after.filter(isNumber) : parts.slice(0, at).filter(isNumber);
  return [parts[at], ...numbers.map(Number)].join(' ');
}

/** An entry with fewer numbers denies all that begin so. */
export function denies(entries: readonly unknown[], id: string): boolean {
  const name = readName(id) ?? '';
  return entries.some((entry) => {
    const read = readName(entry);
    return read !== null && `${name} `.startsWith(`${read} `);
  });
}

export function cleaned(entry: unknown): string {
  return String(entry)
    .trim()
    .toLowerCase()
    .replace(/\[1m\]$/, '')
    .replace(/^claude-/, '');
}

/** An alias allows its family, unless another entry names a version of it; an id is a prefix up to a dash. */
export function allows(list: readonly unknown[], id: string, isExact: boolean): boolean {
  const entries = list.map(cleaned);
  const bare = cleaned(id);
  return entries.some((entry) => {
    if (/\d/.test(entry)) return bare === entry || (!isExact && bare.startsWith(`${entry}-`));
    return (
      isFamily(entry) && bare.includes(entry) && !entries.some((other) => other.includes(entry) && /\d/.test(other))
    );
  });
}

export function isExact({ settings }: Pick<Rendered, 'settings'>): boolean {
  return settings['availableModelsMatch'] === 'exact';
}

export function stopsOf(files: Iterable<Rendered>): Stops {
  const all = [...new Set(files)].map((file) => {
    const named = namedBy(file);
    const refused = named.filter((id) => !mayCall(file, id));
    const denied = listOf(file, 'deniedModels') ?? [];
    const stopped = [...refused, ...named.filter((id) => denies(denied, id))];
    return { called: [...named, ...builtInOf(file)], refused, stopped };
  });
  return {
    called: all.flatMap((each) => each.called),
    refused: all.flatMap((each) => each.refused),
    stopped: all.flatMap((each) => each.stopped),
  };
}

function namedBy({ pins, settings }: Rendered): readonly string[] {
  const { model, modelOverrides, env } = settings;
  const values = [model, env['ANTHROPIC_MODEL'], ...Object.values(modelOverrides ?? {})];
  const pinned = Object.values(pins).flatMap((pin) => pin?.model ?? []);
  return [
    ...pinned,
    ...values.filter((value): value is string => typeof value === 'string' && value.startsWith('claude-')),
  ];
}

function builtInOf(file: Rendered): readonly string[] {
  if (file.locked) return [];
  const unpinned = families.filter((family) => file.pins[family] === undefined);
  return unpinned
    .flatMap((family) => claudeCode.defaultModels[family].map(({ model }) => model))
    .filter((id) => mayCall(file, id));
}

/** A lock lists the pins themselves. */
function mayCall(file: Rendered, id: string): boolean {
  const list = listOf(file, 'availableModels');
  return file.locked || list === null || allows(list, id, isExact(file));
}

function listOf({ settings }: Rendered, key: string): readonly unknown[] | null {
  const list = settings[key];
  return Array.isArray(list) ? list : null;
}
