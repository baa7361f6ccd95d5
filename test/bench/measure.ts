// What one bench says: a value against a baseline measured in the same run, and the target that the ratio should meet.

export interface Measure {
  readonly value: number;
  readonly baseline: number;
  readonly ratio: number;
  readonly target: string;
}

export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('no median of nothing');
  return middle;
}

/** Whether a ratio meets a target written as `ratio >= 0.90` or `ratio <= 1.5`. */
export function isMet({ ratio, target }: Measure): boolean {
  const [, sign, bound] = /^ratio (<=|>=) ([\d.]+)$/.exec(target) ?? [];
  if (sign === undefined) throw new Error(`a target of an unknown form: ${target}`);
  return sign === '>=' ? ratio >= Number(bound) : ratio <= Number(bound);
}
