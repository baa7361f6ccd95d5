// Waits for a promise, but not for ever.

/** What the promise gives, or after `ms` milliseconds what `late` gives or throws. The promise itself goes on. */
export async function withTimeout<T>(promise: Promise<T>, ms: number, late: () => T): Promise<T> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return Promise.race([promise, timeout.then(late)]).finally(() => clearTimeout(timer));
}
