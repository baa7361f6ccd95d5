// The binomial distribution, exactly: how likely chance alone makes a count so small or so large. Bounds made of it hold for
// any number of draws, where a normal approximation fails for few.

/** How likely `draws` draws, of which each hits with `probability`, hit at most `hits` times. */
export function atMost(hits: number, draws: number, probability: number): number {
  if (hits < 0) return 0;
  if (hits >= draws || probability <= 0) return 1;
  if (probability >= 1) return 0;
  const odds = Math.log(probability) - Math.log1p(-probability);
  // In logarithms, since the first terms of many draws are too small for a number.
  let term = draws * Math.log1p(-probability);
  let sum = Math.exp(term);
  for (let hit = 1; hit <= hits; hit++) {
    term += Math.log((draws - hit + 1) / hit) + odds;
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

/** How likely they hit at least `hits` times. */
export function atLeast(hits: number, draws: number, probability: number): number {
  return atMost(draws - hits, draws, 1 - probability);
}

/** Whether chance alone makes a count that far from what is expected less often than once in a billion times. */
export function isBeyondChance(hits: number, draws: number, probability: number): boolean {
  const once = 1e-9;
  return atMost(hits, draws, probability) < once || atLeast(hits, draws, probability) < once;
}
