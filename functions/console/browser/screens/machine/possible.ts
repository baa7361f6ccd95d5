// The rings that are possible for a machine, when what was stated of it doesn't decide. A service that always decides never says so.

export interface Possible {
  readonly hint: string;
  readonly rings: readonly {
    readonly ring: string;
    readonly matches: readonly string[];
    readonly pins: readonly string[];
  }[];
}

export function possibleOf(answer: object): Possible | null {
  if (!('possible' in answer) || !Array.isArray(answer.possible)) return null;
  const hint = 'hint' in answer && typeof answer.hint === 'string' ? answer.hint : 'State more of the machine.';
  return { hint, rings: answer.possible.map(ringOf) };
}

function ringOf({ ring, matches, pins }: { ring?: unknown; matches?: unknown; pins?: object }) {
  return {
    ring: String(ring),
    matches: Array.isArray(matches) ? matches.map(String) : [],
    pins: Object.values(pins ?? {}).map((pin) => String(pin.model)),
  };
}
