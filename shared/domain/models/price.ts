// Prices in words.

/** An amount of US dollars: without cents when it has none, such as $3, $0.10 and $0.075. */
export function dollars(amount: number): string {
  const [whole = '', cents] = String(Number(amount.toFixed(4))).split('.');
  return cents === undefined ? `$${whole}` : `$${whole}.${cents.padEnd(2, '0')}`;
}
