// A value form: what a value of Claude Code's settings must look like, in the part of JSON Schema that the client's own
// schema uses. It is read here, because a policy may have tens of thousands of values: the first defects are enough, and a
// schema library would collect those of every alternative.

/** A JSON Schema; `$ref` names another form. */
export interface ValueForm {
  /** For people. */
  readonly title?: string | undefined;
  readonly $ref?: string | undefined;
  readonly anyOf?: readonly ValueForm[] | undefined;
  /** Refuses every value. */
  readonly not?: object | undefined;
  readonly type?: string | undefined;
  readonly const?: string | number | boolean | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly pattern?: string | undefined;
  readonly format?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly items?: ValueForm | undefined;
  readonly minItems?: number | undefined;
  readonly properties?: Readonly<Record<string, ValueForm | undefined>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly propertyNames?: ValueForm | undefined;
  readonly additionalProperties?: ValueForm | undefined;
}

export type ValueForms = Readonly<Record<string, ValueForm>>;

/** `unknown`: a key that the form doesn't list; `value`: a text that it doesn't list; `form`: all else. */
export interface ValueDefect {
  readonly kind: 'unknown' | 'form' | 'value';
  /** The keys that lead to it. */
  readonly path: readonly string[];
  readonly form: ValueForm;
  /** The text that isn't listed; empty for a wrong form. */
  readonly text: string;
  /** The texts that the form lists. */
  readonly known: readonly string[];
}

/** The defects of a value, found one by one. `forms` has the forms that a `$ref` names. */
export function* defectsOfValue(
  forms: ValueForms,
  form: ValueForm,
  value: unknown,
  path: readonly string[] = [],
): Generator<ValueDefect> {
  const { $ref, anyOf } = form;
  if ($ref !== undefined) yield* defectsOfValue(forms, forms[$ref] ?? {}, value, path);
  else if (anyOf !== undefined) yield* defectsOfChoice(forms, anyOf, value, path);
  else if (!hasType(form, value)) yield wrongForm(form, path);
  else if (typeof value === 'string') yield* defectsOfText(form, value, path);
  else if (typeof value === 'number') yield* isWithin(form, value) ? [] : [wrongForm(form, path)];
  else if (Array.isArray(value)) yield* defectsOfList(forms, form, value, path);
  else if (typeof value === 'object' && value !== null)
    yield* defectsOfObject(forms, form, new Map(Object.entries(value)), path);
}

/** Those of the alternative that is meant: the one that takes the value, else the one of its type and its `const`. */
function* defectsOfChoice(
  forms: ValueForms,
  anyOf: readonly ValueForm[],
  value: unknown,
  path: readonly string[],
): Generator<ValueDefect> {
  const near = anyOf
    .map((form) => forms[form.$ref ?? ''] ?? form)
    .filter((form) => form.anyOf !== undefined || hasType(form, value));
  const key = Object.keys(near[0]?.properties ?? {}).find((each) =>
    near.every((form) => constOf(form, each) !== undefined),
  );
  const chosen =
    near.find((form) => takes(forms, form, value)) ??
    near.find((form) => key !== undefined && constOf(form, key) === Reflect.get(Object(value), key)) ??
    (key === undefined ? near[0] : undefined);
  if (chosen !== undefined) yield* defectsOfValue(forms, chosen, value, path);
  else if (key === undefined) yield wrongForm({ anyOf }, path);
  else
    yield* defectsOfText(
      { enum: near.map((form) => String(constOf(form, key))) },
      String(Reflect.get(Object(value), key)),
      [...path, key],
    );
}

