// A bounded map: a cache that drops entries that were not read lately. It holds two generations, and drops the older
// one when the younger one is full. An entry that is read often stays, however many others are added.

interface BoundedMap<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/**
 * Holds entries with a total size of up to `maxSize`, and always the latest half of that. `sizeOf` gives the size of
 * one entry, such as its bytes; without it each entry counts 1.
 */
export function createBoundedMap<K, V>(
  maxSize: number,
  sizeOf: (key: K, value: V) => number = () => 1,
): BoundedMap<K, V> {
  const half = Math.floor(maxSize / 2);
  let young = new Map<K, V>();
  let old = new Map<K, V>();
  let youngSize = 0;

  function set(key: K, value: V): void {
    if (young.has(key)) {
      young.set(key, value);
      return;
    }
    const size = sizeOf(key, value);
    if (youngSize > 0 && youngSize + size > half) {
      [young, old] = [new Map(), young];
      youngSize = 0;
    }
    young.set(key, value);
    youngSize += size;
  }

  return {
    set,
    get(key) {
      const value = young.get(key);
      if (value !== undefined || old.size === 0) return value;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
  };
}
