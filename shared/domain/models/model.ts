// A model: an exact Claude version, by its Vertex id. All code that parses, compares or checks an id uses this file. No
// other text can then reach a URL path, a shell line or a settings file as an id.

/** Lines of models for which Claude Code has an alias and a pin variable, in display order. */
export const families = ['opus', 'sonnet', 'haiku', 'fable'] as const;
export type Family = (typeof families)[number];

/** Longer texts are no id that somebody miswrote. */
const maxExplained = 256;

export interface Model {
  readonly id: string;
  readonly family: Family;
  readonly major: number;
  readonly minor: number;
  /** The text after `@`: a date (YYYYMMDD) or `default`; null for none. Models since 4.6 have no date. */
  readonly suffix: string | null;
}

const numberedLast = /^claude-(opus|sonnet|haiku|fable)-(\d{1,2})(?:-(\d{1,2}))?(?:@(\d{8}|default))?$/;
const numberedFirst = /^claude-(\d{1,2})(?:-(\d{1,2}))?-(opus|sonnet|haiku)(-v2)?@(\d{8})$/;

/** Parses a Vertex model id, such as `claude-opus-4-8` or `claude-3-5-haiku@20241022`; null for other text. */
export function parseModel(id: string): Model | null {
  const recent = numberedLast.exec(id);
  if (recent !== null) {
    const [, family, major, minor, suffix] = recent;
    return { id, family: toFamily(family), major: Number(major), minor: Number(minor ?? 0), suffix: suffix ?? null };
  }
  const older = numberedFirst.exec(id);
  if (older === null) return null;
  const [, major, minor, family, , date] = older;
  return { id, family: toFamily(family), major: Number(major), minor: Number(minor ?? 0), suffix: date ?? null };
}

export function isFamily(text: string): text is Family {
  return (families as readonly string[]).includes(text);
}

/** Negative when `a` is older than `b`, of the same family: by version, then by date. An undated id is the newest. */
export function compareModels(a: Model, b: Model): number {
  return a.major - b.major || a.minor - b.minor || compareText(dateOf(a), dateOf(b));
}

/** Whether an id means a newer version than another; false when one of them is no model id. */
export function isNewer(id: string, than: string): boolean {
  const [a, b] = [parseModel(id), parseModel(than)];
  return a !== null && b !== null && compareModels(a, b) > 0;
}

/** Whether two ids mean the same version. Some tools write an undated id with `@default`. */
export function isSameVersion(a: Model, b: Model): boolean {
  return a.family === b.family && compareModels(a, b) === 0;
}

/** Whether two ids have the same family and numbers, whatever their dates. */
export function isSameNumber(a: Model, b: Model): boolean {
  return a.family === b.family && a.major === b.major && a.minor === b.minor;
}

/** Why `parseModel` is null for the text, and how to write the id; for people. */
export function explainModel(text: string): { readonly message: string; readonly fix: string } {
  const corrected = correctedId(text);
  if (corrected !== null && /\[1m\]/i.test(text)) {
    return {
      message: '[1m] is a marker of Claude Code and never part of a Vertex model id',
      fix: `Write "model": "${corrected}" and "context1m": true beside it.`,
    };
  }
  if (corrected !== null) return { message: reasonFor(text, corrected), fix: `Write "${corrected}".` };
  if (/^(opus|sonnet|haiku|fable|default|best)$/.test(text)) {
    return {
      message: 'this is an alias; a pin needs an exact model id',
      fix: 'Write an id such as "claude-opus-4-8".',
    };
  }
  return {
    message: 'not the id of a Claude model on Vertex',
    fix: 'Write an id such as "claude-opus-4-8" or "claude-haiku-4-5@20251001"; GET /v1/catalogue lists the known ones.',
  };
}

/**
 * The id in text that also has a path, a region or a version of Bedrock, a method, `[1m]`, `@latest`, blanks, capitals, dots
 * in its number or a dash before its date; null for none. Since 4.6 ids have no date.
 */
export function correctedId(text: string): string | null {
  if (text.length > maxExplained) return null;
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, '-')
    .replace(/^.*\//s, '')
    .replace(/\[1m\]$/, '')
    .replace(/^(?:[a-z-]+\.)?anthropic\./, '')
    .replace(/-v\d(?::\d+)?$/, '')
    .replace(/:\w+$/, '')
    .replace(/@latest$|-latest$/, '')
    .replace(/(\d)\.(\d)/g, '$1-$2');
  const named = /^(?:opus|sonnet|haiku|fable)-\d/.test(bare) ? `claude-${bare}` : bare;
  const model = parseModel(named.replace(/-\d{8}$/, ''));
  const isUndated = model !== null && (model.major > 4 || (model.major === 4 && model.minor >= 6));
  const id = named.replace(/-(\d{8})$/, isUndated ? '' : '@$1');
  return parseModel(id) === null ? null : id;
}

/** Why a text is another than the id that it means. */
function reasonFor(text: string, corrected: string): string {
  if (/anthropic\.|-v\d(?::\d+)?$/.test(text)) return 'this is the form of another platform; Vertex has its own ids';
  if (/[/:]/.test(text)) return 'a pin names the bare model id, not a path to it';
  if (/\s|[A-Z]/.test(text)) return 'ids of Vertex have small letters and no blanks';
  if (/@latest$|-latest$/.test(text)) return 'an exact id names no latest version';
  if (/\d\.\d/.test(text)) return 'ids of Vertex have no dots';
  if (!text.startsWith('claude-')) return 'ids of Vertex begin with claude-';
  return corrected.includes('@')
    ? 'Vertex joins the date with @, not with -'
    : 'since 4.6 the ids of Vertex have no date';
}

function toFamily(text: string | undefined): Family {
  if (text === undefined || !isFamily(text))
    throw new Error(`the id pattern matched a family that is not listed: ${text}`);
  return text;
}

function dateOf(model: Model): string {
  return model.suffix === null || model.suffix === 'default' ? '99999999' : model.suffix;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
