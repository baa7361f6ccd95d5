// A time-out: bounds how long a caller waits for a promise.

/**
 * The promise's result, or after `ms` milliseconds the result or error of `late`. The promise itself isn't cancelled.
 */
export async function withTimeout<T>(promise: Promise<T>, ms: number, late: () => T): Promise<T> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return Promise.race([promise, timeout.then(late)]).finally(() => clearTimeout(timer));
}
