// A value for people: endpoints in words, everything else as JSON, and cut where it is long.

const maxLength = 300;

export function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return cut(value);
  if (isEndpoint(value))
    return `${value.model}${value.context1m === true ? ' with 1M context' : ''} in ${value.location}`;
  return cut(JSON.stringify(value));
}

interface Endpoint {
  readonly model: string;
  readonly location: string;
  readonly context1m?: boolean;
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && 'model' in value && 'location' in value;
}

function cut(text: string): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}
