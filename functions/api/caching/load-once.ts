// A load whose result is kept: the first caller starts it, and all share it. After a failure the next caller starts it again.

/** A function with the result of `load`. It rejects as `load` does. */
export function loadOnce<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loading: Promise<Loaded> | null = null;
  return function loaded() {
    loading ??= load();
    loading.catch(() => {
      loading = null;
    });
    return loading;
  };
}
