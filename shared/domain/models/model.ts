// A model: an exact Claude version by its Vertex id. Everything that reads, compares or checks an id comes here, so that
// no id of another form ever reaches a URL path, a shell line or a settings file.

/** The lines of models that Claude Code has an alias and a pin variable for, in the order in which people read them. */
export const families = ['opus', 'sonnet', 'haiku', 'fable'] as const;
export type Family = (typeof families)[number];

export interface Model {
  readonly id: string;
  readonly family: Family;
  readonly major: number;
  readonly minor: number;
  /** What follows `@`: a date as YYYYMMDD, `default`, or nothing (models since 4.6 carry none). */
  readonly suffix: string | null;
}

const numberedLast = /^claude-(opus|sonnet|haiku|fable)-(\d{1,2})(?:-(\d{1,2}))?(?:@(\d{8}|default))?$/;
const numberedFirst = /^claude-(\d{1,2})(?:-(\d{1,2}))?-(opus|sonnet|haiku)(-v2)?@(\d{8})$/;

/** Reads a Vertex model id in either order of family and version; null for everything else. */
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

/** Orders two models of one family from older to newer: by version, then by date, an undated id counting as newest. */
export function compareModels(a: Model, b: Model): number {
  return a.major - b.major || a.minor - b.minor || compareText(dateOf(a), dateOf(b));
}

/** Whether an id means a newer version than another; false where one of them is no model id. */
export function isNewer(id: string, than: string): boolean {
  const [a, b] = [parseModel(id), parseModel(than)];
  return a !== null && b !== null && compareModels(a, b) > 0;
}

/** Whether two ids mean the same version: `@default` is how some tools write an id that has no date. */
export function isSameVersion(a: Model, b: Model): boolean {
  return a.family === b.family && compareModels(a, b) === 0;
}

/** Says what is wrong with text that is not a model id, and how to write it; for people, after `parseModel` said null. */
export function explainModel(text: string): { readonly message: string; readonly fix: string } {
  const meant = mendId(text);
  if (meant !== null && /\[1m\]/i.test(text)) {
    return {
      message: '[1m] is a marker of Claude Code and never part of a Vertex model id',
      fix: `Write "model": "${meant}" and "context1m": true beside it.`,
    };
  }
  if (meant !== null && /[/:]/.test(text)) {
    return { message: 'a pin names the bare model id, not a path to it', fix: `Write "${meant}".` };
  }
  if (meant !== null) return { message: 'Vertex joins the date with @, not with -', fix: `Write "${meant}".` };
  if (/^(opus|sonnet|haiku|fable|default|best)$/.test(text)) {
    return {
      message: 'an alias is what a pin gives a meaning to',
      fix: 'Write an exact id, such as "claude-opus-4-8".',
    };
  }
  return {
    message: 'not the id of a Claude model on Vertex',
    fix: 'Write an id such as "claude-opus-4-8" or "claude-haiku-4-5@20251001"; GET /v1/catalogue lists the known ones.',
  };
}

/** The id in text that has a path before it, a method, a marker or a date's dash too much; null when there is none. */
function mendId(text: string): string | null {
  const bare = text
    .replace(/^.*\//s, '')
    .replace(/:\w+$/, '')
    .replace(/\[1m\]$/i, '');
  const id = bare.replace(/-(\d{8})$/, '@$1');
  return parseModel(id) === null ? null : id;
}

function toFamily(text: string | undefined): Family {
  if (text === undefined || !isFamily(text))
    throw new Error(`the id pattern let through a family it does not list: ${text}`);
  return text;
}

function dateOf(model: Model): string {
  return model.suffix === null || model.suffix === 'default' ? '99999999' : model.suffix;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
