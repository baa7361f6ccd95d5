// A bounded map that forgets what was not asked for lately: two generations, of which the older is dropped when the
// younger is full. So a busy credential is never verified again because of many idle ones.

export interface BoundedMap<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** Holds `most` at the most, and the latest half of that surely. */
export function createBoundedMap<K, V>(most: number): BoundedMap<K, V> {
  const half = Math.floor(most / 2);
  let young = new Map<K, V>();
  let old = new Map<K, V>();
  function set(key: K, value: V): void {
    if (young.size >= half) [young, old] = [new Map(), young];
    young.set(key, value);
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