function* defectsOfText(form: ValueForm, text: string, path: readonly string[]): Generator<ValueDefect> {
  const known = form.const === undefined ? form.enum : [String(form.const)];
  const { pattern, format, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = form;
  const isLong = text.length >= minLength && text.length <= maxLength;
  const hasPattern = pattern === undefined || patternOf(pattern).test(text);
  if (known?.includes(text) === false) yield { kind: 'value', path, form, text, known };
  else if (!isLong || !hasPattern || (format === 'uri' && !URL.canParse(text))) yield wrongForm(form, path);
}

function* defectsOfList(
  forms: ValueForms,
  { items = {}, minItems = 0, ...form }: ValueForm,
  list: readonly unknown[],
  path: readonly string[],
): Generator<ValueDefect> {
  if (list.length < minItems) yield wrongForm({ ...form, items }, path);
  for (const [at, item] of list.entries()) yield* defectsOfValue(forms, items, item, [...path, String(at)]);
}

function* defectsOfObject(
  forms: ValueForms,
  form: ValueForm,
  members: ReadonlyMap<string, unknown>,
  path: readonly string[],
): Generator<ValueDefect> {
  const { properties = {}, required = [], propertyNames = {}, additionalProperties = {} } = form;
  const listed = Object.keys(properties);
  if (!required.every((key) => members.has(key))) yield wrongForm(form, path);
  for (const [key, value] of members) {
    const at = [...path, key];
    yield* defectsOfValue(forms, propertyNames, key, at);
    if (Object.hasOwn(properties, key)) yield* defectsOfValue(forms, properties[key] ?? {}, value, at);
    else if (listed.length > 0) yield { kind: 'unknown', path: at, form, text: key, known: listed };
    else yield* defectsOfValue(forms, additionalProperties, value, at);
  }
}

function takes(forms: ValueForms, form: ValueForm, value: unknown): boolean {
  for (const { kind } of defectsOfValue(forms, form, value)) if (kind !== 'unknown') return false;
  return true;
}

function hasType({ type, not }: ValueForm, value: unknown): boolean {
  if (not !== undefined) return false;
  switch (type) {
    case undefined:
      return true;
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isWithin(form: ValueForm, value: number): boolean {
  const { const: only, minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity } = form;
  return value >= minimum && value > exclusiveMinimum && value <= maximum && (only === undefined || value === only);
}

function constOf({ properties }: ValueForm, key: string): ValueForm['const'] {
  return properties?.[key]?.const;
}

function wrongForm(form: ValueForm, path: readonly string[]): ValueDefect {
  return { kind: 'form', path, form, text: '', known: [] };
}

/** What a form takes, for people. */
export function describeForm(form: ValueForm): string {
  const { title, $ref, anyOf, type, items, required = [], minimum, exclusiveMinimum, maximum = safe } = form;
  if (title !== undefined) return title;
  if (anyOf !== undefined)
    return [...new Set(anyOf.filter(({ not }) => not === undefined).map(describeForm))].join(' or ');
  if (form.const !== undefined) return JSON.stringify(form.const);
  if (form.enum !== undefined) return form.enum.join(', ');
  if (form.format === 'uri') return 'an address such as https://example.com';
  if (type === 'array') return `list of ${items === undefined ? 'values' : describeForm(items)}`;
  if (type === 'object') return `object${required.length === 0 ? '' : ` with ${required.join(' and ')}`}`;
  const bounds = [
    ...(minimum === undefined ? [] : [` from ${minimum} on`]),
    ...(exclusiveMinimum === undefined ? [] : [` above ${exclusiveMinimum}`]),
    ...(maximum === safe ? [] : [` up to ${maximum}`]),
    ...(form.pattern === undefined ? [] : [` that matches ${form.pattern}`]),
    ...(form.minLength === undefined ? [] : [` of ${form.minLength} characters or more`]),
    ...(form.maxLength === undefined ? [] : [` of up to ${form.maxLength} characters`]),
  ];
  return `${type === 'integer' ? 'whole number' : ($ref ?? type ?? 'value')}${bounds.join('')}`;
}

const safe = Number.MAX_SAFE_INTEGER;
const patterns = new Map<string, RegExp>();

/** Only the patterns of the data are kept. */
function patternOf(text: string): RegExp {
  const pattern = patterns.get(text) ?? new RegExp(text);
  patterns.set(text, pattern);
  return pattern;
}
