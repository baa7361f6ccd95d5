// What the service says that something waits for; nothing where it doesn't say.

interface Wait {
  readonly text: string;
  readonly until?: string | null;
}

export function waitsOf(of: object): readonly Wait[] {
  if (!('waits' in of) || !Array.isArray(of.waits)) return [];
  return of.waits.filter((wait): wait is Wait => typeof wait?.text === 'string');
}
