// Adoption over time as a chart of letters.

export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** By ring: the share of its machines online that have other pins than in the beginning; null with nobody online. */
  readonly shares: readonly (number | null)[];
}

export interface Mark {
  readonly at: number;
  readonly letter: string;
}

const rows = 10;
const margin = 6;
/** The ones that must not be overwritten come last. */
const weights = '+s*AR';

/** Samples are columns. Of several letters in one place the later in `letters` is seen. */
export function chart(samples: readonly Sample[], letters: string, marks: readonly Mark[]): readonly string[] {
  const lines = Array.from({ length: rows + 1 }, (_, down) => {
    const label = `${((rows - down) * 100) / rows} %`.padStart(margin - 1);
    return `${label} |${samples.map((sample) => letterAt(sample, rows - down, letters)).join('')}`.trimEnd();
  });
  const axis = `${' '.repeat(margin)}+${'-'.repeat(samples.length)}`;
  return [
    ...lines,
    axis,
    ' '.repeat(margin + 1) + markLine(samples, marks),
    ' '.repeat(margin + 1) + hourLine(samples),
  ];
}

function letterAt({ shares }: Sample, row: number, letters: string): string {
  const there = shares.findLastIndex((share) => share !== null && share > 0 && Math.round(share * rows) === row);
  return letters.charAt(there) || ' ';
}

function markLine(samples: readonly Sample[], marks: readonly Mark[]): string {
  const line = samples.map((sample, at) => {
    const until = samples[at + 1]?.at ?? Number.POSITIVE_INFINITY;
    const here = marks.filter((mark) => mark.at >= sample.at && mark.at < until).map(({ letter }) => letter);
    return here.toSorted((a, b) => weights.indexOf(b) - weights.indexOf(a))[0] ?? ' ';
  });
  return line.join('').trimEnd();
}

function hourLine(samples: readonly Sample[]): string {
  let line = '';
  samples.forEach(({ at }, column) => {
    const time = new Date(at).toISOString().slice(11, 16);
    if (time.endsWith(':00') && line.length <= column) line = line.padEnd(column) + time;
  });
  return line;
}
